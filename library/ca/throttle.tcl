# How much in a minute: what is done at all, and how often one address failed. Kept in memory alone, in bounds; the clock is
# the caller's, and where it was set back a minute begins anew, so that nobody is shut out for a day.

oo::class create ::sslkeys::throttle {
    variable Counts Failures Most

    # Keep at most so many addresses.
    constructor {{most 10000}} {
        set Most $most
        set Counts {}
        set Failures {}
    }

    # Count something that may be done so often in a minute.
    #   in   what, the bound (0: none), now
    #   out  0 when it may be done, and is counted; else the seconds until it may
    method take {what bound now} {
        lassign [expr {[dict exists $Counts $what] ? [dict get $Counts $what] : {0 0}}] since count
        if {$now - $since >= 60 || $now < $since} {
            lassign [list $now 0] since count
        }
        if {$bound > 0 && $count >= $bound} {
            return [expr {$since + 60 - $now}]
        }
        dict set Counts $what [list $since [incr count]]
        return 0
    }

    # Note that an address was refused. Each time that it passes the bound within its minute it waits twice as long, up to an hour.
    method failed {address bound now} {
        if {$bound == 0} {
            return
        }
        lassign [my Entry $address $now] since count until strikes
        if {$now - $since >= 60} {
            # Ten quiet minutes forgive.
            set strikes [expr {$now - max($since, $until) >= 600 ? 0 : $strikes}]
            lassign [list $now 0] since count
        }
        if {[incr count] >= $bound} {
            set until [expr {$now + min(3600, 60 << min(6, $strikes))}]
            incr strikes
            lassign [list $now 0] since count
        }
        my Forget $address $now
        dict set Failures $address [list $since $count $until $strikes]
    }

    # Tell for how many seconds an address is not heard, 0 when it is.
    method wait {address now} {
        lassign [my Entry $address $now] - - until
        return [expr {max(0, $until - $now)}]
    }

    # Tell how many addresses are kept.
    method size {} {
        return [dict size $Failures]
    }

    method Entry {address now} {
        if {![dict exists $Failures $address]} {
            return [list $now 0 0 0]
        }
        set entry [dict get $Failures $address]
        lassign $entry since - until
        if {$since > $now || $until > $now + 3600} {
            return [list $now 0 0 0]
        }
        return $entry
    }

    # Make room for an address: it goes to the end, and of too many the one that failed least recently is forgotten.
    method Forget {address now} {
        dict unset Failures $address
        if {[dict size $Failures] >= $Most} {
            dict for {oldest -} $Failures break
            dict unset Failures $oldest
        }
    }
}
