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
    method auditTrail {args} {
        set options [::sslkeys::ReadOptions $args {-who {} -action {} -object {} -since {} -until {} -limit 100 -after {}}]
        dict with options {
            set where [my Where [list {who = :who} who ${-who} {action = :action} action ${-action} \
                {object = :object} object ${-object} {at >= :since} since ${-since} {at <= :until} until ${-until}]]
            return [my Page audit $where {id DESC} ${-limit} ${-after}]
        }
    }
}
