# How much in a minute: what is done at all or for one address, and how often somebody failed. Kept in memory alone, in bounds;
# the clock is the caller's, and where it was set back a minute begins anew, so that nobody is shut out for a day.

oo::class create ::sslkeys::throttle {
    variable Counts Failures Most

    # Keep at most so many of either.
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
        my Remember Counts $what [list $since [incr count]]
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
        my Remember Failures $address [list $since $count $until $strikes]
    }

    # Tell for how many seconds an address is not heard, 0 when it is.
    method wait {address now} {
        lassign [my Entry $address $now] - - until
        return [expr {max(0, $until - $now)}]
    }

    # Tell how many are kept, of the one and of the other.
    method size {} {
        return [list [dict size $Counts] [dict size $Failures]]
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

    # Put an entry at the end of a table; of too many the one that changed least recently is forgotten.
    method Remember {table key entry} {
        dict unset $table $key
        if {[dict size [set $table]] >= $Most} {
            dict for {oldest -} [set $table] break
            dict unset $table $oldest
        }
        dict set $table $key $entry
    }
}
