# Who is at the other end of TLS: the verdict that our callbacks reach inside the handshake, and nothing else. The tls package by
# itself trusts every CA of the system and, where no certificate is required, any certificate. The tables are tls.tcl's.

# What the package calls: about twenty times per handshake to inform, and for each certificate of the peer's chain.
# It must answer, and neither close the channel (that crashes) nor enter the event loop (that hangs), nor fail.
proc ::sslkeys::tls::Callback {what chan args} {
    switch -- $what {
        info {
            if {[lindex $args 0] eq {alert} && [lindex $args 1] eq {read}} {
                variable alerts
                set alerts($chan) [lindex $args 2]
            }
            return
        }
        verify {
            lassign $args depth certificate
            # The leaf comes last, with or without complaints before it; our own judgement covers its whole chain, for which it
            # needs those above it.
            if {$depth > 0} {
                variable above
                dict set above($chan) $depth [dict get $certificate certificate]
                return 1
            }
            return [Judge $chan $certificate]
        }
    }
}

# What the package calls on a stranger's channel: there nothing is believed, so nothing is refused, and no verdict is stored.
proc ::sslkeys::tls::LetThrough {what chan args} {
    if {$what eq {verify}} {
        return 1
    }
    return [Callback $what $chan {*}$args]
}

# Judge the peer's certificate, once, and remember the verdict.
#   out  whether the handshake may go on: a door that requires nobody lets everybody knock
proc ::sslkeys::tls::Judge {chan certificate} {
    variable roles
    variable contexts
    variable verdicts
    variable above
    set context $contexts($chan)
    set chain [dict get $certificate certificate]
    if {[info exists above($chan)]} {
        append chain [join [dict values $above($chan)] {}]
    }
    # Once per certificate: a peer may not come back with another one on the same channel.
    set sha1 [dict get $certificate sha1_hash]
    if {[info exists verdicts($chan)] && [dict get $verdicts($chan) sha1] eq $sha1} {
        return [GoesOn $chan]
    }
    set wished [list -cafile [dict get $context -cafile] -purpose server -host [dict get $context -peername]]
    set late {}
    if {$roles($chan) eq {server}} {
        set wished [list -cafile [dict get $context -cafile] -purpose [dict get $context -purpose]]
        set late [Lateness $chain [dict get $context -grace]]
    }
    try {
        set identity [::sslkeys::Discreetly {
            ::sslkeys::certificate verify $chain {*}$wished {*}$late
        }]
        if {$late ne {}} {
            dict set identity expired 1
        }
        set verdict [dict create identity $identity]
    } on error {message details} {
        set verdict [dict create code [dict get $details -errorcode] message $message]
    }
    return [Conclude $chan $verdict sha1 $sha1]
}

# Of a certificate whose time is over, though not for longer than its grace: by which moment to judge it.
#   out  options of `certificate verify`; empty for any other
proc ::sslkeys::tls::Lateness {chain grace} {
    if {$grace == 0 || [catch {::sslkeys::certificate info $chain -fields notafter} told]} {
        return
    }
    set over [expr {[clock seconds] - [dict get $told notafter]}]
    return [expr {$over > 0 && $over <= $grace ? [list -now [expr {[dict get $told notafter] - 1}]] : {}}]
}

# Take the verdict on the chain of a client that sslkeys::session asked for.
#   in   dict identity, or code and message
#   out  as Judge
proc ::sslkeys::tls::JudgeSession {chan verdict} {
    variable sessions
    return [Conclude $chan $verdict session $sessions($chan)]
}

# Ask who has the last word about a good chain, and remember the verdict together with whose it is.
proc ::sslkeys::tls::Conclude {chan verdict whose value} {
    variable contexts
    variable verdicts
    if {[dict exists $verdict identity]} {
        try {
            set prefix [dict get $contexts($chan) -verify]
            if {$prefix ne {}} {
                set answer [uplevel #0 [list {*}$prefix [dict get $verdict identity]]]
                if {$answer ne {} && !$answer} {
                    throw {SSLKEYS WIRE REFUSED} "the certificate is not let in"
                }
            }
        } on error {message details} {
            set verdict [dict create code [dict get $details -errorcode] message $message]
        }
    }
    set verdicts($chan) [dict replace $verdict accepted [dict exists $verdict identity] $whose $value]
    return [GoesOn $chan]
}

proc ::sslkeys::tls::GoesOn {chan} {
    variable roles
    variable contexts
    variable verdicts
    return [expr {[dict get $verdicts($chan) accepted] || ($roles($chan) eq {server} && ![dict get $contexts($chan) -require])}]
}

# Tell who is at the other end.
#   out  the identity dict of the accepted certificate (name, serial, profile, fingerprint, ...), else the empty dict
proc ::sslkeys::tls::peer {chan} {
    variable verdicts
    variable finished
    if {![info exists verdicts($chan)] || ![dict get $verdicts($chan) accepted]} {
        return {}
    }
    # Others than our handshake may have gone through it: tls::socket -server, tclhttpd.
    if {![info exists finished($chan)]} {
        if {[catch {::tls::handshake $chan} over] || !$over} {
            return {}
        }
        set finished($chan) 1
    }
    if {![IsAbout $verdicts($chan) $chan]} {
        unset verdicts($chan)
        return {}
    }
    return [dict get $verdicts($chan) identity]
}

# List the channels whose peer showed a certificate with one of these serial numbers, or any, and was accepted.
proc ::sslkeys::tls::showing {{serials *}} {
    variable roles
    variable verdicts
    ForgetClosed
    set shown {}
    foreach {chan verdict} [array get verdicts] {
        if {[dict get $verdict accepted] && [info exists roles($chan)] && $roles($chan) eq {server}
                && ($serials eq {*} || [dict get $verdict identity serial] in $serials)} {
            lappend shown $chan
        }
    }
    return $shown
}

# Whether a verdict is about who is there now: a channel closed behind our back may have left its name to another.
proc ::sslkeys::tls::IsAbout {verdict chan} {
    if {[dict exists $verdict session]} {
        return [::sslkeys::session open [dict get $verdict session]]
    }
    return [expr {![catch {::tls::status $chan} status] && [dict exists $status sha1_hash]
        && [dict get $status sha1_hash] eq [dict get $verdict sha1]}]
}

# Tell what the package says of an accepted peer's certificate (tls::status), for programs that were written to that; never who it is.
proc ::sslkeys::tls::peerCertificate {chan} {
    return [expr {[peer $chan] eq {} ? {} : [::tls::status $chan]}]
}
