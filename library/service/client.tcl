# What a machine does for itself: ask for its certificate over the line protocol, keep the pair, and use it.

namespace eval ::sslkeys::client {
    namespace export enrol geturl get

    variable gets 0  ;# calls of get, each of which has an URL scheme of its own
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

# Get a page as http::geturl does, over sslkeys::tls::socket registered for https, but fail clearly.
#   out     a token whose status is ok; clean it up
#   errors  SSLKEYS WIRE ..., SSLKEYS CHAIN ...
proc ::sslkeys::client::geturl {url args} {
    return [Fetch https $url {*}$args]
}

# Get a page by the socket command that is registered for some scheme instead of https.
proc ::sslkeys::client::Fetch {scheme url args} {
    package require http
    try {
        set token [::http::geturl [regsub -nocase {^https(?=:)} $url $scheme] -timeout 60000 {*}$args]
    } trap SSLKEYS {message details} {
        return -options $details $message
    } on error {message details} {
        # A refusal that TLS 1.3 shows only now; of it http keeps the message, which names the channel, and no code.
        if {[regexp {^error [a-z]+ "([^"]+)"} $message - chan]} {
            ::sslkeys::tls::explain $chan $message
        }
        return -options $details $message
    }
    set status [::http::status $token]
    if {$status eq {ok}} {
        return $token
    }
    upvar #0 $token state
    set chan $state(sock)
    set message [lindex [::http::error $token] 0]
    ::http::cleanup $token
    if {$status eq {timeout}} {
        throw {SSLKEYS WIRE TIMEOUT} "$url was silent for too long"
    }
    ::sslkeys::tls::explain $chan $message
}

# Get a page over mutual TLS with a context of its own; what the program has registered for https stays, also meanwhile.
#   in      https URL; options of tls::context
#   out     dict status (a number) body
#   errors  SSLKEYS WIRE ..., SSLKEYS CHAIN ...
proc ::sslkeys::client::get {url args} {
    variable gets
    package require http
    set context [::sslkeys::tls::context {*}$args]
    set scheme sslkeys[incr gets]
    ::http::register $scheme 443 [list ::sslkeys::tls::socket {*}$context]
    try {
        set token [Fetch $scheme $url]
    } finally {
        ::http::unregister $scheme
    }
    set answer [dict create status [::http::ncode $token] body [::http::data $token]]
    ::http::cleanup $token
    return $answer
}
