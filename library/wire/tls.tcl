# Mutual TLS on channels: contexts, connecting, accepting, the handshake. With tlsverdict.tcl the only file that calls the tls package.
# TLS 1.2 and 1.3 (RFC 5246, RFC 8446).

package require tls 1.7

namespace eval ::sslkeys::tls {
    namespace export init context socket stranger import handshake peer showing peerCertificate reason explain strip close

    # Paths, the name expected of a server if not the host connected to, the command prefix that judges an identity further
    # (an empty or true answer lets in), whether a server insists on a certificate, what it must be meant for: client or any, and for
    # how many seconds after its end it is an identity still, marked `expired 1`, which -verify has to look at then.
    variable options {-keyfile {} -certfile {} -cafile {} -peername {} -verify {} -require 1 -purpose client -grace 0}
    variable defaults $options
    # Seconds for connecting and the handshake of a client.
    variable patience 10
    variable versions {-ssl2 0 -ssl3 0 -tls1 0 -tls1.1 0 -tls1.2 1 -tls1.3 1}
    # No file can ever be made below a device, so this path keeps the system's CAs out for sure.
    variable nowhere /dev/null/nowhere

    variable roles     ;# channel -> server or client
    variable contexts  ;# channel -> its context
    variable sessions  ;# channel -> number of its session, where sslkeys::session has set that up; empty until then
    variable verdicts  ;# channel -> dict accepted 1 identity D, or accepted 0 code C message M; and session N or sha1 H, whose it is
    variable above     ;# channel -> dict depth -> the certificate there, where the package judges before us
    variable finished  ;# channels whose handshake is over: before that, a certificate proves nothing
    variable alerts    ;# channel -> the alert that the peer sent
    variable imports 0
    variable reached 1  ;# whether the package's sessions are within reach of sslkeys::session
}

# Set the defaults of every context made later.
#   errors  those of context
proc ::sslkeys::tls::init {args} {
    variable options
    variable defaults
    set defaults [Check [::sslkeys::ReadOptions $args $options]]
    return
}

# Make a context from the defaults and options.
#   out     a dict -keyfile -certfile -cafile -peername -verify -require -purpose -grace
#   errors  TCL LOOKUP INDEX option; SSLKEYS ARGS MISSING; POSIX ... for a file that cannot be read
proc ::sslkeys::tls::context {args} {
    variable defaults
    set context [Check [::sslkeys::ReadOptions $args $defaults]]
    if {[dict get $context -cafile] eq {}} {
        return -code error -errorcode {SSLKEYS ARGS MISSING option -cafile} "no -cafile: only a given CA is trusted"
    }
    return $context
}

proc ::sslkeys::tls::Check {context} {
    foreach option {-keyfile -certfile -cafile} {
        set path [dict get $context $option]
        if {$path ne {}} {
            ::close [open $path r]
        }
    }
    if {([dict get $context -keyfile] eq {}) != ([dict get $context -certfile] eq {})} {
        return -code error -errorcode {SSLKEYS ARGS MISSING option -keyfile} "-keyfile and -certfile go together"
    }
    if {![string is boolean -strict [dict get $context -require]]} {
        return -code error -errorcode {TCL VALUE NUMBER} "expected boolean value for -require"
    }
    if {![string is wideinteger -strict [dict get $context -grace]] || [dict get $context -grace] < 0} {
        return -code error -errorcode {SSLKEYS ARGS RANGE option -grace} "-grace takes seconds"
    }
    if {[dict get $context -purpose] ni {client any}} {
        return -code error -errorcode [list TCL LOOKUP INDEX -purpose [dict get $context -purpose]] "-purpose must be client or any"
    }
    return $context
}

# Open a client's channel, or listen as tls::socket does.
#   in      ?-option value ...? host port, or -server prefix ?-option value ...? port; also -myaddr, -myport, -async
#   out     client: a blocking channel, handshake finished, server judged; -async is accepted, yet the same holds
#   errors  SSLKEYS WIRE CONNECT | TIMEOUT | PLAIN | CLOSED | ..., SSLKEYS CHAIN ... for the server's certificate
proc ::sslkeys::tls::socket {args} {
    set at [lsearch -exact $args -async]
    if {$at >= 0} {
        set args [lreplace $args $at $at]
    }
    set options [lrange $args 0 end-[expr {[llength $args] % 2 ? 1 : 2}]]
    set place [lrange $args [llength $options] end]
    set local {}
    foreach option {-myaddr -myport -server} {
        if {[dict exists $options $option]} {
            lappend local $option [dict get $options $option]
            dict unset options $option
        }
    }
    if {[llength $place] != ([dict exists $local -server] ? 1 : 2)} {
        return -code error -errorcode {TCL WRONGARGS} "wrong # args: should be\
            \"sslkeys::tls::socket ?-option value ...? host port\" or \"sslkeys::tls::socket -server prefix ?-option value ...? port\""
    }
    set context [context {*}$options]
    if {[dict exists $local -server]} {
        dict set local -server [list ::sslkeys::tls::Accept $context [dict get $local -server]]
        return [::socket {*}$local {*}$place]
    }
    return [::sslkeys::connection::perform [list ::sslkeys::tls::Connect $context $local {*}$place]]
}

