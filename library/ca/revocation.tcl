# The revoked set, and the judge that a door asks about each identity. Until the registry keeps it, the set is a small file
# revoked.txt in the key directory, one line each: serial, Unix time, reason.

oo::class create ::sslkeys::revocation {
    variable Path Revoked Stamp

    # Read the set of a key directory.
    #   errors  POLICY REVOCATIONS when the file is damaged
    constructor {directory} {
        set Path [file join $directory revoked.txt]
        set Revoked {}
        set Stamp {}
        my refresh
    }

    # Read the file again if another process has written it. A damaged file lets nobody in; one that vanished frees nobody.
    #   errors  POLICY REVOCATIONS
    method refresh {} {
        if {[my LookStamp] ne $Stamp} {
            set stamp [my LookStamp]
            set Revoked [my Load]
            set Stamp $stamp
        }
    }

    # Revoke a serial number, durably; again is once.
    #   errors  ARGS RANGE; POSIX ... when it cannot be written, and then it is not revoked
    method revoke {serial reason} {
        if {![regexp {^[0-9a-f]{1,40}$} $serial] || ![regexp {^[a-z-]{1,40}$} $reason]} {
            return -code error -errorcode [list SSLKEYS ARGS RANGE serial [string range $serial 0 59]] \
                "a serial number is lower-case hex, a reason a lower-case word"
        }
        set directory [file dirname $Path]
        ::sslkeys::durable lock $directory {
            my refresh
            if {![dict exists $Revoked $serial]} {
                set revoked [dict replace $Revoked $serial [list [clock seconds] $reason]]
                set lines {}
                dict for {one entry} $revoked {
                    append lines "$one $entry\n"
                }
                ::sslkeys::durable write $Path $lines
                set Revoked $revoked
                set Stamp [my LookStamp]
            }
        }
        return
    }

    # Whether a serial number is revoked.
    method has {serial} {
        return [dict exists $Revoked $serial]
    }

    # Judge an identity whose chain is good already.
    #   in      the profiles that may come in, the identity dict
    #   errors  CHAIN REVOKED, CHAIN PURPOSE
    method judge {profiles identity} {
        my refresh
        set serial [dict get $identity serial]
        if {[dict exists $Revoked $serial]} {
            throw [list SSLKEYS CHAIN REVOKED serial $serial] "the certificate $serial is revoked"
        }
        if {[dict get $identity profile] ni $profiles} {
            throw [list SSLKEYS CHAIN PURPOSE profile [dict get $identity profile]] \
                "a certificate of profile [dict get $identity profile] is not let in here"
        }
        return 1
    }

    # Durable writing renames a new file into place, so the inode tells even two changes within one second.
    method LookStamp {} {
        if {![file exists $Path]} {
            return {}
        }
        file stat $Path stat
        return [list $stat(ino) $stat(size) $stat(mtime)]
    }

    method Load {} {
        if {![file exists $Path]} {
            return $Revoked
        }
        set revoked {}
        set channel [open $Path r]
        try {
            set lines [split [string trimright [read $channel] \n] \n]
        } finally {
            close $channel
        }
        foreach line $lines {
            if {![regexp {^([0-9a-f]{1,40}) ([0-9]{1,12}) ([a-z-]{1,40})$} $line - serial time reason]} {
                throw [list SSLKEYS POLICY REVOCATIONS path $Path] "the list of revoked certificates $Path is damaged"
            }
            dict set revoked $serial [list $time $reason]
        }
        return $revoked
    }
}
