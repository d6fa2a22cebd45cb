# An issuer in memory for the tests of EST's door and its clients, with the interface of ::sslkeys::issuer's ask, and a server with it.
# What is decided about a request is what the test says.

namespace eval ::queue {}

oo::class create ::queue::issuer {
    variable Directory Requests Next Asked After

    # Issue from a key directory; what comes anew is `next`: issued, pending, or list {fail errorCode message}.
    constructor {directory {next issued}} {
        set Directory $directory
        set Requests {}
        set Asked {}
        set After 1
        set Next $next
    }
    method next {next} {
        set Next $next
    }
    method after {seconds} {
        set After $seconds
    }
    # What was asked, a dict each; how often.
    method asked {} {
        return $Asked
    }
    # The requests: id -> dict state name ...
    method requests {} {
        return $Requests
    }
    # Decide about all that waits.
    method decide {state} {
        foreach id [dict keys $Requests] {
            if {[dict get $Requests $id state] eq {pending}} {
                dict set Requests $id state $state
            }
        }
        set Next $state
    }
    method Profile {asked} {
        if {[dict get $asked profile] ne {}} {
            return [dict get $asked profile]
        }
        return [expr {[dict get $asked operation] eq {renew} ? [dict get $asked peer profile] : {client}}]
    }
    method ask {asked} {
        lappend Asked $asked
        set ::queue::count [llength $Asked]
        if {[lindex $Next 0] eq {fail}} {
            throw [lindex $Next 1] [lindex $Next 2]
        }
        set info [sslkeys::request info [dict get $asked request]]
        set id [string range [dict get $info keyfingerprint] 0 15]-1
        if {![dict exists $Requests $id]} {
            dict set Requests $id [dict create state $Next info $info]
        }
        switch -- [dict get $Requests $id state] {
            pending {
                return [dict create state pending id $id retryafter $After]
            }
            denied {
                throw {SSLKEYS POLICY DENIED} "the operator denied it: no such printer"
            }
        }
        if {![dict exists $Requests $id made]} {
            set made [sslkeys::certificate sign [dict get $asked request] [my Profile $asked] \
                -cafile $Directory/ca.crt -cakeyfile $Directory/ca.key]
            dict append made certificate [dict get $made chain]
            dict set Requests $id made $made
        }
        return [dict merge [dict get $Requests $id made] [dict create state issued id $id]]
    }
}

# Open a door of a key directory with server1 in it, in this process: EST alone, and whoever shows a good certificate is known by it.
#   out  list: listener, issuer, handler
proc ::queue::serve {keys {next issued}} {
    set issuer [::queue::issuer new $keys $next]
    set handler [sslkeys::enrolment new $issuer $keys]
    return [list [::queue::listen $keys $handler] $issuer $handler]
}

proc ::queue::listen {keys handler {port 0}} {
    set context [sslkeys::tls::context -cafile $keys/ca.crt -certfile $keys/server1.crt -keyfile $keys/server1.key -require 0 -purpose any]
    return [sslkeys::listener new [list ::queue::Serve $handler] -tls $context -port $port -address {127.0.0.1 ::1}]
}

# Open a door as it was before EST: the line protocol, and /ca.crt.
proc ::queue::older {keys} {
    set context [sslkeys::tls::context -cafile $keys/ca.crt -certfile $keys/server1.crt -keyfile $keys/server1.key -require 0]
    return [sslkeys::listener new [list ::queue::ServeOlder $keys] -tls $context -address {127.0.0.1 ::1}]
}

proc ::queue::ServeOlder {keys chan address} {
    sslkeys::connection::limit $chan 10
    set bytes [sslkeys::connection::read $chan]
    if {[string match "certificate *" $bytes]} {
        sslkeys::lineprotocol::answer $chan $bytes [list apply {{keys name email} {
            sslkeys::certificate issue client -cafile $keys/ca.crt -cakeyfile $keys/ca.key CN $name EMAIL $email
        }} $keys] list
        return
    }
    sslkeys::http::serve $chan [list apply {{keys request} {
        if {[dict get $request path] eq {/ca.crt}} {
            return [sslkeys::http::response 200 [support::readFile $keys/ca.crt]]
        }
        return [sslkeys::http::response 404]
    }} $keys] -buffer $bytes
}

proc ::queue::Serve {handler chan address} {
    sslkeys::http::serve $chan [list ::queue::Respond $handler]
}

proc ::queue::Respond {handler request} {
    set response [$handler respond $request]
    return [expr {$response eq {} ? [sslkeys::http::response 404] : $response}]
}
