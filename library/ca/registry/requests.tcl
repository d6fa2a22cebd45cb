# Requests: what was asked for and waits, or was decided. The request's own bytes are never kept, since they may hold a
# challenge password; their hash tells them again.

oo::define ::sslkeys::registry {
    # Record a request.
    #   in      a request row; its id is made here and begins with the key's fingerprint, which the client prints
    #   out     the id
    #   errors  STORE CONSTRAINT
    method openRequest {row} {
        set now [expr {[dict exists $row opened] ? [dict get $row opened] : [clock seconds]}]
        set defaults [dict create operation {} profile {} name {} subject {} san {} authserial {} csrhash {} keyfingerprint {} \
            keytype {} address {} user {} state pending needed 1 opened $now changed $now expires 0 serial {} token {} why {} told 0]
        set row [my Columns $row $defaults]
        dict set row folded [string tolower [dict get $row name]]
        $Db transaction {
            set begin [string range [dict get $row keyfingerprint] 0 15]
            # Old rows may have been pruned: the number is that of the newest and not their count, and none that the trail knows.
            set last [$Db value {SELECT id FROM requests WHERE keyfingerprint = :keyfingerprint ORDER BY sequence DESC LIMIT 1} \
                [dict filter $row key keyfingerprint]]
            set count [expr {[regexp {^[0-9a-f]*-(\d+)$} $last - number] ? $number : 0}]
            while {[$Db value {
                SELECT 1 FROM requests WHERE id = :id UNION ALL SELECT 1 FROM audit WHERE object = :id LIMIT 1
            } [list id $begin-[incr count]]] ne {}} {}
            dict set row id $begin-$count
            my Insert requests [dict merge $row [dict create sequence [my Next requests sequence]]]
            my audit [my Asker $row] request [dict get $row id] {} \
                [dict filter $row key operation profile name san authserial address user state] -now $now
        }
        return [dict get $row id]
    }

    # Give a request's row.
    #   errors  POLICY UNKNOWN
    method request {id} {
        set row [$Db row "[my RequestSql] WHERE id = :id" [list id $id]]
        if {![dict size $row]} {
            throw [list SSLKEYS POLICY UNKNOWN request [string range $id 0 59]] \
                "no request \"[string range $id 0 59]\" is on record"
        }
        return [dict remove $row sequence]
    }

    # Find the newest request of the same bytes, asked for in the same way; {} when there is none.
    method requestOf {operation profile authserial csrhash} {
        return [dict remove [$Db row "[my RequestSql] WHERE csrhash = :csrhash AND authserial = :authserial
            AND profile = :profile AND operation = :operation ORDER BY sequence DESC LIMIT 1" \
            [list operation $operation profile $profile authserial $authserial csrhash $csrhash]] sequence]
    }

    # List the requests that a text may mean: id, or its beginning (4 characters or more), and name. Who asks chooses his name,
    # and his key and so his id: neither hides the other.
    method findRequests {text} {
        set folded [string tolower $text]
        set rows [$Db rows "[my RequestSql] WHERE id = :id" [list id $folded]]
        if {![llength $rows] && [regexp {^[0-9a-f]{4,16}(?:-\d*)?$} $folded]} {
            # After the last character of an id, g sorts behind all.
            set rows [$Db rows "[my RequestSql] WHERE id >= :id AND id < :end ORDER BY id LIMIT 100" [list id $folded end ${folded}g]]
        }
        set ids [lmap row $rows {dict get $row id}]
        foreach row [$Db rows "[my RequestSql] WHERE folded = :folded ORDER BY sequence DESC LIMIT 100" [list folded $folded]] {
            if {[dict get $row id] ni $ids} {
                lappend rows $row
            }
        }
        return [lmap row $rows {dict remove $row sequence}]
    }

    # List requests, the newest first.
    #   in   -state  one, or a list of them; -name  with * and ?; -limit; -after
    #   out  dict rows, next
    method requests {args} {
        set options [::sslkeys::ReadOptions $args {-state {} -name {} -limit 100 -after {}}]
        dict with options {
            lassign [my Where [my Matches folded [string tolower ${-name}]]] sql params
            if {[llength ${-state}]} {
                lassign [my OneOf state ${-state}] condition values
                lappend sql $condition
                set params [dict merge $params $values]
            }
            set page [my Page requests [list $sql $params] {sequence DESC} ${-limit} ${-after}]
        }
        dict set page rows [lmap row [dict get $page rows] {
            dict set row approvals [llength [my approvals [dict get $row id]]]
            dict remove $row sequence
        }]
        return $page
    }

    # Count requests; an expired moment counts nothing.
    method countRequests {args} {
        set options [::sslkeys::ReadOptions $args {-state {} -address {} -name {} -keyfingerprint {}}]
        dict with options {
            lassign [my Where [list {address = :address} address ${-address} {folded = :folded} folded [string tolower ${-name}] \
                {keyfingerprint = :keyfingerprint} keyfingerprint ${-keyfingerprint}]] sql params
            if {[llength ${-state}]} {
                lassign [my OneOf state ${-state}] condition values
                lappend sql $condition
                set params [dict merge $params $values]
            }
        }
        set where [expr {[llength $sql] ? "WHERE [join $sql { AND }]" : {}}]
        return [$Db value "SELECT COUNT(*) FROM requests $where" $params]
    }

    # Note that who asked has heard of the decision.
    method tell {id} {
        $Db change {UPDATE requests SET told = 1 WHERE id = :id} [list id $id]
        return
    }

    # The rows with the number of those who approved.
    method RequestSql {} {
        return {SELECT requests.*, (SELECT COUNT(*) FROM approvals WHERE request = requests.id) AS approvals FROM requests}
    }

    # A condition for one of several values.
    #   out  list: SQL, the values by name
    method OneOf {column values} {
        set names {}
        set params {}
        foreach value $values {
            lappend names :$column[llength $names]
            dict set params [string range [lindex $names end] 1 end] $value
        }
        return [list "$column IN ([join $names {, }])" $params]
    }

    # In whose name a request came: a certificate, or an address.
    method Asker {row} {
        if {[dict get $row authserial] ne {}} {
            set holder [$Db value {SELECT name FROM certificates WHERE serial = :authserial} [dict filter $row key authserial]]
            if {$holder eq {}} {
                set holder [dict get $row authserial]
            }
            return client:$holder
        }
        return address:[dict get $row address]
    }
}
