# What a machine does with its certificate: get pages over mutual TLS. How it comes by one stands in enrolling.tcl.

namespace eval ::sslkeys::client {
    namespace export geturl get

    variable gets 0  ;# calls of get, each of which has an URL scheme of its own
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
