# Revocation: it counts the moment it is written, and a counter tells whoever looks that there is something new.

oo::define ::sslkeys::registry {
    # Revoke a certificate. What was asked for in its name ends with it when no current certificate of that name remains;
    # what was asked for with the certificate itself ends always. Again is once.
    #   in      serial; reason of RFC 5280 5.3.1 as `crl` knows it; who; note; -time of the revocation
    #   out     whether it was not revoked before
    #   errors  POLICY UNKNOWN, STATE (it was never issued); ARGS RANGE
    method revoke {serial reason who {note {}} args} {
        set time [dict get [::sslkeys::ReadOptions $args {-time {}}] -time]
        set time [expr {$time eq {} ? [clock seconds] : $time}]
        my RequireReason $reason
        $Db transaction {
            set row [my certificate $serial]
            set state [dict get $row state]
            if {$state eq {closed}} {
                throw [list SSLKEYS POLICY STATE serial $serial state $state] "the certificate $serial was never issued"
            }
            if {$state ne {revoked}} {
                my RevokeRow $row $reason $who $note $time
                my EndWhatDepends $row $who $time
            }
        }
        return [expr {$state ne {revoked}}]
    }

    method RevokeRow {row reason who note time} {
        set serial [dict get $row serial]
        $Db change {
            UPDATE certificates SET state = 'revoked', revoked = :time, reason = :reason, note = :note, changed = :changed
            WHERE serial = :serial
        } [list serial $serial time $time reason $reason note $note changed [my Count changes]]
        my audit $who revoke $serial $note [list name [dict get $row name] reason $reason] -now $time
    }

    # A number that goes up with every revocation.
    method changes {} {
        return [my Number changes]
    }

    # Tell what was revoked after a counter; 0, or one that this registry has not reached, asks for all.
    #   out  list: dict serial -> {time S reason R}, the counter now
    method revokedSince {counter} {
        $Db reading {
            set changes [my changes]
            # The bound comes first: of two SQLite searches by that, and the other one tells it which index it may use.
            set rows [$Db rows {
                SELECT serial, revoked, reason FROM certificates WHERE changed > :counter AND changed > 0
            } [list counter [expr {$counter > $changes ? 0 : $counter}]]]
        }
        return [list [my RevokedDict $rows] $changes]
    }

    # Take the next CRL's number together with the set that it counts for. A certificate whose time is over stays until it
    # has been on a list issued after its end; a list from the future, by a clock that was wrong, is none.
    #   in      -after  a counter of changes: only what was revoked since, for who goes on with a list that covers the rest
    #   out     list: number, dict serial -> {time S reason R}, the counter of changes
    #   source  RFC 5280 3.3, 5.2.3
    method nextCrlNumber {args} {
        set options [::sslkeys::ReadOptions $args [list -now [clock seconds] -after {}]]
        set after [dict get $options -after]
        $Db transaction {
            set number [my Count crlnumber]
            set rows [expr {$after eq {} ? [$Db rows {
                SELECT serial, revoked, reason FROM certificates WHERE state = 'revoked' AND notafter >= :since
            } [list since [expr {min([my Number crltime], [dict get $options -now])}]]] : [$Db rows {
                SELECT serial, revoked, reason FROM certificates WHERE changed > :counter AND changed > 0 AND state || '' = 'revoked'
            } [list counter $after]]}]
            my meta crltime [dict get $options -now]
            set changes [my changes]
        }
        return [list $number [my RevokedDict $rows] $changes]
    }

    # Go on from the directory's own list, where that is ahead of this registry: a later state of it has signed it, or somebody
    # else. Who is on it stays revoked.
    #   out  how many became so
    method adoptList {} {
        $Db transaction {
            set number [my ListedNumber]
            set carried 0
            if {$number > [my Number crlnumber]} {
                dict for {serial entry} [my ListedRevoked] {
                    incr carried [my CarryRevoked $serial $entry]
                }
                my audit $Who adopt ca.crl {} [list number $number before [my Number crlnumber] revoked $carried]
                my meta crlnumber $number
            }
        }
        return $carried
    }

    # Tell whether a certificate of a key was revoked since the key is in wrong hands.
    method compromised {keyfingerprint} {
        return [expr {[$Db value {
            SELECT 1 FROM certificates WHERE keyfingerprint = :key AND state = 'revoked' AND reason = 'keyCompromise' LIMIT 1
        } [list key $keyfingerprint]] ne {}}]
    }

    # Count a number of meta up, inside a transaction.
    method Count {key} {
        return [my meta $key [expr {[my Number $key] + 1}]]
    }

    method Number {key} {
        set value [my meta $key]
        return [expr {$value eq {} ? 0 : $value}]
    }

    method RevokedDict {rows} {
        set revoked {}
        foreach row $rows {
            dict set revoked [dict get $row serial] [list time [dict get $row revoked] reason [dict get $row reason]]
        }
        return $revoked
    }

    method EndWhatDepends {row who time} {
        set serial [dict get $row serial]
        my EndRequests {authserial = :serial} [list serial $serial] $who $time
        set name [dict get $row folded]
        if {![llength [my newest $name -now $time]]} {
            my EndRequests {folded = :name} [list name $name] $who $time
            my EndTokens $name $who $time
        }
    }

    method RequireReason {reason} {
        set reasons {unspecified keyCompromise cACompromise affiliationChanged superseded cessationOfOperation
            privilegeWithdrawn aACompromise}
        if {$reason ni $reasons} {
            throw [list SSLKEYS ARGS RANGE reason [string range $reason 0 59]] \
                "the reason \"[string range $reason 0 59]\" is none of [join $reasons {, }]"
        }
    }
}
