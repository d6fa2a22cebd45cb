# Why TLS with somebody failed, in one clear line and one errorCode: from our verdict, else the peer's alert (RFC 8446 6.2),
# else what the tls package said. The other half of tls.tcl; calls nothing of the package.

# Tell in one line why the other side of a channel was refused, or refused us; empty when neither is known.
proc ::sslkeys::tls::reason {chan} {
    variable alerts
    variable verdicts
    if {[info exists alerts($chan)] || ([info exists verdicts($chan)] && ![dict get $verdicts($chan) accepted])} {
        return [lindex [Reason $chan {}] 1]
    }
}

# Turn an error met on a channel into one with our code and one clear line: in TLS 1.3 a refusal is seen only by the first read.
#   in      the channel, closed or not, and the message
#   errors  always: SSLKEYS WIRE ..., SSLKEYS CHAIN ...
proc ::sslkeys::tls::explain {chan message} {
    lassign [Reason $chan $message] code text
    return -code error -errorcode $code $text
}

# Find the cause of a failure: our verdict, else the peer's alert, else what the package said.
#   out  list: errorCode, message
proc ::sslkeys::tls::Reason {chan message} {
    variable roles
    variable contexts
    variable verdicts
    variable alerts
    set other [expr {[info exists roles($chan)] && $roles($chan) eq {server} ? {client} : {server}}]
    if {[info exists verdicts($chan)] && ![dict get $verdicts($chan) accepted]} {
        return [list [dict get $verdicts($chan) code] [dict get $verdicts($chan) message]]
    }
    if {[info exists alerts($chan)]} {
        return [ExplainAlert $alerts($chan) $other [expr {[info exists contexts($chan)] ? $contexts($chan) : {}}]]
    }
    switch -glob -nocase -- $message {
        {*did not return a certificate*} {
            return [list {SSLKEYS WIRE NOCERTIFICATE} "the $other showed no certificate"]
        }
        {*wrong version number*} - {*http request*} - {*packet length too long*} - {*unknown protocol*} - {*bad record type*} {
            return [list {SSLKEYS WIRE PLAIN} "the $other does not speak TLS"]
        }
        {*unsupported protocol*} {
            return [list {SSLKEYS WIRE ALERT alert {protocol version}} "the $other speaks no TLS newer than 1.1"]
        }
        {*connection abort*} - {*reset by peer*} - {*broken pipe*} - {*eof*} - {} {
            return [list {SSLKEYS WIRE CLOSED} "the $other closed the connection too early"]
        }
    }
    set message [regsub {^handshake failed: } $message {}]
    return [list [list SSLKEYS WIRE ALERT alert [string range $message 0 59]] "TLS with the $other failed: $message"]
}

proc ::sslkeys::tls::ExplainAlert {alert other context} {
    set own [expr {$context ne {} && [dict get $context -certfile] ne {}}]
    switch -- $alert {
        {unknown CA} {
            return [list {SSLKEYS WIRE REFUSED alert {unknown CA}} "the $other refuses our certificate: it is from another CA"]
        }
        {unsupported certificate} {
            return [list {SSLKEYS WIRE REFUSED alert {unsupported certificate}} \
                "the $other refuses our certificate: it is not meant for this use"]
        }
        {certificate expired} {
            return [list {SSLKEYS WIRE REFUSED alert {certificate expired}} "the $other refuses our certificate: it has expired"]
        }
        {internal error} - {bad certificate} - {certificate unknown} - {certificate revoked} - {access denied} {
            # "internal error" is what a verify callback's refusal looks like from outside.
            return [list [list SSLKEYS WIRE REFUSED alert $alert] "the $other refuses our certificate: [OwnFault $context]"]
        }
        {protocol version} {
            return [list {SSLKEYS WIRE ALERT alert {protocol version}} "the $other speaks neither TLS 1.2 nor 1.3"]
        }
    }
    # Alert 116, certificate required, has no name in OpenSSL 3.0; TLS 1.2 says handshake failure.
    if {!$own && $alert in {unknown {handshake failure} {certificate required}}} {
        return [list {SSLKEYS WIRE NOCERTIFICATE} "the $other asks for a certificate, and we have none"]
    }
    return [list [list SSLKEYS WIRE ALERT alert $alert] "the $other ended TLS with the alert \"$alert\""]
}

# What is wrong with our own certificate, as far as we can tell when a peer has refused it.
proc ::sslkeys::tls::OwnFault {context} {
    if {$context ne {} && [dict get $context -certfile] ne {}} {
        try {
            set channel [open [dict get $context -certfile] r]
            try {
                set certificate [read $channel]
            } finally {
                ::close $channel
            }
            ::sslkeys::Discreetly {
                ::sslkeys::certificate verify $certificate -cafile [dict get $context -cafile]
            }
        } trap {SSLKEYS CHAIN EXPIRED} {} {
            return "it has expired"
        } on error {message} {
            return $message
        }
    }
    return "it is revoked, or not allowed there"
}
