# Lists in pages. A page begins where the one before it ended, by the values of its last row and not by a count: what was
# added or removed meanwhile moves nothing, and the thousandth page costs what the first one does.

oo::define ::sslkeys::registry {
    # Join the conditions whose value is given.
    #   in   condition name value ...
    #   out  list: SQL, the values by name
    method Where {conditions} {
        set sql {}
        set params {}
        foreach {condition name value} $conditions {
            if {$value ne {}} {
                lappend sql "($condition)"
                dict set params $name $value
            }
        }
        return [list $sql $params]
    }

    # Read one page.
    #   in      table; conditions and values; columns of the order, the last with DESC for descending; how many rows;
    #           the cursor of the page before
    #   out     dict rows, next
    #   errors  ARGS RANGE
    method Page {table where order limit after} {
        lassign $where conditions params
        if {![string is integer -strict $limit] || $limit < 1 || $limit > 10000} {
            throw [list SSLKEYS ARGS RANGE option -limit] "-limit is 1 to 10000, not \"[string range $limit 0 59]\""
        }
        set isDescending [string match *DESC $order]
        set columns [split [string map {{ DESC} {}} $order] ,]
        set columns [lmap column $columns {string trim $column}]
        if {$after ne {}} {
            set values [my ReadCursor $after $order [llength $columns]]
            set names {}
            foreach column $columns value $values {
                lappend names :after$column
                dict set params after$column $value
            }
            lappend conditions "([join $columns {, }]) [expr {$isDescending ? {<} : {>}}] ([join $names {, }])"
        }
        set sql "SELECT * FROM $table"
        if {[llength $conditions]} {
            append sql " WHERE [join $conditions { AND }]"
        }
        append sql " ORDER BY [join [lmap column $columns {string cat $column [expr {$isDescending ? { DESC} : {}}]}] {, }] LIMIT :limit"
        dict set params limit [expr {$limit + 1}]
        set rows [$Db rows $sql $params]
        set next {}
        if {[llength $rows] > $limit} {
            set rows [lrange $rows 0 end-1]
            set next [my MakeCursor $order [lmap column $columns {dict get [lindex $rows end] $column}]]
        }
        return [dict create rows $rows next $next]
    }

    # A cursor is letters, digits, - and _ alone, so that it goes into a URL as it is.
    method MakeCursor {order values} {
        set octets [encoding convertto utf-8 [list $order {*}$values]]
        return [string map {+ - / _ = {}} [binary encode base64 $octets]]
    }

    # It may come back from anywhere: its values are values only, and its order has to be this list's.
    method ReadCursor {cursor order count} {
        set bad [list SSLKEYS ARGS RANGE option -after]
        if {[string length $cursor] > 1000 || ![regexp {^[A-Za-z0-9_-]+$} $cursor]} {
            throw $bad "\"[string range $cursor 0 59]\" is not where a page ended"
        }
        set text [string map {- + _ /} $cursor]
        append text [string repeat = [expr {-[string length $text] % 4}]]
        try {
            set values [encoding convertfrom utf-8 [binary decode base64 $text]]
            if {[llength $values] != $count + 1 || [lindex $values 0] ne $order} {
                throw $bad "the cursor is another list's"
            }
        } on error {} {
            throw $bad "\"[string range $cursor 0 59]\" is not where a page of this list ended"
        }
        return [lrange $values 1 end]
    }

    # A condition for a column that may have * and ?.
    #   out  list: condition, name, value ... for Where; {} for no glob
    method Matches {column glob} {
        if {$glob eq {}} {
            return {}
        }
        if {![regexp {[*?]} $glob]} {
            return [list "$column = :glob" glob $glob]
        }
        set conditions [list "$column LIKE :glob ESCAPE '\\'" glob [string map {* % ? _} [my Literal $glob]]]
        # The index helps from the letters before the first wildcard on.
        regexp {^[^*?]*} $glob begin
        if {$begin ne {}} {
            lappend conditions "$column >= :begin" begin $begin "$column < :end" end $begin\uffff
        }
        return $conditions
    }

    # Write text so that LIKE, with ESCAPE '\', takes it as it is.
    method Literal {text} {
        return [string map {\\ \\\\ % \\% _ \\_} $text]
    }
}
