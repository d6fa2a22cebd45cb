# ca.crl: the list of what was revoked, in the key directory, signed again after each change and before its half life is over.
# Its number comes from the registry together with the set that it counts for; the number in the file never falls. Where a rollover
# has left a previous CA that is trusted, the file holds a list of that too. RFC 5280 5.

oo::class create ::sslkeys::crlfile {
    variable Directory Registry Options Kept Covered Signers Shown ShownStamp Taken Waiting Signed Job Round Again Complaint

    # Keep the list of a key directory.
    #   in  the directory, the registry; -days  until the next list is due; -log  prefix: level, event, name value ...
    #       -cakeypasswordfrom  as for `sslkeys::crl sign`
    constructor {directory registry args} {
        set Directory $directory
        set Registry $registry
        set Options [::sslkeys::ReadOptions $args {-days 7 -log {} -cakeypasswordfrom {}}]
        set Kept {}          ;# file of a CA -> its last list
        set Covered -1       ;# the registry's counter of changes that our last list covers
        set Signers {}       ;# the stamp of ca.crt, which names all that sign a list, when it was signed
        set Shown {}
        set ShownStamp {}
        set Waiting {}
        set Job {}
        set Round 0          ;# how many times a number was taken
        set Again 0          ;# after a failure: not before that moment of the ticker
        set Complaint {}
        set Taken {}
    }

    destructor {
        if {[info exists Job] && $Job ne {}} {
            ::sslkeys::job cancel $Job
        }
    }

    method path {} {
        return [file join $Directory ca.crl]
    }

    method days {days} {
        dict set Options -days $days
    }

    # Tell of the list that stands: dict number thisupdate nextupdate count ..., as `sslkeys::crl info` does; {} when there is none.
    method info {} {
        set stamp [my Stamp [my path]]
        if {$stamp ne $ShownStamp} {
            set Shown [expr {$stamp eq {} ? {} : [::sslkeys::crl info [lindex [my Lists] 0]]}]
            set ShownStamp $stamp
        }
        return $Shown
    }

    # Sign and write the list when it is due: something was revoked, half its life is over, others sign it, or there is none.
    #   in  the registry's counter of changes, the time
    method poll {changes now} {
        if {$Job ne {} || [::sslkeys::ticker now] < $Again} {
            return
        }
        set half [my IsHalf $now]
        if {$changes == $Covered && !$half && [my CaStamp] eq $Signers} {
            return
        }
        try {
            my Take $half $now
            my Continue 1
        } on error {message details} {
            my Fail $message [dict get $details -errorcode]
        }
    }

    # Sign and write the list at once.
    #   out     its path
    #   errors  STORE ...; CA ...; POSIX ...
    method write {now} {
        if {$Job ne {}} {
            ::sslkeys::job cancel $Job
            set Job {}
        }
        my Take 1 $now
        my Continue 0
        return [my path]
    }

    # Whether half of a list's life is over, or the clock was set back before its beginning.
    method IsHalf {now} {
        try {
            set list [my info]
        } on error {} {
            # Whatever stands there, it is no list.
            return 1
        }
        if {$list eq {} || [dict get $list nextupdate] eq {}} {
            return 1
        }
        set begin [dict get $list thisupdate]
        return [expr {$now >= $begin + ([dict get $list nextupdate] - $begin) / 2 || $now < $begin}]
    }

    # Take the next number, with what was revoked since our last list; or with all, where there is none to go on with.
    method Take {whole now} {
        incr Round
        set stamp [my CaStamp]
        set cas [my Authorities]
        set inFile [my NumberInFile]
        [$Registry db] transaction {
            if {$inFile > [my NumberTaken] && [set carried [$Registry adoptList]]} {
                my Log warning crl-adopted number $inFile revoked $carried
            }
            set whole [expr {$whole || $Covered < 0 || $Covered > [$Registry changes]
                || [lsort [dict keys $Kept]] ne [lsort [dict keys $cas]]}]
            lassign [$Registry nextCrlNumber -now $now {*}[expr {$whole ? {} : [list -after $Covered]}]] number revoked counter
        }
        set Taken [dict create number $number counter $counter cas $cas stamp $stamp \
            terms [list -number $number -revoked $revoked -now $now -days [dict get $Options -days]] whole $whole \
            large [expr {[dict size $revoked] > 500 || !$whole && [my Size] > 65536}]]
        set Waiting [dict keys $cas]
        set Signed {}
    }

    # Sign one list after the other, in the background where that takes long, then write them.
    method Continue {background} {
        while {[llength $Waiting]} {
            set file [lindex $Waiting 0]
            set words [list -cafile $file -cakeyfile [dict get $Taken cas $file] {*}[dict get $Taken terms]]
            if {[dict get $Options -cakeypasswordfrom] ne {}} {
                lappend words -cakeypasswordfrom [dict get $Options -cakeypasswordfrom]
            }
            set command [expr {[dict get $Taken whole] ? {sign} : [list add [dict get $Kept $file]]}]
            if {$background && [dict get $Taken large]} {
                set Job [::sslkeys::crl {*}$command {*}$words -command [list ::sslkeys::crlfile::Deliver [self] $Round]]
                return
            }
            my Keep [::sslkeys::crl {*}$command {*}$words]
        }
        my Write
    }

    method Keep {list} {
        set Waiting [lassign $Waiting file]
        dict set Signed $file $list
    }

    method Done {round outcome result {code {}}} {
        if {$round != $Round} {
            return
        }
        set Job {}
        try {
            if {$outcome ne {ok}} {
                return -code error -errorcode $code $result
            }
            my Keep $result
            my Continue 1
        } on error {message details} {
            my Fail $message [dict get $details -errorcode]
        }
    }

    # Put the signed lists into the file, unless somebody was faster with a later number, or another CA signs now.
    method Write {} {
        set text [join [lmap list [dict values $Signed] {string cat [string trimright $list \n] \n}] {}]
        set isWritten 0
        ::sslkeys::durable lock $Directory {
            if {[my CaStamp] ne [dict get $Taken stamp]} {
                throw {SSLKEYS CA ROLLOVER} "another CA signs since a moment ago: the list is signed anew"
            }
            if {[my NumberInFile] < [dict get $Taken number]} {
                ::sslkeys::durable write [my path] $text
                set isWritten 1
            }
        }
        set Kept $Signed
        set Covered [dict get $Taken counter]
        set Signers [dict get $Taken stamp]
        set Complaint {}
        if {$isWritten} {
            my Log info crl number [dict get $Taken number] entries [dict get [my info] count]
        }
    }

    # Fail once aloud; try again in ten seconds.
    method Fail {message code} {
        set Again [expr {[::sslkeys::ticker now] + 10000}]
        if {$Taken ne {} && [my CaStamp] ne [dict get $Taken stamp]} {
            # It was begun for another CA.
            set Again 0
            return
        }
        # Whatever it was, the next one is made from nothing.
        set Kept {}
        if {[lrange $code 0 2] ne $Complaint} {
            set Complaint [lrange $code 0 2]
            my Log error crl-failed code $code reason $message
        }
    }

    # The CAs that sign a list: certificate file -> key file, who signs certificates first.
    method Authorities {} {
        set kept $::sslkeys::keydirectory
        set ::sslkeys::keydirectory $Directory
        try {
            set status [::sslkeys::rollover status]
        } finally {
            set ::sslkeys::keydirectory $kept
        }
        set cas [dict create [file join $Directory ca.crt] [file join $Directory ca.key]]
        foreach ca [dict get $status previous] {
            # One that is over has nothing to say any more, and one without its key cannot.
            if {[dict get $ca notafter] > [clock seconds] && [file exists [dict get $ca keyfile]]} {
                dict set cas [dict get $ca certfile] [dict get $ca keyfile]
            }
        }
        return $cas
    }

    # The last number that the registry gave.
    method NumberTaken {} {
        set number [$Registry meta crlnumber]
        return [expr {$number eq {} ? 0 : $number}]
    }

    # The number in the file; 0 when there is none, or no list in it.
    method NumberInFile {} {
        try {
            set list [my info]
            return [expr {$list eq {} ? 0 : [dict get $list number] eq {} ? 0 : [dict get $list number]}]
        } trap SSLKEYS {} {
            return 0
        }
    }

    # The lists in the file, each a PEM.
    method Lists {} {
        set channel [open [my path] r]
        try {
            return [::sslkeys::crlfile::lists [read $channel]]
        } finally {
            close $channel
        }
    }

    method Size {} {
        return [expr {[file exists [my path]] ? [file size [my path]] : 0}]
    }

    method CaStamp {} {
        return [my Stamp [file join $Directory ca.crt]]
    }

    method Stamp {path} {
        try {
            file stat $path stat
            return [list $stat(ino) $stat(size) $stat(mtime)]
        } trap POSIX {} {
            return {}
        }
    }

    method Log {level event args} {
        if {[dict get $Options -log] ne {}} {
            {*}[dict get $Options -log] $level $event {*}$args
        }
    }
}

namespace eval ::sslkeys::crlfile {
    namespace export lists
}

# Take the revocation lists of a PEM text apart; a regular expression would take long over a long one.
proc ::sslkeys::crlfile::lists {text} {
    set lists {}
    set end 0
    while {[set begin [string first "-----BEGIN X509 CRL-----" $text $end]] >= 0} {
        set last [string first "-----END X509 CRL-----" $text $begin]
        if {$last < 0} {
            break
        }
        set end [expr {$last + 22}]
        lappend lists [string range $text $begin $end-1]\n
    }
    return $lists
}

# Tell an object of its job's end, if it is still there.
proc ::sslkeys::crlfile::Deliver {object round args} {
    if {[info object isa object $object]} {
        [info object namespace $object]::my Done $round {*}$args
    }
}
