# Whether a certificate is current, and lists by that. The newest unrevoked certificate of a name is its current one, until
# its time is over; the others of its name are superseded, and so is one whose own successor was revoked, since whoever has the
# one key may have the other. None of it is stored: all follows from what is. Where SQL says state || '' or notafter + 0 it
# keeps an index out of it: nearly all certificates are issued, and few have one name.

oo::define ::sslkeys::registry {
    # Tell how a certificate stands. Every path asks here.
    #   out  current, superseded, revoked, expired (the newest of its name, and its time is over), prepared, closed, unknown
    method standing {serial args} {
        set now [my Now $args]
        set row [$Db row {
            SELECT state, folded, sequence, notafter FROM certificates WHERE serial = :serial
        } [list serial $serial]]
        if {![dict size $row]} {
            return unknown
        }
        if {[dict get $row state] ne {issued}} {
            return [dict get $row state]
        }
        if {[$Db value {
            SELECT sequence FROM certificates WHERE folded = :folded AND state || '' = 'issued' ORDER BY sequence DESC LIMIT 1
        } [dict filter $row key folded]] != [dict get $row sequence] || [my IsGivenUp $serial]} {
            return superseded
        }
        return [expr {$now > [dict get $row notafter] ? {expired} : {current}}]
    }

    # Give the current certificate of a name, or {}.
    method newest {name args} {
        set now [my Now $args]
        set row [$Db row {
            SELECT * FROM certificates WHERE folded = :folded AND state || '' = 'issued' ORDER BY sequence DESC LIMIT 1
        } [list folded [string tolower $name]]]
        if {![dict size $row] || $now > [dict get $row notafter] || [my IsGivenUp [dict get $row serial]]} {
            return {}
        }
        return [my Shown $row]
    }

    # Whether a certificate's own successor was revoked.
    method IsGivenUp {serial} {
        return [expr {[$Db value "[my GivenUpSql :serial] LIMIT 1" [list serial $serial]] ne {}}]
    }

    method GivenUpSql {serial} {
        return "SELECT 1 FROM certificates AS heir WHERE heir.parent = $serial AND heir.parent <> '' AND heir.state || '' = 'revoked'
            AND heir.withdrawn = 0"
    }

    # Tell whether a name was ever issued, or is about to be, and not withdrawn.
    method everIssued {name} {
        return [expr {![my IsFree [string tolower $name]]}]
    }

    # List the certificates that speak for a name, as their own name, CN or alternative name.
    method holders {name} {
        return [lmap row [$Db rows {
            SELECT c.* FROM names n JOIN certificates c ON c.serial = n.serial
            WHERE n.name = :name AND c.state <> 'closed' ORDER BY c.sequence DESC LIMIT 100
        } [list name [string tolower $name]]] {my Shown $row}]
    }

    # Tell whether a name is not for others: a certificate that is no client's speaks for it, or a token for it is out.
    method reserved {name args} {
        set folded [string tolower $name]
        return [expr {[$Db value {
            SELECT 1 FROM names n JOIN certificates c ON c.serial = n.serial WHERE n.name = :folded
                AND c.profile <> 'client' AND c.state <> 'closed' AND c.withdrawn = 0
            UNION ALL SELECT 1 FROM tokens WHERE folded = :folded AND usedat = 0 AND (expires = 0 OR expires >= :now) LIMIT 1
        } [list folded $folded now [my Now $args]]] ne {}}]
    }

    # Tell whether a reserved name lies one label below a domain, so that a wildcard would speak for it.
    method reservedBelow {domain args} {
        set like [my Literal [string tolower $domain]]
        return [expr {[$Db value {
            SELECT 1 FROM certificates c JOIN names n ON n.serial = c.serial
                WHERE c.profile IN ('server', 'peer', 'operator', 'ocsp', 'intermediate', 'root') AND c.state <> 'closed' AND c.withdrawn = 0
                AND n.name LIKE '%.' || :like ESCAPE '\' AND n.name NOT LIKE '%.%.' || :like ESCAPE '\'
            UNION ALL SELECT 1 FROM tokens WHERE usedat = 0 AND (expires = 0 OR expires >= :now)
                AND folded LIKE '%.' || :like ESCAPE '\' AND folded NOT LIKE '%.%.' || :like ESCAPE '\' LIMIT 1
        } [list like $like now [my Now $args]]] ne {}}]
    }

    # List certificates.
    #   in      -state  current, superseded, expired, revoked, prepared, closed, issued (the first three)
    #           -profile; -name  with * and ?; -expiring  current ones that end within so many seconds
    #           -order  issued (newest first), expiry, name; -limit; -after  where the page before ended; -now
    #   out     dict rows, next
    #   errors  ARGS RANGE; TCL LOOKUP INDEX
    method certificates {args} {
        set options [::sslkeys::ReadOptions $args \
            {-state {} -profile {} -name {} -expiring {} -order {} -limit 100 -after {} -now {}}]
        dict with options {
            set now [expr {${-now} eq {} ? [clock seconds] : ${-now}}]
            if {${-order} eq {}} {
                set -order [expr {${-expiring} ne {} ? {expiry} : ${-name} ne {} ? {name} : {issued}}]
            }
            set conditions [list {profile = :profile} profile ${-profile} {*}[my Matches folded [string tolower ${-name}]]]
            if {${-expiring} ne {}} {
                if {![string is entier -strict ${-expiring}]} {
                    throw [list SSLKEYS ARGS RANGE option -expiring] "-expiring takes seconds, not \"[string range ${-expiring} 0 59]\""
                }
                set -state [expr {${-state} eq {} ? {current} : ${-state}}]
                lappend conditions {notafter <= :until} until [expr {$now + ${-expiring}}]
            }
            lassign [my Where $conditions] sql params
            set columns [my OrderSql ${-order}]
            lappend sql {*}[my StateSql ${-state} ${-order}]
            if {${-state} in {current expired}} {
                dict set params now $now
            }
            set page [my Page certificates [list $sql $params] $columns ${-limit} ${-after}]
        }
        dict set page rows [lmap row [dict get $page rows] {my Shown $row}]
        return $page
    }

    # List the serial numbers of the operators' certificates that are good.
    method operators {args} {
        return [lmap row [$Db rows {
            SELECT serial FROM certificates WHERE profile = 'operator' AND state || '' = 'issued'
                AND notafter + 0 >= CAST(:now AS BIGINT) ORDER BY serial
        } [list now [my Now $args]]] {dict get $row serial}]
    }

    method IsFree {folded} {
        # Also as CN or alternative name of a certificate that stands under another name.
        return [expr {[$Db value {
            SELECT 1 FROM names n JOIN certificates c ON c.serial = n.serial
            WHERE n.name = :folded AND c.withdrawn = 0 AND c.state <> 'closed' LIMIT 1
        } [list folded $folded]] eq {}}]
    }

    # The conditions of a state. The index shall be that of the order, but where a state is rare.
    method StateSql {state order} {
        set later {SELECT 1 FROM certificates AS later WHERE later.folded = certificates.folded AND later.state || '' = 'issued'
            AND later.sequence > certificates.sequence}
        set superseded "(EXISTS ($later) OR EXISTS ([my GivenUpSql certificates.serial]))"
        switch -- $state {
            {} {
                return {}
            }
            prepared - closed - revoked - issued {
                return [list "state = '$state'"]
            }
            current - expired {
                set compared [dict get {current >= expired <} $state]
                set issued [dict get {issued {state = 'issued'} expiry {state = 'issued'} name {state || '' = 'issued'}} $order]
                if {$order eq {expiry}} {
                    return [list $issued "notafter $compared :now" "NOT $superseded"]
                }
                return [list $issued "notafter + 0 $compared CAST(:now AS BIGINT)" "NOT $superseded"]
            }
            superseded {
                return [list {state = 'issued'} $superseded]
            }
        }
        return -code error -errorcode [list TCL LOOKUP INDEX state $state] "unknown state \"[string range $state 0 59]\":\
            must be current, superseded, expired, revoked, prepared, closed or issued"
    }

    method OrderSql {order} {
        switch -- $order {
            issued {return {sequence DESC}}
            expiry {return {notafter, serial}}
            name   {return {folded, sequence}}
        }
        return -code error -errorcode [list TCL LOOKUP INDEX order $order] \
            "unknown order \"[string range $order 0 59]\": must be issued, expiry or name"
    }
}
