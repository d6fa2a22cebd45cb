# What createAndSign in C++ does with the registry: put on record, publish in the key directory, release. And what is done
# about a process that died in between: where its certificate stands in the directory it was published and is released, else
# it never left and is closed; so is what was made for a network, since its key died with the process or the answer was not
# sent. The database is never locked while the directory is asked.

oo::define ::sslkeys::registry {
    # Put on record what is about to be published under its name. Without -force no other may be current.
    #   errors  STORE EXISTS, CONSTRAINT
    method put {row isReplacing} {
        my settle -own 1
        $Db transaction {
            set current [my newest [dict get $row name] -now [dict get $row at]]
            if {[llength $current]} {
                if {!$isReplacing} {
                    throw [list SSLKEYS STORE EXISTS name [dict get $row name]] \
                        "\"[dict get $row name]\" is taken: its certificate [dict get $current serial] is on record;\
                        revoke that one, or replace it with -force 1"
                }
                dict set row parent [dict get $current serial]
            }
            my prepare $row
        }
    }

    # Release what stands in the directory now. What cannot be released for the moment is when the database is back.
    #   errors  STORE CONSTRAINT when it was revoked at once, with the one in whose place it comes
    method published {serial} {
        try {
            my release $serial
        } on error {message options} {
            lappend Unsettled $serial
            return -options $options $message
        }
        if {[my standing $serial] eq {revoked}} {
            throw [list SSLKEYS STORE CONSTRAINT serial $serial] \
                "the certificate that was to be replaced was revoked meanwhile, and its successor $serial with it: issue a new one"
        }
    }

    # Publishing failed. That it stands in spite of it is possible: a fault after the last step is one.
    method abandon {serial why} {
        lappend Unsettled $serial
        my settle -own 1 -why $why
    }

    # Release or close what is prepared and whose process is dead, or failed in it. What cannot be settled now stays.
    #   in   -own 1  only what this object has failed in; -now
    #   out  the serial numbers of what was settled
    method settle {args} {
        set options [::sslkeys::ReadOptions $args {-own 0 -why {its process ended before it was published} -now {}}]
        set settled {}
        if {![llength $Unsettled] && [dict get $options -own]} {
            return {}
        }
        try {
            foreach row [$Db rows {SELECT serial, name, fingerprint, origin, owner FROM certificates WHERE state = 'prepared'}] {
                set serial [dict get $row serial]
                if {$serial in $Unsettled || (![dict get $options -own] && ![my IsAlive $row])} {
                    my SettleRow $row [dict get $options -why] [my Now [list -now [dict get $options -now]]]
                    set Unsettled [lsearch -all -inline -not -exact $Unsettled $serial]
                    lappend settled $serial
                }
            }
        } trap {SSLKEYS STORE} {} {
            # The database is busy, full or gone: the row stays prepared, and nothing of it is current.
        } trap POSIX {} {
            # The directory cannot be looked at.
        }
        return $settled
    }

    method SettleRow {row why now} {
        set serial [dict get $row serial]
        set isPublished [expr {[dict get $row origin] eq {command} && [my StandsPublished [dict get $row name] [dict get $row fingerprint]]}]
        $Db transaction {
            # By now somebody else may have settled it.
            if {[$Db value {SELECT state FROM certificates WHERE serial = :serial} [list serial $serial]] eq {prepared}} {
                if {$isPublished} {
                    my release $serial -now $now
                } else {
                    my Close $serial $why $now
                }
            }
        }
    }

    # Whether a certificate stands under its name, after whatever was broken off there has come to its end.
    method StandsPublished {name fingerprint} {
        set path [file join $Directory $name.crt]
        if {![regexp {^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$} $name]} {
            return 0
        }
        try {
            ::sslkeys::durable settle $Directory $name
        } trap {SSLKEYS STORE} {} {
            # No pair; a certificate may stand alone.
        }
        if {![file exists $path]} {
            return 0
        }
        try {
            return [expr {[dict get [::sslkeys::certificate info [::sslkeys::ReadFile $path]] fingerprint] eq $fingerprint}]
        } trap SSLKEYS {} {
            return 0
        }
    }

    # This process, told from another one that later has its number: host, number, and when it began.
    method Process {} {
        return [list {*}$Myself [clock seconds]]
    }

    # Whether the process that prepared a row may still be at it. Of another host's, and where there is no /proc, its age tells.
    method IsAlive {row} {
        lassign [dict get $row owner] host pid begun prepared
        if {$host ne [info hostname] || $begun eq {}} {
            return [expr {[clock seconds] - $prepared < 3600}]
        }
        return [expr {[my Begun $pid] eq $begun}]
    }

    # When a process began, in the system's own words; {} when there is none.
    method Begun {pid} {
        try {
            set channel [open /proc/$pid/stat r]
            try {
                # The second word is the program's name in parentheses, which may hold anything.
                return [lindex [split [regsub {^.*\) } [read $channel] {}]] 19]
            } finally {
                close $channel
            }
        } trap POSIX {} {
            return {}
        }
    }

    method Hook {} {
        file stat $Directory stat
        set Place $stat(dev),$stat(ino)
        dict lappend ::sslkeys::registries $Place [self]
    }

    method Unhook {} {
        if {![info exists Place]} {
            return
        }
        set others [lsearch -all -inline -not -exact [dict get $::sslkeys::registries $Place] [self]]
        if {[llength $others]} {
            dict set ::sslkeys::registries $Place $others
        } else {
            dict unset ::sslkeys::registries $Place
        }
    }
}
