# Who is revoked, for the doors: asked of the registry, and of memory while that is out of reach. Whoever is revoked elsewhere is
# noticed by a counter that is read every second. Knows no channel: it tells serial numbers, and the server closes what shows them.

oo::class create ::sslkeys::revocation {
    variable Directory Registry Options Revoked Counter Operators Seen Reached Away Told List Responder

    # Watch over the certificates of a key directory.
    #   in      the directory, its registry
    #           -stale    seconds for which memory decides while the registry is out of reach
    #           -overlap  seconds for which a certificate is let in after a newer one of its name was issued
    #           -grace    seconds after its end in which one that is shown as expired may knock
    #           -crldays  until the next list is due;  -cakeypasswordfrom  as for `sslkeys::crl sign`
    #           -revoked  prefix, called with a list of serial numbers that are revoked from now on
    #           -lost     prefix, called once when the registry is out of reach for longer than -stale
    #           -log      prefix: level, event, name value ...
    #   errors  STORE ...; POLICY REVOCATIONS when revoked.txt of an earlier version is damaged
    constructor {directory registry args} {
        set Directory $directory
        set Registry $registry
        set Options [::sslkeys::ReadOptions $args {
            -stale 600 -overlap 0 -grace 0 -crldays 7 -cakeypasswordfrom {} -revoked {} -lost {} -log {} -who {}
        }]
        set Revoked {}
        set Counter 0
        set Operators {}
        set Seen {}    ;# serial -> {fingerprint profile} of those let in lately
        set Away {}
        set Told 0     ;# whether -lost was called since the registry went away
        set List [::sslkeys::crlfile new $Directory $Registry -days [dict get $Options -crldays] -log [dict get $Options -log] \
            -cakeypasswordfrom [dict get $Options -cakeypasswordfrom]]
        set Responder [::sslkeys::responder new $Directory $Registry -cakeypasswordfrom [dict get $Options -cakeypasswordfrom]]
        my TakeOld
        my Learn
    }

    destructor {
        foreach part {List Responder} {
            if {[info exists $part]} {
                [set $part] destroy
            }
        }
    }

    # Set -stale, -overlap, -grace or -crldays anew.
    method configure {args} {
        set Options [::sslkeys::ReadOptions $args $Options]
        $List days [dict get $Options -crldays]
    }

    # Judge the identity of a certificate whose chain is good: the newest of its name that the registry knows may come in.
    #   in      the profiles that are let in, as the registry's row says, whatever the certificate does; the identity
    #   out     1
    #   errors  CHAIN REVOKED, UNKNOWN, SUPERSEDED, EXPIRED, PURPOSE, STALE
    method judge {profiles identity} {
        return [my Decide $profiles $identity 0]
    }

    # The same where a superseded certificate is an identity too: it may ask for its successor again; and one that is expired
    # within its grace, which may renew.
    method knock {profiles identity} {
        return [my Decide $profiles $identity 1]
    }

    # Whether a serial number is revoked.
    method has {serial} {
        return [dict exists $Revoked $serial]
    }

    # How many are revoked.
    method count {} {
        return [dict size $Revoked]
    }

    # Revoke in the registry, and close what is open with it at once.
    method revoke {serial reason who {note {}} args} {
        $Registry revoke $serial $reason $who $note {*}$args
        my refresh
    }

    # Learn what was revoked since the last look, and tell it.
    #   errors  STORE ...
    method refresh {} {
        set fresh [my Learn]
        if {[llength $fresh] && [dict get $Options -revoked] ne {}} {
            {*}[dict get $Options -revoked] $fresh
        }
        return
    }

    # Do what is due, once a second: what others revoked, and the list.
    method poll {now} {
        try {
            my refresh
            set Operators [$Registry operators]
            if {$Away ne {}} {
                my Log warning registry-back
                set Away {}
            }
        } on error {message details} {
            set code [dict get $details -errorcode]
            if {[lindex $code 0] ni {SSLKEYS POSIX}} {
                return -options $details $message
            }
            if {[lrange $code 0 2] ne $Away} {
                set Away [lrange $code 0 2]
                my Log error registry-away code $code reason $message
            }
            if {[my IsStale] && !$Told && [dict get $Options -lost] ne {}} {
                set Told 1
                {*}[dict get $Options -lost]
            }
            return
        }
        set Told 0
        $List poll $Counter $now
    }

    # Write ca.crl now, where no server does.
    #   out     its path
    #   errors  STORE ...; CA ...; POSIX ...
    method publish {{now {}}} {
        return [$List write [expr {$now eq {} ? [clock seconds] : $now}]]
    }

    # Tell where ca.crl is, and what it says of itself.
    method crl {} {
        return [$List path]
    }
    method list {} {
        try {
            return [$List info]
        } trap SSLKEYS {} - trap POSIX {} {
            return {}
        }
    }

    # Answer an OCSP request: see responder.
    method answer {der} {
        return [$Responder answer $der]
    }

    # Read what is new; the set is kept, however long it is.
    #   out  the serial numbers that were not known to be revoked
    method Learn {} {
        set changes [$Registry changes]
        set Reached [::sslkeys::ticker now]
        if {$changes == $Counter} {
            return
        }
        # After a restore the counter may have fallen: then all is read anew.
        set isAnew [expr {$changes < $Counter}]
        lassign [$Registry revokedSince [expr {$isAnew ? 0 : $Counter}]] read Counter
        set fresh {}
        foreach serial [dict keys $read] {
            if {![dict exists $Revoked $serial]} {
                lappend fresh $serial
            }
        }
        if {$isAnew} {
            set Revoked $read
        } else {
            foreach serial $fresh {
                dict set Revoked $serial [dict get $read $serial]
            }
        }
        return $fresh
    }

    method Decide {profiles identity knocking} {
        set serial [dict get $identity serial]
        if {[dict exists $Revoked $serial]} {
            my Refuse REVOKED $serial "is revoked"
        }
        try {
            set profile [my Consult $identity $knocking]
            set Reached [::sslkeys::ticker now]
        } trap {SSLKEYS STORE} {} - trap POSIX {} {
            set profile [my Remember $identity]
        }
        if {$profile ni $profiles} {
            throw [list SSLKEYS CHAIN PURPOSE profile $profile] "a certificate of profile $profile is not let in here"
        }
        return 1
    }

    # Ask the registry for the profile of a certificate that may be used.
    method Consult {identity knocking} {
        set serial [dict get $identity serial]
        try {
            set row [$Registry certificate $serial]
        } trap {SSLKEYS POLICY UNKNOWN} {} {
            my Refuse UNKNOWN $serial "is not on record here"
        }
        # Below a shared root, a sibling CA could have given one of its own the serial number of one of ours.
        if {[dict get $row fingerprint] ne [dict get $identity fingerprint]} {
            my Refuse UNKNOWN $serial "is not the one on record here"
        }
        switch -- [$Registry standing $serial] {
            current {}
            superseded {
                if {!$knocking && ![my IsRecent [dict get $row name]]} {
                    my Refuse SUPERSEDED $serial "is superseded: a newer one of \"[dict get $row name]\" was issued"
                }
            }
            revoked {my Refuse REVOKED $serial "is revoked"}
            expired {
                if {!$knocking || [clock seconds] > [dict get $row notafter] + [dict get $Options -grace]} {
                    my Refuse EXPIRED $serial "has expired"
                }
            }
            default {my Refuse UNKNOWN $serial "was never issued"}
        }
        my Note $serial $row
        return [dict get $row profile]
    }

    # Whether the newest certificate of a name was issued within the overlap.
    method IsRecent {name} {
        set newest [$Registry newest $name]
        return [expr {[dict size $newest] && [clock seconds] - [dict get $newest at] < [dict get $Options -overlap]}]
    }

    method Note {serial row} {
        if {[dict size $Seen] >= 10000} {
            set Seen {}
        }
        dict set Seen $serial [list [dict get $row fingerprint] [dict get $row profile]]
    }

    # Tell the profile of a certificate without the registry, while what we know of it is not too old.
    method Remember {identity} {
        set serial [dict get $identity serial]
        if {[my IsStale]} {
            throw [list SSLKEYS CHAIN STALE serial $serial] \
                "the registry is out of reach for more than [dict get $Options -stale] s, so nobody is let in"
        }
        if {[dict exists $Seen $serial]} {
            lassign [dict get $Seen $serial] fingerprint profile
            if {$fingerprint eq [dict get $identity fingerprint]} {
                return $profile
            }
        } elseif {[dict exists $identity issuerkey] && [$Responder isOurs [dict get $identity issuerkey]]} {
            # An operator's certificate looks like a client's.
            return [expr {$serial in $Operators ? {operator} : [dict get $identity profile]}]
        }
        my Refuse UNKNOWN $serial "cannot be looked up now"
    }

    # Whether what memory knows is too old to decide by.
    method IsStale {} {
        return [expr {[::sslkeys::ticker now] - $Reached > [dict get $Options -stale] * 1000}]
    }

    method Refuse {reason serial why} {
        throw [list SSLKEYS CHAIN $reason serial $serial] "the certificate $serial $why"
    }

    # Take in the file in which an earlier version kept what was revoked: lines of serial number, time, reason.
    #   errors  POLICY REVOCATIONS
    method TakeOld {} {
        set path [file join $Directory revoked.txt]
        if {![file exists $path]} {
            return
        }
        set channel [open $path r]
        try {
            set lines [split [string trimright [read $channel] \n] \n]
        } finally {
            close $channel
        }
        foreach line $lines {
            if {![regexp {^[0-9a-f]{1,40} [0-9]{1,12} [a-z-]{1,40}$} $line]} {
                throw [list SSLKEYS POLICY REVOCATIONS path $path] "the list of revoked certificates $path is damaged"
            }
        }
        set who [expr {[dict get $Options -who] eq {} ? "server:[info hostname]" : [dict get $Options -who]}]
        foreach line $lines {
            lassign $line serial time reason
            try {
                $Registry revoke $serial cessationOfOperation $who $reason -time $time
            } trap {SSLKEYS POLICY} {} {
                # It was never delivered, and removed: it is on record nowhere, so no door of ours lets it in.
                $Registry audit $who revoke $serial "revoked before there was a registry" [list reason $reason]
            }
        }
        file rename -force $path $path.imported
    }

    method Log {level event args} {
        if {[dict get $Options -log] ne {}} {
            {*}[dict get $Options -log] $level $event {*}$args
        }
    }
}
