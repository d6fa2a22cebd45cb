# The enrolment port: the article's line protocol, or HTTP, told by the first line. Anyone may knock.
# Wires wire/ to ca/; decides nothing itself.

oo::class create ::sslkeys::server {
    variable Listener Issuer Revocation Directory Times

    # Serve a key directory.
    #   in      -directory, -keyfile and -certfile of the server, -port, -address (a list; empty: all), limits of connections and seconds
    #   errors  those of listener and tls::context
    constructor {args} {
        set options [::sslkeys::ReadOptions $args [list -directory $::sslkeys::keydirectory -keyfile {} -certfile {} \
            -port 9901 -address {} -connections 800 -peraddress 64 -handshaketime 10 -headertime 10 -bodytime 30 -idletime 60]]
        set Directory [dict get $options -directory]
        set Times [dict filter $options key -headertime -bodytime -idletime]
        set Revocation [::sslkeys::revocation new $Directory]
        set Issuer [::sslkeys::issuer new $Directory $Revocation]
        # Identity is for those who have a good certificate; to have none is no fault here.
        set context [::sslkeys::tls::context -keyfile [dict get $options -keyfile] -certfile [dict get $options -certfile] \
            -cafile [file join $Directory ca.crt] -require 0 -verify [my verifier {client server peer operator}]]
        set Listener [::sslkeys::listener new [namespace code {my Serve}] -tls $context -log ::sslkeys::log::event \
            {*}[dict filter $options key -port -address -connections -peraddress -handshaketime]]
    }

    destructor {
        foreach part {Listener Issuer Revocation} {
            if {[info exists $part]} {
                [set $part] destroy
            }
        }
    }

    # The port, also where 0 was asked for.
    method port {} {
        return [$Listener port]
    }

    # A -verify prefix for the application's port.
    method verifier {{profiles {client peer}}} {
        return [list $Revocation judge $profiles]
    }

    # Read the first line and let it choose the protocol.
    method Serve {chan address} {
        ::sslkeys::connection::limit $chan [dict get $Times -headertime]
        set buffer {}
        while {[set end [string first \n $buffer]] < 0 && [string length $buffer] <= 1024} {
            set bytes [::sslkeys::connection::read $chan]
            if {$bytes eq {}} {
                return
            }
            append buffer $bytes
        }
        if {[string match {certificate *} $buffer] && ![regexp {^[^\n]* HTTP/[0-9.]+\r?\n} $buffer]} {
            set line [string range $buffer 0 [expr {$end < 0 ? {end} : $end}]]
            ::sslkeys::lineprotocol::answer $chan $line [namespace code [list my Issue $address]] \
                [namespace code [list my Withdraw $address]] [dict get $Times -bodytime]
            return
        }
        ::sslkeys::http::serve $chan [namespace code {my Respond}] -buffer $buffer {*}$Times \
            -failed [namespace code [list my Failed $address]]
    }

    method Issue {address name email} {
        try {
            set issued [$Issuer issue $name $email]
        } on error {message details} {
            ::sslkeys::log::event info denied address $address name $name code [dict get $details -errorcode] reason $message
            return -options $details $message
        }
        ::sslkeys::log::event info issued address $address name $name serial [dict get $issued serial]
        return $issued
    }

    method Withdraw {address issued message} {
        $Issuer withdraw $issued
        ::sslkeys::log::event warning withdrawn address $address name [dict get $issued name] \
            serial [dict get $issued serial] reason $message
    }

    method Failed {address message details} {
        ::sslkeys::log::event error failed address $address code [dict get $details -errorcode] reason $message
    }

    # The HTTP side: what nobody has to be known for.
    method Respond {request} {
        if {[dict get $request path] ne {/ca.crt}} {
            return [::sslkeys::http::response 404 "there is nothing here\n"]
        }
        if {[dict get $request method] ni {GET HEAD}} {
            return [::sslkeys::http::response 405 "GET or HEAD\n" text/plain Allow {GET, HEAD}]
        }
        set response [::sslkeys::http::response 200 {} application/x-pem-file]
        dict set response file [file join $Directory ca.crt]
        return $response
    }
}
