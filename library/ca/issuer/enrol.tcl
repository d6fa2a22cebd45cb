# A first certificate: a request is opened, waits for whom it needs, and its certificate is made when it is asked for again.

oo::define ::sslkeys::issuer {
    # Answer an enrolment.
    method Enrol {asked wish} {
        set profile [dict get $asked profile]
        if {$profile eq {}} {
            dict set asked profile [set profile client]
        }
        set authserial {}
        if {[dict exists $asked peer expired]} {
            # That is good for renewing alone.
            dict set asked peer {}
        }
        if {[dict size [dict get $asked peer]]} {
            # A certificate grants nothing here, but one that is not current is not heard at all.
            set authserial [dict get [my Presented $asked] serial]
            set standing [$Registry standing $authserial -now [dict get $asked now]]
            if {$standing ne {current}} {
                my ThrowStanding $authserial $standing
            }
        }
        dict set asked authserial $authserial
        set known [list enroll $profile $authserial [dict get $wish csrhash]]
        set row [$Registry requestOf {*}$known]
        set progress [my Progress $row $asked]
        if {$progress in {pending held issued}} {
            # Most of the time nothing has changed: that is told without a lock.
            return [my Proceed $progress $row $asked $wish]
        }
        [$Registry db] together {
            set row [$Registry requestOf {*}$known]
            set answer [my Proceed [my Progress $row $asked] $row $asked $wish]
        }
        return $answer
    }

    # Go on with what the same bytes have come to, or begin.
    method Proceed {progress row asked wish} {
        switch -- $progress {
            pending - held {
                return [my Waiting $row]
            }
            approved {
                return [my FinishLate $row $asked]
            }
            issued {
                dict incr Counters polled
                return [my Delivered [$Registry certificate [dict get $row serial]] [dict get $row id]]
            }
            denied {
                return [my Denied $row]
            }
        }
        return [my Begin $asked $wish]
    }

    # Tell how far a request has come: pending, held, approved, issued, denied; {} when the same bytes are a new one.
    method Progress {row asked} {
        set now [dict get $asked now]
        if {![dict size $row]} {
            return {}
        }
        set state [dict get $row state]
        switch -- $state {
            pending - held - approved {
                return [expr {[dict get $row expires] && $now > [dict get $row expires] ? {} : $state}]
            }
            issued {
                return [expr {[my IsFresh [dict get $row serial] $now] ? {issued} : {}}]
            }
            denied {
                return [expr {[dict get $row told] ? {} : {denied}}]
            }
        }
        return {}
    }

    # Whether a certificate is current and before its last third, in which it is renewed.
    method IsFresh {serial now} {
        if {[$Registry standing $serial -now $now] ne {current}} {
            return 0
        }
        set row [$Registry certificate $serial]
        return [expr {$now < [dict get $row notafter] - ([dict get $row notafter] - [dict get $row notbefore]) / 3}]
    }

    method Waiting {row} {
        dict incr Counters polled
        return [dict create state [dict get $row state] id [dict get $row id] retryafter [$Policy get retry-after]]
    }

    method Denied {row} {
        $Registry tell [dict get $row id]
        return [dict create state denied id [dict get $row id] why [dict get $row why]]
    }

    # Open a request, inside the transaction, and finish it where nobody has to be asked.
    method Begin {asked wish} {
        set token [my RequireToken $asked $wish]
        if {[dict size $token]} {
            set wish [my Granted $asked $wish $token]
        } else {
            set wish [my Expanded $asked $wish]
        }
        set verdict [my Judge $asked $wish]
        set approval [expr {[dict size $token] ? {token} : [dict get $verdict approval]}]
        if {$approval eq {token} && ![dict size $token]} {
            throw {SSLKEYS POLICY TOKEN} "a certificate is given here to whoever has a token for it"
        }
        if {$approval ne {token}} {
            my RequireFree $wish [dict get $asked now]
        }
        if {$approval eq {auto}} {
            set wish [my Unasked $wish]
        }
        # One key and name has one request that waits; those whose time is over do not count.
        $Registry expireRequests -now [dict get $asked now]
        my RequireRoom $asked $wish $approval
        my RequireKey $wish
        if {$approval eq {manual} || [dict get $verdict needed] > 1} {
            my RequireSound $asked $wish
        }
        set row [my Open $asked $wish $verdict $approval]
        if {$approval eq {token}} {
            $Registry spendToken [my Secret $asked $wish] [dict get $row id] -now [dict get $asked now]
            # A token is the approval of whoever made it.
            set row [$Registry decide [dict get $row id] approve [dict get $token who] token -now [dict get $asked now]]
        }
        if {[dict get $row state] eq {approved}} {
            return [my Finish $row $asked]
        }
        return [my Waiting $row]
    }

    # Open a request; what the policy itself approves is so from the beginning.
    #   out  its row
    method Open {asked wish verdict approval} {
        set now [dict get $asked now]
        # What is no name of the request may be a secret that was typed in the wrong place.
        set user {}
        if {[string equal -nocase [dict get $asked user] [dict get $wish name]]} {
            set user [dict get $wish name]
        }
        set row [dict create operation [dict get $asked operation] profile [dict get $asked profile] name [dict get $wish name] \
            subject [dict get $wish subject] san [dict get $wish san] authserial [dict get $asked authserial] \
            csrhash [dict get $wish csrhash] keyfingerprint [dict get $wish keyfingerprint] keytype [dict get $wish keytype] \
            address [dict get $asked group] \
            user $user needed [dict get $verdict needed] \
            state pending token {} why {} opened $now changed $now expires [expr {$now + 86400 * [$Policy get pending-days]}]]
        if {$approval eq {auto}} {
            set row [dict merge $row [list state [::sslkeys::policy::next pending approve] needed 0 why auto]]
        }
        dict set row id [$Registry openRequest $row]
        dict incr Counters opened
        return $row
    }

    # Finish a request that was approved some time ago, inside the transaction.
    #   out  the answer; state denied where by now another has the name, the key was stolen, or the CA may not sign it
    method FinishLate {row asked} {
        set now [dict get $asked now]
        try {
            my RequireKey $row
            if {[dict get $row operation] eq {enroll} && [dict get $row token] eq {}} {
                my RequireFree $row $now
            }
            return [my Finish $row $asked]
        } trap {SSLKEYS POLICY RESERVED} message {
        } trap {SSLKEYS POLICY KEY} message {
        } trap {SSLKEYS NAME} message {
        } trap {SSLKEYS CERTIFICATE} message {
        }
        return [my Denied [$Registry decide [dict get $row id] deny $Who $message -now $now]]
    }

    # Make the certificate of an approved request, inside the transaction.
    method Finish {row asked} {
        set now [dict get $asked now]
        set id [dict get $row id]
        my RequireRate $asked [expr {[dict get $row operation] eq {renew} ? {renew} : [dict get $row needed] == 0 ? {unasked} : {approved}}]
        set made [my Sign $asked $row]
        set entry [dict create name [dict get $row name] profile [dict get $row profile] request $id \
            certificate [dict get $made certificate] origin est at $now who [my Asker $asked]]
        if {[dict get $row operation] eq {renew}} {
            dict set entry parent [dict get $row authserial]
        }
        set recorded [my Record $entry]
        dict incr Counters issued
        return [my Delivered $recorded $id]
    }

    # Sign what was approved; of the request only the key is used.
    method Sign {asked row} {
        set days [$Policy days [dict merge $row [dict create address [dict get $asked address]]]]
        set made [my WithCa [list ::sslkeys::certificate sign [dict get $asked request] [dict get $row profile]] \
            -days $days -now [dict get $asked now] -san [dict get $row san] {*}[dict get $row subject]]
        return [my WithChain $made]
    }

    method Delivered {row id} {
        set answer [dict create state issued id $id]
        foreach key {certificate serial notbefore notafter fingerprint} {
            dict set answer $key [dict get $row $key]
        }
        return $answer
    }

    method Judge {asked wish} {
        return [$Policy judge [dict merge [dict filter $wish key name san keytype bits] [dict filter $asked key operation profile address] \
            [dict create known [$Registry everIssued [dict get $wish name]]]]]
    }

    # What a request wishes, with what stands to reason: a mailbox of the subject is a SAN, a host's name is one.
    method Expanded {asked wish} {
        set san [dict get $wish san]
        foreach {attribute value} [dict get $wish subject] {
            if {$attribute eq {EMAIL}} {
                my CheckEmail $value
                lappend san EMAIL:$value
            }
        }
        if {[dict get $asked profile] in {server peer} && [lsearch -regexp $san {^(?:DNS|IP):}] < 0} {
            set name [dict get $wish name]
            lappend san [expr {[::sslkeys::network::isAddress $name] ? "IP:$name" : "DNS:$name"}]
        }
        return [dict replace $wish san [my Once $san]]
    }

    # Each of a list once, in its order.
    method Once {list} {
        set seen {}
        foreach entry $list {
            dict set seen $entry 1
        }
        return [dict keys $seen]
    }

    # Who is given a certificate unasked chooses its name and mailbox; the rest of a subject would be nobody's word.
    method Unasked {wish} {
        set subject [lmap {attribute value} [dict get $wish subject] {
            expr {$attribute in {CN EMAIL} ? [list $attribute $value] : [continue]}
        }]
        return [dict replace $wish subject [concat {*}$subject]]
    }

    # Nobody gets the name of a server, an operator, or one that a token is out for.
    #   errors  POLICY RESERVED
    method RequireFree {wish now} {
        foreach name [::sslkeys::policy::names $wish] {
            set speakers [list $name]
            if {[regexp {^[^.@]+\.([^@]+)$} $name - domain]} {
                # A wildcard speaks for the names below it.
                lappend speakers *.$domain
            }
            foreach speaker $speakers {
                if {[$Registry reserved $speaker -now $now]} {
                    my ThrowReserved $name
                }
            }
            if {[regexp {^\*\.(.+)$} $name - domain] && [$Registry reservedBelow $domain -now $now]} {
                my ThrowReserved $name
            }
        }
    }

    method ThrowReserved {name} {
        throw [list SSLKEYS POLICY RESERVED name $name] "the name \"$name\" is reserved"
    }

    # A key that was stolen once stays so.
    #   errors  POLICY KEY
    method RequireKey {wish} {
        if {[$Registry compromised [dict get $wish keyfingerprint]]} {
            throw [list SSLKEYS POLICY KEY keyfingerprint [dict get $wish keyfingerprint]] \
                "a certificate of this key was revoked because the key was stolen: make a new one"
        }
    }

    # Refuse at once what nobody could sign later: it is made with a key that nobody trusts, and thrown away.
    #   errors  NAME ..., CERTIFICATE ...
    method RequireSound {asked wish} {
        if {$Scratch eq {}} {
            set Scratch [::sslkeys::key generate]
        }
        ::sslkeys::certificate selfsign [dict get $asked profile] -key $Scratch -san [dict get $wish san] {*}[dict get $wish subject]
    }

    # Keep within the caps what waits for a person.
    #   errors  POLICY FULL
    method RequireRoom {asked wish approval} {
        if {$approval ne {manual}} {
            return
        }
        set open {pending held approved}
        foreach {bound conditions what} [list \
            1 [list -name [dict get $wish name] -keyfingerprint [dict get $wish keyfingerprint]] "of this name and key" \
            [$Policy get pending-per-address] [list -address [dict get $asked group]] "from this address" \
            [$Policy get pending] {} {}] {
            if {[$Registry countRequests -state $open {*}$conditions] >= $bound} {
                throw [list SSLKEYS POLICY FULL retryafter [$Policy get retry-after]] \
                    "$bound requests [expr {$what eq {} ? {} : "$what "}]wait for a decision already"
            }
        }
    }
}
