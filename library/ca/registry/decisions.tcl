# What happens to a request: decided by people, ended by time, finished by its certificate. Which state follows which
# event says the one table of ca/policy.tcl; here it is written down, once.

oo::define ::sslkeys::registry {
    # Decide about a request. Approving counts each person once; with enough of them the request is approved.
    #   in      id; approve, deny or hold; who; why
    #   out     the request's row afterwards
    #   errors  POLICY UNKNOWN, STATE
    method decide {id decision who {why {}} args} {
        set now [my Now $args]
        if {$decision ni {approve deny hold}} {
            return -code error -errorcode [list TCL LOOKUP INDEX decision $decision] \
                "unknown decision \"[string range $decision 0 59]\": must be approve, deny or hold"
        }
        $Db transaction {
            set row [my request $id]
            # After its end a request is decided by nobody, also where no one has swept yet.
            if {[dict get $row expires] && $now > [dict get $row expires] && [dict get $row state] in {pending held}} {
                throw [list SSLKEYS POLICY STATE request $id state expired] "the request $id is expired"
            }
            set event $decision
            if {$decision eq {approve}} {
                set approvals [my approvals $id]
                if {$who ni $approvals} {
                    lappend approvals $who
                    my Insert approvals [dict create request $id who $who at $now]
                }
                if {[llength $approvals] < [dict get $row needed]} {
                    set event partial
                }
            }
            set state [::sslkeys::policy::next [dict get $row state] $event]
            my SetState $id $state $why $now
            my audit $who $decision $id $why [dict filter $row key operation profile name] -now $now
            # Read before another one decides.
            set row [my request $id]
        }
        return $row
    }

    # List who approved a request.
    method approvals {id} {
        return [lmap row [$Db rows {SELECT who FROM approvals WHERE request = :id ORDER BY at, who} [list id $id]] {
            dict get $row who
        }]
    }

    # End the requests whose time is over.
    #   out  their ids
    method expireRequests {args} {
        set now [my Now $args]
        set over [list {state IN ('pending', 'held', 'approved') AND expires > 0 AND expires < :now} [list now $now]]
        # Most of the time there is none, and nothing is locked.
        if {[$Db value "SELECT 1 FROM requests WHERE [lindex $over 0] LIMIT 1" [lindex $over 1]] eq {}} {
            return {}
        }
        $Db transaction {
            set ended [lmap row [$Db rows "SELECT id, state FROM requests WHERE [lindex $over 0]" [lindex $over 1]] {
                my SetState [dict get $row id] [::sslkeys::policy::next [dict get $row state] expire] {} $now
                my audit $Who expire [dict get $row id] {} {} -now $now
                dict get $row id
            }]
        }
        return $ended
    }

    # Note which certificate a request gave; releasing that does so. Again is once.
    #   errors  POLICY UNKNOWN; POLICY STATE when the request was ended meanwhile
    method issueRequest {id serial args} {
        set now [my Now $args]
        $Db transaction {
            set row [my request $id]
            if {[dict get $row serial] ne $serial || $serial eq {}} {
                set state [::sslkeys::policy::next [dict get $row state] issue]
                $Db change {UPDATE requests SET state = :state, serial = :serial, changed = :now WHERE id = :id} \
                    [list id $id state $state serial $serial now $now]
            }
        }
        return
    }

    # End the open requests that a condition finds.
    method EndRequests {condition params who now} {
        foreach row [$Db rows "SELECT id, state FROM requests WHERE $condition AND state IN ('pending', 'held', 'approved')" $params] {
            set id [dict get $row id]
            my SetState $id [::sslkeys::policy::next [dict get $row state] deny] {revoked} $now
            my audit $who deny $id {its certificate was revoked} {} -now $now
        }
    }

    method SetState {id state why now} {
        $Db change {UPDATE requests SET state = :state, why = :why, changed = :now WHERE id = :id} \
            [list id $id state $state why $why now $now]
    }
}
