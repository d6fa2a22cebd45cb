# sslkeys issue -from: a certificate per row of a table in CSV (RFC 4180), whose first line names the columns. A row that fails
# is told with its line, and the others go on.

proc ::sslkeys::cli::IssueTable {options words} {
    variable json
    set shared [SharedOfTable $words]
    OpenRegistry $options
    lassign [OpenTable [dict get $options -from]] channel size
    set head [ReadRow $channel line]
    CheckHead $head $shared
    set done 0
    set failed 0
    set began [clock milliseconds]
    if {$json} {
        puts -nonewline \[
    }
    while {[llength [set cells [ReadRow $channel line]]]} {
        try {
            set made [IssueRow $options $shared $head $cells]
            incr done
            if {$json} {
                puts -nonewline "[expr {$done > 1 ? "," : {}}]\n[Json $made]"
            }
        } trap {POSIX EPIPE} {message details} {
            return -options $details $message
        } on error {message details} {
            if {[lrange [dict get $details -errorcode] 0 1] in {{SSLKEYS CA} {SSLKEYS STORE} {POSIX ENOSPC}}
                    && [lindex [dict get $details -errorcode] 2] ni {NAME EXISTS ORPHAN}} {
                # The next row would fail as well.
                ClearProgress
                throw [dict get $details -errorcode] "after [Count $done certificate], line $line: $message"
            }
            incr failed
            ClearProgress
            puts stderr "[Cut [dict get $options -from]] line $line: [Sentence $message]"
        }
        Progress [expr {$done + $failed}] [expr {[dict get $options -from] eq {-} ? 0 : [tell $channel]}] $size $began
    }
    ClearProgress
    if {$json} {
        puts "[expr {$done ? "\n" : {}}]\]"
    }
    Say "[Count $done certificate] made, [Count $failed row] failed"
    return [expr {$failed == 0 ? 0 : $done ? 3 : 1}]
}

# What the command line says for all rows: a type, and attributes.
#   out  dict: columns' names and values
proc ::sslkeys::cli::SharedOfTable {words} {
    set shared {}
    if {[llength $words] && [string first = [lindex $words 0]] < 0} {
        set words [lassign $words type]
        dict set shared type $type
    }
    foreach {attribute value} [Attributes issue $words] {
        if {$attribute eq {CN}} {
            Misuse issue "a CN cannot be the same for all rows: make it a column of the table"
        }
        dict set shared $attribute $value
    }
    return $shared
}

proc ::sslkeys::cli::OpenTable {path} {
    if {$path eq {-}} {
        fconfigure stdin -encoding utf-8
        return [list stdin 0]
    }
    set channel [open $path r]
    fconfigure $channel -encoding utf-8
    AtEnd [list close $channel]
    return [list $channel [file size $path]]
}

# The columns: type, name, san, days, and attributes in capitals.
#   errors  ARGS TABLE
proc ::sslkeys::cli::CheckHead {head shared} {
    foreach column $head {
        if {$column ni {type name san days} && ![regexp {^[A-Z0-9.]+$} $column]} {
            throw [list SSLKEYS ARGS TABLE column [Cut $column]] \
                "the table's first line names its columns, and \"[Cut $column]\" is none: type, name, san, days or an attribute such as CN"
        }
    }
    if {[llength [lsort -unique $head]] != [llength $head]} {
        throw {SSLKEYS ARGS TABLE} "the table has two columns of one name"
    }
    foreach column {name type} {
        if {$column ni $head && ![dict exists $shared $column]} {
            throw [list SSLKEYS ARGS TABLE column $column] "the table has no column \"$column\""
        }
    }
}

proc ::sslkeys::cli::IssueRow {options shared head cells} {
    if {[llength $cells] > [llength $head]} {
        throw {SSLKEYS ARGS TABLE} "[llength $cells] cells, but [llength $head] columns"
    }
    set row $shared
    foreach column $head cell $cells {
        if {$cell ne {}} {
            dict set row $column $cell
        }
    }
    foreach column {type name} {
        if {![dict exists $row $column]} {
            throw [list SSLKEYS ARGS TABLE column $column] "the $column is empty"
        }
    }
    if {[dict exists $row san]} {
        dict set options -san [regexp -all -inline {\S+} [dict get $row san]]
    }
    if {[dict exists $row days]} {
        dict set options -days [dict get $row days]
    }
    set made [WithCaKey $options [list ::sslkeys::cli::IssueOne $options [dict get $row type] [dict get $row name] \
        [dict remove $row type name san days]]]
    return [dict merge [dict create name [dict get $row name] profile [dict get $row type]] $made]
}

# Read the next row that is not empty; {} at the end. A cell in quotes may hold commas, quotes and line ends.
#   in      channel, the name of a variable that gets the number of the row's first line
#   errors  ARGS TABLE
proc ::sslkeys::cli::ReadRow {channel lineName} {
    upvar 1 $lineName line
    variable lines
    while 1 {
        if {[gets $channel text] < 0} {
            return {}
        }
        incr lines
        set line $lines
        while {[regexp -all \" $text] % 2} {
            if {[gets $channel more] < 0 || [string length $text] > 100000} {
                throw {SSLKEYS ARGS TABLE} "a quoted cell of the table, begun in line $line, does not end"
            }
            incr lines
            append text \n $more
        }
        set text [string trimright [string trimleft $text \ufeff] \r]
        if {[string trim $text] ne {}} {
            return [SplitRow $text $line]
        }
    }
}

proc ::sslkeys::cli::SplitRow {text line} {
    set cells {}
    set start 0
    while 1 {
        if {![regexp -start $start -indices {\A[ \t]*(?:"((?:[^"]|"")*)"[ \t]*|([^",]*))(,|$)} $text all quoted plain end]} {
            throw [list SSLKEYS ARGS TABLE line $line] "line $line of the table has a quote in the middle of a cell"
        }
        if {[lindex $quoted 0] >= 0} {
            lappend cells [string map {\"\" \"} [string range $text {*}$quoted]]
        } else {
            lappend cells [string trim [string range $text {*}$plain]]
        }
        if {[lindex $end 0] > [lindex $end 1]} {
            return $cells
        }
        set start [expr {[lindex $all 1] + 1}]
    }
}
