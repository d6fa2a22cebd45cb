# What a server keeps in order for itself: that its CA can sign, and its own certificate, the pair sslkeys-serve of the key directory.
# A pair that is somebody else's is never touched. What it does, and what keeps it from that, it logs; health asks how things stand.

namespace eval ::sslkeys::upkeeping {
    # The pair has one name for good: whatever names it is for, who uses its files finds them.
    variable name sslkeys-serve
    # States in which the pair still serves.
    variable serving {ok expiring renamed}
}

oo::class create ::sslkeys::upkeep {
    variable Directory Registry Sink Passphrase San Name State Serial Ends Authority Told

    # Look after a key directory.
    #   in  the directory, its registry; -cakeypasswordfrom  as for createAndSign; -log  prefix: level, event, name value ...
    constructor {directory registry args} {
        set options [::sslkeys::ReadOptions $args {-cakeypasswordfrom {} -log {}}]
        set Directory $directory
        set Registry $registry
        set Sink [dict get $options -log]
        set Passphrase [expr {[dict get $options -cakeypasswordfrom] eq {} ? {} : [dict filter $options key -cakeypasswordfrom]}]
        set State missing
        set Serial {}
        set Ends 0
        set Authority ok
        set Told {}
    }

    # Bring all into order before the ports open.
    #   in      names and addresses for the certificate, as the configuration has them
    #   errors  CA ...; KEY PASSWORD; POLICY RESERVED where the pair's name is another's; those of createAndSign
    method begin {names} {
        set San [::sslkeys::upkeeping::San $names]
        my RequireAuthority
        set Name [my Choose]
        try {
            my Mend 1
        } on error {message details} {
            if {![my Serves]} {
                return -options $details $message
            }
            my Complain own-certificate-failed $message $details
        }
    }

    # Bring all into order again: with the names that are wanted from now on, or, as each minute, with those there are.
    method tend {args} {
        if {[llength $args]} {
            set San [::sslkeys::upkeeping::San {*}$args]
        }
        my Try ca-failed {my RequireAuthority}
        my Try own-certificate-failed [list my Mend [llength $args]]
    }

    # The files of the pair, as options of a context; its serial number.
    method pair {} {
        return [list -keyfile [my Path .key] -certfile [my Path .crt]]
    }
    method serial {} {
        return $Serial
    }

    # Tell how things stood when they were looked at last.
    #   out  dict: certificate (ok, expiring, renamed; missing, damaged, revoked, expired, early, foreign), certificateleft (seconds),
    #        serves (whether clients can trust it), authority (ok, or the reason word of the error that keeps the CA from signing)
    method look {now} {
        set left [expr {$Ends - $now}]
        set state [expr {[my Serves] && $left <= 0 ? {expired} : $State}]
        return [dict create certificate $state certificateleft $left serves [expr {[my Serves] && $left > 0}] authority $Authority]
    }

    method Serves {} {
        return [expr {$State in $::sslkeys::upkeeping::serving}]
    }

    method Try {event command} {
        try {
            {*}$command
            dict unset Told $event
        } on error {message details} {
            my Complain $event $message $details
        }
    }

    # Log a failure, once for as long as it lasts.
    method Complain {event message details} {
        set code [dict get $details -errorcode]
        if {![dict exists $Told $event] || [dict get $Told $event] ne [lrange $code 0 2]} {
            dict set Told $event [lrange $code 0 2]
            my Log error $event code $code reason $message
        }
    }

    # Make sure that the CA can sign. That its time is over, health sees by its certificate.
    method RequireAuthority {} {
        try {
            ::sslkeys::crl sign -cafile [file join $Directory ca.crt] -cakeyfile [file join $Directory ca.key] {*}$Passphrase -number 1 -days 1
            set Authority ok
        } trap {SSLKEYS CA EXPIRED} {} {
            set Authority ok
        } on error {message details} {
            lassign [my Explain $message [dict get $details -errorcode]] code message
            set Authority [string tolower [lindex $code [expr {[lindex $code 0] eq {SSLKEYS} ? 2 : 1}]]]
            throw $code $message
        }
    }

    # Say in the configuration's terms why the CA's key cannot be used.
    #   out  list: errorCode, message
    method Explain {message code} {
        set setting {setting ca-password-from}
        switch -glob -- $code {
            {SSLKEYS KEY ENCRYPTED*} {
                return [list [list SSLKEYS CA ENCRYPTED {*}$setting] \
                    "the CA's key \"[file join $Directory ca.key]\" is encrypted, and ca-password-from in sslkeys.conf does not say where its passphrase is"]
            }
            {SSLKEYS KEY PASSWORD*} {
                return [list [list SSLKEYS KEY PASSWORD {*}$setting] \
                    "the passphrase that ca-password-from in sslkeys.conf leads to does not open the CA's key \"[file join $Directory ca.key]\""]
            }
            {SSLKEYS ARGS *} {
                return [list [list SSLKEYS CA ENCRYPTED {*}$setting] "ca-password-from in sslkeys.conf gives no passphrase: [regsub {^-cakeypasswordfrom:? } $message {}]"]
            }
            {SSLKEYS KEY *} - {SSLKEYS CERTIFICATE *} {
                return [list [list SSLKEYS CA DAMAGED directory $Directory] "the CA in \"$Directory\" cannot be read: $message; restore it from a backup"]
            }
        }
        return [list $code $message]
    }

    # Find the pair's name. Earlier servers called it as the first of its names: what such a one made for these names is gone on with.
    method Choose {} {
        variable ::sslkeys::upkeeping::name
        set earlier [regsub {^[A-Z]+:} [lindex $San 0] {}]
        if {![regexp {^[a-z0-9][a-z0-9.-]{0,62}$} $earlier] || $earlier in {ca localhost} || [string match ca-* $earlier]} {
            set earlier server1
        }
        if {![file exists [file join $Directory $name.crt]] && [my IsOfServer $earlier]} {
            return $earlier
        }
        return $name
    }

    # Whether an earlier server made a pair for our names, by its record.
    method IsOfServer {name} {
        try {
            set row [$Registry certificate [dict get [::sslkeys::certificate info [::sslkeys::ReadFile [file join $Directory $name.crt]]] serial]]
        } trap SSLKEYS {} - trap POSIX {} {
            return 0
        }
        dict with row {}
        return [expr {$name eq [dict get $row name] && $profile eq {server} && $origin eq {command} && [string match server:* $who]
            && [lsort $san] eq [lsort $San]}]
    }

    # Bring the pair into order.
    #   in  whether it has to have our names
    method Mend {isNamed} {
        lassign [my Judge [clock seconds] $isNamed] State reason
        if {$State eq {foreign}} {
            throw [list SSLKEYS POLICY RESERVED name $Name] "\"$Name\" is the server's own name, and $reason has it: revoke that, and move its files out of \"$Directory\""
        }
        if {$State ne {ok}} {
            my Make $reason
            lassign [my Judge [clock seconds] $isNamed] State reason
        }
    }

    # Tell how the pair stands.
    #   out  list: a state, see look; why
    method Judge {now isNamed} {
        set row [$Registry newest $Name -now $now]
        if {[dict size $row] && [dict get $row profile] ne {server}} {
            return [list foreign "a certificate of profile [dict get $row profile]"]
        }
        if {![file exists [my Path .crt]]} {
            return {missing "its certificate was not there"}
        }
        try {
            set profile [dict get [::sslkeys::certificate info [::sslkeys::ReadFile [my Path .crt]]] profile]
            if {$profile ne {server}} {
                return [list foreign "a certificate of profile $profile"]
            }
            ::sslkeys::durable settle $Directory $Name
            set certificate [::sslkeys::ReadFile [my Path .crt]]
            # Whether it fits is settled, but for a key that is encrypted: no port could use that.
            ::sslkeys::certificate match $certificate [::sslkeys::ReadFile [my Path .key]]
            set info [::sslkeys::certificate info $certificate]
            set Serial [dict get $info serial]
            set Ends [dict get $info notafter]
            if {[$Registry standing $Serial -now $now] eq {revoked}} {
                return {revoked "it was revoked"}
            }
            set identity [::sslkeys::certificate verify $certificate -cafile [file join $Directory ca.crt] -purpose server -now $now]
        } trap {SSLKEYS CHAIN EXPIRED} {message} {
            return [list expired $message]
        } trap {SSLKEYS CHAIN NOTYETVALID} {message} {
            return [list early $message]
        } trap {SSLKEYS STORE MISMATCH} {message} - trap {SSLKEYS STORE ABSENT} {message} - trap {SSLKEYS STORE ORPHAN} {message} \
        - trap {SSLKEYS CERTIFICATE} {message} - trap {SSLKEYS KEY} {message} - trap {SSLKEYS CHAIN} {message} {
            return [list damaged $message]
        }
        if {[dict get $identity issuerkey] ne [my AuthorityKey]} {
            return {expiring "another CA signs now"}
        }
        if {$now > $Ends - ($Ends - [dict get $info notbefore]) / 3} {
            return {expiring "it was in the last third of its life"}
        }
        if {$isNamed && [lsort [dict get $info san]] ne [lsort $San]} {
            return {renamed "other names were wanted"}
        }
        return {ok {}}
    }

    # Make the pair, or one that takes its place, with a key of its own.
    method Make {reason} {
        if {$State eq {missing}} {
            try {
                my Create 0
                my Log info own-certificate name $Name names $San
                return
            } trap {SSLKEYS STORE EXISTS} {} {
                if {[file exists [my Path .crt]]} {
                    # Another server of this directory was faster.
                    return
                }
            }
        }
        my Create 1
        my Log [expr {[my Serves] ? {info} : {warning}}] own-certificate-renewed name $Name names $San reason $reason
    }

    method Create {isReplacing} {
        set kept $::sslkeys::keydirectory
        set ::sslkeys::keydirectory $Directory
        try {
            ::sslkeys::createAndSign server $Name -force $isReplacing -san $San {*}$Passphrase CN [::sslkeys::upkeeping::CommonName $San]
        } finally {
            set ::sslkeys::keydirectory $kept
        }
    }

    method Log {level event args} {
        if {$Sink ne {}} {
            {*}$Sink $level $event {*}$args
        }
    }

    method AuthorityKey {} {
        return [dict get [::sslkeys::certificate info [::sslkeys::ReadFile [file join $Directory ca.crt]] -fields keyfingerprint] keyfingerprint]
    }

    method Path {extension} {
        return [file join $Directory $Name$extension]
    }
}

# The names of the certificate: those of the configuration, else the host's, and those that every machine has for itself.
proc ::sslkeys::upkeeping::San {names} {
    set san {}
    if {![llength $names]} {
        set names [list [info hostname]]
    }
    foreach name [concat $names localhost 127.0.0.1 ::1] {
        try {
            set one [::sslkeys::config::altName $name]
            if {$one ni $san} {
                lappend san $one
            }
        } trap {SSLKEYS NAME ALTNAME} {} {
            # Not every host's name can stand in a certificate: my_host cannot.
        }
    }
    return $san
}

# The first name that is short enough for a subject; the others are known by the SANs alone, by which a server is judged anyway.
proc ::sslkeys::upkeeping::CommonName {san} {
    foreach one $san {
        set name [regsub {^[A-Z]+:} $one {}]
        if {[string length $name] <= 64} {
            return $name
        }
    }
}
