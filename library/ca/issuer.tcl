# Decides about what machines and operators ask for, by the policy and the registry, and makes the certificate. Knows no
# channel. Subject and SANs come from the approved row; of a request only the key is used, and its bytes are never kept.
# In parts, a file each in issuer/: enrol, renew, token, line (the article's protocol), command (the operator's), record.

oo::class create ::sslkeys::issuer {
    variable Directory Registry Policy Who Passphrase Throttle Counters Scratch Owed

    # Issue from a key directory.
    #   in  the directory, its registry, a policy; -who  in whose name this process acts;
    #       -cakeypasswordfrom  as for `sslkeys::certificate sign`
    constructor {directory registry policy args} {
        set options [::sslkeys::ReadOptions $args [list -who server:[info hostname] -cakeypasswordfrom {}]]
        set Passphrase [expr {[dict get $options -cakeypasswordfrom] eq {} ? {} : [dict filter $options key -cakeypasswordfrom]}]
        set Directory $directory
        set Registry $registry
        set Policy $policy
        set Who [dict get $options -who]
        set Throttle [::sslkeys::throttle new]
        set Counters {issued 0 opened 0 polled 0 renewed 0 withdrawn 0 refused 0 full 0 rate 0}
        set Scratch {}
        set Owed {}  ;# what has to be withdrawn, and could not be yet: list of {issued reason}
    }

    destructor {
        if {[info exists Throttle]} {
            $Throttle destroy
        }
    }

    # Go on with another policy.
    method use {policy} {
        set Policy $policy
    }

    # Tell how often what happened since the start.
    method counters {} {
        return $Counters
    }

    # Withdraw what could not be withdrawn before.
    method settle {} {
        while {[llength $Owed]} {
            my Withdraw {*}[lindex $Owed 0]
            set Owed [lrange $Owed 1 end]
        }
    }

    # Do what is due: end the requests whose time is over.
    #   in  Unix time
    method sweep {now} {
        return [$Registry expireRequests -now $now]
    }

    # Answer a machine that asks for a certificate with a request of its own; asking again is polling.
    #   in      dict operation (enroll or renew), request (PEM); profile, {} for what is usual; peer  the identity of the
    #           certificate that was shown, or {}; address; user and secret as Basic gave them; now
    #   out     dict state issued certificate (with its chain) serial notbefore notafter id, or state pending or held, id retryafter
    #   errors  REQUEST, KEY, NAME, STORE NAME ...; POLICY PROFILE, RESERVED, REFUSED, KEY, EMAIL, TOKEN, DENIED, RENEWAL,
    #           STANDING; POLICY FULL and RATE with retryafter; STORE BUSY, GONE, FULL; CA ...
    method ask {asked} {
        set asked [dict merge {operation enroll profile {} peer {} address {} user {} secret {}} [list now [clock seconds]] $asked]
        my Count asked
        my RequireHeard $asked
        try {
            return [my Consider $asked]
        } on error {message details} {
            # Secrets may stand in what was asked: no trace of the calls shows it.
            return -code error -errorcode [dict get $details -errorcode] -errorstack {} $message
        }
    }

    method Consider {asked} {
        set wish {}
        try {
            set wish [my Read $asked]
            if {[dict get $asked operation] eq {renew}} {
                set answer [my Renew $asked $wish]
            } else {
                set answer [my Enrol $asked $wish]
            }
        } trap SSLKEYS {message details} {
            my NoteRefusal $asked $wish [dict get $details -errorcode] $message
            throw [dict get $details -errorcode] $message
        }
        # Decided, and on record: now it may be said.
        if {[dict get $answer state] eq {denied}} {
            throw [list SSLKEYS POLICY DENIED request [dict get $answer id]] \
                "the request [dict get $answer id] was denied[expr {[dict get $answer why] eq {} ? {} : ": [dict get $answer why]"}]"
        }
        return $answer
    }

    # Read a request: its key, and what it wishes.
    #   out     dict name subject san csrhash keyfingerprint keytype bits challenge
    #   errors  REQUEST ..., KEY ..., NAME COMMONNAME
    method Read {asked} {
        set request [dict get $asked request]
        if {[string length $request] > 65536} {
            throw {SSLKEYS REQUEST PEM} "the request is longer than 65536 characters"
        }
        set info [::sslkeys::request info $request]
        set wish [dict filter $info key subject san keyfingerprint keytype bits challenge]
        return [dict merge $wish [dict create name [my CommonName [dict get $info subject]] csrhash [dict get $info fingerprint]]]
    }

    method CommonName {subject} {
        # No expr gives back a name: of 0012 it would make a number.
        set names {}
        foreach {attribute value} $subject {
            if {$attribute eq {CN}} {
                lappend names $value
            }
        }
        if {[llength $names] != 1} {
            throw {SSLKEYS NAME COMMONNAME} "a subject needs exactly one CN"
        }
        return [lindex $names 0]
    }

    # Say by what who asks is counted: a network, or of who is known himself, so that no neighbour shuts him out.
    method Count {askedName} {
        upvar 1 $askedName asked
        dict set asked group [::sslkeys::network::group [dict get $asked address]]
        set peer [dict get $asked peer]
        dict set asked counted [expr {[dict exists $peer serial] ? [list certificate [dict get $peer serial]] : [dict get $asked group]}]
    }

    # Refuse for a while whoever was refused too often.
    #   errors  POLICY RATE
    method RequireHeard {asked} {
        set wait [$Throttle wait [dict get $asked counted] [dict get $asked now]]
        if {$wait} {
            dict incr Counters rate
            throw [list SSLKEYS POLICY RATE retryafter $wait] "too many of these requests were refused: wait $wait s"
        }
    }

    # Count what may be issued in a minute: to strangers unasked for each address, to all; renewals by themselves, which a flood of
    # strangers must not starve.
    #   in      renew, unasked or approved
    #   errors  POLICY RATE
    method RequireRate {asked kind} {
        set bounds [dict get {
            renew {renew issue-per-minute} approved {issue issue-per-minute} unasked {address issue-per-address issue issue-per-minute}
        } $kind]
        foreach {what key} $bounds {
            if {$what eq {address}} {
                lappend what [dict get $asked group]
            }
            set wait [$Throttle take $what [$Policy get $key] [dict get $asked now]]
            if {$wait} {
                throw [list SSLKEYS POLICY RATE retryafter $wait] \
                    "enough certificates were issued[expr {[llength $what] > 1 ? { to this address} : {}}] within this minute: wait $wait s"
            }
        }
    }

    # Count a refusal, and keep those that matter in the audit trail, of these a bounded number.
    method NoteRefusal {asked wish code message} {
        lassign $code - class reason
        if {$class eq {POLICY} && $reason in {FULL RATE}} {
            dict incr Counters [string tolower $reason]
            return
        }
        if {$class in {CA INTERNAL CRL} || ($class eq {STORE} && $reason ne {NAME}) || [list $class $reason] eq {POLICY STATE}} {
            return
        }
        dict incr Counters refused
        $Throttle failed [dict get $asked counted] [$Policy get failures-per-minute] [dict get $asked now]
        if {$class eq {POLICY} && ![$Throttle take audit 600 [dict get $asked now]]} {
            set name [string range [dict get [dict merge {name {}} $wish] name] 0 63]
            $Registry audit [my Asker $asked] refuse $name $message [dict create operation [dict get $asked operation] \
                profile [string range [dict get $asked profile] 0 63] address [dict get $asked address] code $reason] -now [dict get $asked now]
        }
    }

    # In whose name a request comes.
    method Asker {asked} {
        set peer [dict get $asked peer]
        return [expr {[dict exists $peer name] ? "client:[dict get $peer name]" : "address:[dict get $asked address]"}]
    }

    # The row of a presented certificate.
    #   errors  POLICY STANDING when it is not of this CA's record
    method Presented {asked} {
        set peer [dict get $asked peer]
        try {
            set row [$Registry certificate [dict get $peer serial]]
        } trap {SSLKEYS POLICY UNKNOWN} {} {
            set row {fingerprint {}}
        }
        # Below a common root another CA may have given the same number.
        if {[dict get $row fingerprint] ne [dict get $peer fingerprint]} {
            throw [list SSLKEYS POLICY STANDING serial [dict get $peer serial] standing unknown] \
                "the certificate [dict get $peer serial] is not on record here"
        }
        return $row
    }

    # What was made, with what its owner shows: below an intermediate CA its chain belongs to it.
    method WithChain {made} {
        if {[dict get $made chain] ne {}} {
            dict append made certificate [dict get $made chain]
        }
        return $made
    }

    # Call what signs, with the CA's certificate and key; to who asked, a key that does not open is no fault of his request.
    #   errors  CA ENCRYPTED; those of what is called
    method WithCa {command args} {
        try {
            return [{*}$command -cafile [my Path ca .crt] -cakeyfile [my Path ca .key] {*}$Passphrase {*}$args]
        } on error {message details} {
            if {[lrange [dict get $details -errorcode] 1 2] in {{KEY PASSWORD} {KEY ENCRYPTED} {ARGS PASSPHRASE}}
                    || [string match *-cakeypasswordfrom* [dict get $details -errorcode]]} {
                throw [list SSLKEYS CA ENCRYPTED directory $Directory] "the CA's key does not open: $message"
            }
            return -options $details $message
        }
    }

    method ThrowStanding {serial standing} {
        throw [list SSLKEYS POLICY STANDING serial $serial standing $standing] "the certificate $serial is $standing"
    }

    method Path {name extension} {
        return [file join $Directory $name$extension]
    }
}

foreach part {enrol renew token line command record} {
    source -encoding utf-8 [file join $::sslkeys::library ca issuer $part.tcl]
}
unset part