# Open a client's channel to whoever answers, to ask what has to be checked by other means: nobody is judged, and peer tells nobody.
#   out     as socket
#   errors  SSLKEYS WIRE CONNECT | TIMEOUT | PLAIN | CLOSED | ...
proc ::sslkeys::tls::stranger {host port} {
    variable options
    return [::sslkeys::connection::perform [list ::sslkeys::tls::Connect [dict replace $options -require 0] {} $host $port stranger]]
}

proc ::sslkeys::tls::Accept {context prefix chan address port} {
    try {
        import $chan server $context
        uplevel #0 [list {*}$prefix $chan $address $port]
    } on error {message details} {
        close $chan
        return -options $details $message
    }
}

proc ::sslkeys::tls::Connect {context local host port {role client}} {
    variable patience
    ::sslkeys::connection::use
    try {
        set chan [::socket -async {*}$local $host $port]
        fconfigure $chan -blocking 0
        ::sslkeys::connection::limit $chan $patience
        ::sslkeys::connection::await $chan writable
        if {[set fault [fconfigure $chan -error]] ne {}} {
            throw [list SSLKEYS WIRE CONNECT host $host port $port] "cannot connect to $host port $port: $fault"
        }
        ::sslkeys::connection::watch $chan none
        import $chan $role $context $host
        while {![handshake $chan]} {
            ::sslkeys::connection::await $chan readable
        }
        ::sslkeys::connection::disown $chan
        fconfigure $chan -blocking 1
        return $chan
    } on error {message details} {
        if {[info exists chan]} {
            ::sslkeys::connection::close $chan
        }
        switch -glob -- [dict get $details -errorcode] {
            {SSLKEYS WIRE TIMEOUT*} {set message "$host port $port was silent for too long"}
            {SSLKEYS *} {}
            default {dict set details -errorcode [list SSLKEYS WIRE CONNECT host $host port $port]
                set message "cannot connect to $host port $port: [regsub {^couldn't open socket: } $message {}]"}
        }
        return -code error -errorcode [dict get $details -errorcode] $message
    } finally {
        ::sslkeys::connection::release
    }
}

# Put TLS on an open channel; handshake goes on from there.
#   in      channel, server, client or stranger, a context, the host connected to
#   errors  SSLKEYS STORE MISMATCH and like for the pair; SSLKEYS WIRE ALERT when the package refuses
proc ::sslkeys::tls::import {chan role context {host {}}} {
    variable roles
    variable contexts
    variable imports
    if {[incr imports] % 256 == 0} {
        ForgetClosed
    }
    Forget $chan
    if {$role eq {client} && [dict get $context -peername] eq {}} {
        dict set context -peername $host
    }
    set roles($chan) $role
    set contexts($chan) $context
    if {[catch {Begin $chan $role $context $host}]} {
        # A pair that is being replaced, or was when somebody pulled the plug: heal it and try again.
        if {[dict get $context -certfile] ne {}} {
            set certfile [dict get $context -certfile]
            ::sslkeys::durable settle [file dirname $certfile] [file rootname [file tail $certfile]]
        }
        try {
            Begin $chan $role $context $host
        } on error {message} {
            return -code error -errorcode {SSLKEYS WIRE ALERT} "cannot start TLS: $message"
        }
    }
    return $chan
}

proc ::sslkeys::tls::Begin {chan role context host} {
    set arguments [list -server [expr {$role eq {server}}] -request 1 -require [expr {$role eq {client} || [dict get $context -require]}]]
    if {$role ne {server} && ![regexp {^[0-9.]+$|:} $host]} {
        lappend arguments -servername $host
    }
    if {$role eq {stranger}} {
        variable versions
        ::tls::import $chan {*}$arguments -command ::sslkeys::tls::LetThrough {*}$versions
        return
    }
    if {[Share $chan $role $context $arguments]} {
        return
    }
    # The package sends of a certificate's file the first only, and what lies above it where that stands in the CA's file.
    lappend arguments -cafile [dict get $context -cafile] -command ::sslkeys::tls::Callback
    if {[dict get $context -certfile] ne {}} {
        lappend arguments -certfile [dict get $context -certfile] -keyfile [dict get $context -keyfile]
    }
    Import $chan $arguments
}

