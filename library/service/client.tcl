# What a machine does for itself: ask for its certificate over the line protocol, keep the pair, and use it.

namespace eval ::sslkeys::client {
    namespace export enrol get
}

# Ask a server for a key and a certificate, check them, and store the pair durably.
#   in      host, name, e-mail; -directory (holds ca.crt, gets the pair), -port, -peername (expected in the server's certificate)
#   out     dict keyfile certfile
#   errors  SSLKEYS WIRE DENIED ..., SSLKEYS CHAIN ... for the server's or the new certificate, SSLKEYS STORE ...
proc ::sslkeys::client::enrol {host name email args} {
    set options [::sslkeys::ReadOptions $args {-directory keys-client -port 9901 -peername {}}]
    set directory [dict get $options -directory]
    set cafile [file join $directory ca.crt]
    if {![regexp {^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$} $name]} {
        throw [list SSLKEYS STORE NAME name [string range $name 0 59]] "the name \"[string range $name 0 59]\" cannot be a file name here"
    }
    set chan [::sslkeys::tls::socket -keyfile {} -certfile {} -cafile $cafile -verify {} \
        -peername [dict get $options -peername] $host [dict get $options -port]]
    try {
        set pair [::sslkeys::lineprotocol::ask $chan $name $email]
    } finally {
        ::sslkeys::tls::close $chan
    }
    ::sslkeys::Discreetly {
        set identity [::sslkeys::certificate verify [dict get $pair certificate] -cafile $cafile -purpose client]
        if {[dict get $identity name] ne $name} {
            throw {SSLKEYS CHAIN INVALID} "the server gave a certificate for another name"
        }
        if {![::sslkeys::certificate match [dict get $pair certificate] [dict get $pair key]]} {
            throw [list SSLKEYS STORE MISMATCH name $name] "the server gave a key that does not fit the certificate"
        }
        ::sslkeys::durable pair $directory $name -key [dict get $pair key] -certificate [dict get $pair certificate]
    }
}

# Get a page over mutual TLS.
#   in      https URL; options of tls::context
#   out     dict status (a number) body
#   errors  SSLKEYS WIRE ..., SSLKEYS CHAIN ...
proc ::sslkeys::client::get {url args} {
    package require http
    set context [::sslkeys::tls::context {*}$args]
    ::http::register https 443 [list ::sslkeys::tls::socket {*}$context]
    set token [::http::geturl $url -timeout 60000 -keepalive 0]
    upvar #0 $token state
    try {
        switch -- [::http::status $token] {
            ok {
                return [dict create status [::http::ncode $token] body [::http::data $token]]
            }
            timeout {
                throw {SSLKEYS WIRE TIMEOUT} "$url was silent for too long"
            }
            default {
                ::sslkeys::tls::explain $state(sock) [lindex [::http::error $token] 0]
            }
        }
    } finally {
        ::http::cleanup $token
    }
}
