# When, who, what, on which object, and why: the audit trail.

oo::define ::sslkeys::registry {
    # Note what was done. Joins the transaction that does it.
    method audit {who action object {why {}} {details {}} args} {
        set now [my Now $args]
        $Db transaction {
            my Insert audit [dict create id [my Next audit id] at $now who $who action $action object $object why $why details $details]
        }
        return
    }

    # List what was done, the newest first.
    #   in   -who  with * and ?; -action; -object  what it concerns: a name, or a serial number, a request's or a token's id, or 4
    #        digits or more of their beginning; -since and -until; -limit; -after
    #   out  dict rows, next
    method auditTrail {args} {
        set options [::sslkeys::ReadOptions $args {-who {} -action {} -object {} -since {} -until {} -limit 100 -after {}}]
        dict with options {
            lassign [my Where [list {*}[my Matches who ${-who}] {action = :action} action ${-action} \
                {at >= :since} since ${-since} {at <= :until} until ${-until}]] sql params
            if {${-object} ne {}} {
                lappend sql [my ConcernsSql ${-object}]
                set params [dict merge $params [my ConcernsParams ${-object}]]
            }
            return [my Page audit [list $sql $params] {id DESC} ${-limit} ${-after}]
        }
    }

    # What begins like an id is an object, which the index finds. A name stands in the details of what was done with it, also where
    # its request or token is gone by now: that reads the whole trail, half a second for a million rows.
    method ConcernsSql {text} {
        if {[my IsLongId $text]} {
            return {(object >= :object AND object < :beyond)}
        }
        return {(object IN (:object, :folded) OR (object >= :object AND object < :beyond)
            OR ' ' || details || ' ' LIKE :named ESCAPE '\'
            OR object IN (SELECT serial FROM certificates WHERE folded = :folded)
            OR object IN (SELECT id FROM requests WHERE folded = :folded)
            OR object IN (SELECT substr(hash, 1, 16) FROM tokens WHERE folded = :folded))}
    }

    method ConcernsParams {text} {
        set folded [string tolower $text]
        if {[my IsLongId $text]} {
            return [dict create object $folded beyond ${folded}g]
        }
        # Fewer than 4 digits, or a name: nothing lies between.
        set beyond [expr {[regexp {^[0-9a-f]{4,}(?:-\d*)?$} $folded] ? "${folded}g" : {}}]
        return [dict create object $text folded $folded beyond $beyond named "% name [my Literal $text] %"]
    }

    method IsLongId {text} {
        return [regexp -nocase {^[0-9a-f]{16,}(?:-\d*)?$} $text]
    }
}