# Begin with what is kept parsed: the package by itself reads three files for every connection, checks the chain a second time,
# sends no chain of its own certificate, and sends tickets that nobody can use. It loads no CA when it is given none.
#   out  whether it could: a package with an OpenSSL of its own is out of reach
proc ::sslkeys::tls::Share {chan role context arguments} {
    variable sessions
    variable reached
    if {!$reached} {
        return 0
    }
    set terms [list -cafile [dict get $context -cafile] -judge [list ::sslkeys::tls::JudgeSession $chan]]
    if {$role eq {server}} {
        set begin [list ::sslkeys::session serve]
        lappend terms {*}[dict filter $context key -require -purpose -grace]
    } else {
        set begin [list ::sslkeys::session connect]
        lappend terms -host [dict get $context -peername]
    }
    if {[dict get $context -certfile] ne {}} {
        lappend terms -certfile [dict get $context -certfile] -keyfile [dict get $context -keyfile]
    }
    try {
        set sessions($chan) [{*}$begin [list ::sslkeys::tls::Stack $chan {*}$arguments] {*}$terms]
    } finally {
        # Nothing of ours is in it, so it must not go on.
        if {[info exists sessions($chan)] && $sessions($chan) eq {}} {
            unset sessions($chan)
            ::tls::unimport $chan
        }
    }
    return [set reached [info exists sessions($chan)]]
}

# Put the package's TLS on a channel, whose session is then to be set up.
proc ::sslkeys::tls::Stack {chan args} {
    variable versions
    variable sessions
    ::tls::import $chan {*}$args -command ::sslkeys::tls::Callback {*}$versions
    set sessions($chan) {}
}

# The package adds the system's CAs to ours by way of these two; other users of TLS in this process are to keep them.
proc ::sslkeys::tls::Import {chan arguments} {
    variable versions
    variable nowhere
    set kept {}
    foreach name {SSL_CERT_FILE SSL_CERT_DIR} {
        if {[info exists ::env($name)]} {
            lappend kept $name $::env($name)
        }
        set ::env($name) $nowhere
    }
    try {
        ::tls::import $chan {*}$arguments {*}$versions
    } finally {
        unset -nocomplain ::env(SSL_CERT_FILE) ::env(SSL_CERT_DIR)
        array set ::env $kept
    }
}

# Go on with the handshake as far as the channel, which must not block, has data.
#   out     whether it is finished, and then the peer of a channel that requires one has been accepted
#   errors  SSLKEYS CHAIN ... when the peer was refused; SSLKEYS WIRE ...
proc ::sslkeys::tls::handshake {chan} {
    variable roles
    variable contexts
    try {
        if {![::tls::handshake $chan]} {
            return 0
        }
        variable finished
        set finished($chan) 1
    } on error {message details} {
        if {[lindex [dict get $details -errorcode] 1] eq {EAGAIN}} {
            return 0
        }
        lassign [Reason $chan $message] code text
        return -code error -errorcode $code $text
    }
    variable verdicts
    if {($roles($chan) eq {client} || [dict get $contexts($chan) -require])
            && (![info exists verdicts($chan)] || ![dict get $verdicts($chan) accepted])} {
        return -code error -errorcode {SSLKEYS WIRE NOCERTIFICATE} "the other side showed no certificate"
    }
    return 1
}

# Take TLS off a channel whose handshake failed, so that what the peer still sends can be read away.
proc ::sslkeys::tls::strip {chan} {
    ::tls::unimport $chan
    Forget $chan
}

# Close a channel and forget what was known of its peer.
proc ::sslkeys::tls::close {chan} {
    Forget $chan
    try {
        ::close $chan
    } on error {} {
        # It reports only what could not be written any more.
    }
}

proc ::sslkeys::tls::Forget {chan} {
    foreach table {roles contexts sessions verdicts above finished alerts} {
        variable $table
        unset -nocomplain ${table}($chan)
    }
}

proc ::sslkeys::tls::ForgetClosed {} {
    variable roles
    set open [chan names]
    foreach chan [array names roles] {
        if {$chan ni $open} {
            Forget $chan
        }
    }
}
