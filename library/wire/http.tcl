# The HTTP/1.1 server engine: serves one connection, in its coroutine, by one handler.
# The handler takes a request dict, gives a response dict, and may yield for an answer that comes later. It sees no channel.

namespace eval ::sslkeys::http {
    namespace export serve response

    variable defaults {-buffer {} -maxbody 1048576 -headertime 10 -bodytime 30 -idletime 60 -failed {}}
}

# Make a response dict in one call.
#   in  status, body (bytes), media type, more headers as name value ...
proc ::sslkeys::http::response {status {body {}} {type text/plain} args} {
    return [dict create status $status headers [list Content-Type $type {*}$args] body $body]
}

# Serve requests on a connection until it ends.
#   in   channel, handler prefix; -buffer: bytes read before; limits; -failed: prefix called with message and options of a handler's error
#        request: what parseHead gives, and body, address, peer (identity dict, empty without a certificate), channel
#        response: status, headers, body or file; close 1 ends the connection after it
proc ::sslkeys::http::serve {chan handler args} {
    variable defaults
    set options [::sslkeys::ReadOptions $args $defaults]
    dict set options -peer [::sslkeys::tls::peer $chan]
    set buffer [dict get $options -buffer]
    set answered 0
    ::sslkeys::connection::limit $chan [dict get $options -headertime]
    try {
        while {[ReadRequest $chan $options buffer request]} {
            ::sslkeys::connection::hold $chan
            if {[Answer $chan $handler $request $options]} {
                ::sslkeys::connection::limit $chan [dict get $options -bodytime]
                ::sslkeys::connection::drain $chan
                # Closing on unread bytes would reset the connection under the response.
                ::sslkeys::connection::linger $chan [expr {$buffer ne {}}]
                return
            }
            ::sslkeys::connection::rest $chan
            # One buffer may hold a thousand requests.
            if {[incr answered] % 16 == 0} {
                ::sslkeys::connection::breathe $chan
            }
            ::sslkeys::connection::limit $chan [dict get $options -idletime]
        }
    } trap {SSLKEYS WIRE HTTP} {message details} {
        RefuseRequest $chan [lindex [dict get $details -errorcode] end] $message
    }
}

proc ::sslkeys::http::RefuseRequest {chan status message} {
    ::sslkeys::connection::limit $chan 2
    ::sslkeys::connection::send $chan [formatResponse [response $status $message\n] 0 1]
    ::sslkeys::connection::linger $chan [expr {$status in {408 413 414 431}}]
}

# Read one request, head and body.
#   out     whether there is one; the peer may go away between two
#   errors  WIRE HTTP status N; WIRE TIMEOUT while idle
proc ::sslkeys::http::ReadRequest {chan options bufferName requestName} {
    upvar 1 $bufferName buffer $requestName request
    set begun [expr {$buffer ne {}}]
    if {$begun} {
        ::sslkeys::connection::limit $chan [dict get $options -headertime]
        ::sslkeys::connection::occupy $chan
    }
    set empty 0
    set judged 0
    while {1} {
        # Empty lines before a request are to be ignored, RFC 9112 2.2; not for ever, though.
        while {[string match \r\n* $buffer]} {
            if {[incr empty] > 4} {
                return -code error -errorcode {SSLKEYS WIRE HTTP status 400} "there are too many empty lines"
            }
            set buffer [string range $buffer 2 end]
            set judged 0
        }
        set end [string first \r\n\r\n $buffer [expr {max(0, $judged - 3)}]]
        if {$end > 0} {
            break
        }
        # Nothing here looks at all of it again for each piece that comes, a comparison as text included.
        if {[string length $buffer]} {
            checkPartialHead $buffer $judged
            set judged [string length $buffer]
        }
        if {[ReadMore $chan bytes $begun] eq {}} {
            return 0
        }
        if {!$begun} {
            ::sslkeys::connection::limit $chan [dict get $options -headertime]
            ::sslkeys::connection::occupy $chan
            set begun 1
        }
        append buffer $bytes
    }
    set request [parseHead [string range $buffer 0 $end-1]]
    set buffer [string range $buffer $end+4 end]
    set request [dict replace $request body {} address [::sslkeys::connection::address $chan] \
        peer [dict get $options -peer] channel $chan]
    if {[dict get $request length] != 0} {
        ReadBody $chan $options
    }
    return 1
}

# Read bytes; a time limit is a 408 to who has begun a request, and an end of the connection to who has not.
proc ::sslkeys::http::ReadMore {chan bytesName begun} {
    upvar 1 $bytesName bytes
    try {
        set bytes [::sslkeys::connection::read $chan]
    } trap {SSLKEYS WIRE TIMEOUT} {message details} {
        if {$begun} {
            return -code error -errorcode {SSLKEYS WIRE HTTP status 408} "the request did not come in time"
        }
        return -options $details $message
    }
}

proc ::sslkeys::http::ReadBody {chan options} {
    upvar 1 buffer buffer request request
    set state [newBody [dict get $request length] [dict get $options -maxbody]]
    set state [feedBody $state $buffer]
    if {[dict get $state phase] ne {done}} {
        ::sslkeys::connection::limit $chan [dict get $options -bodytime]
        if {[dict get $request expect]} {
            ::sslkeys::connection::send $chan "HTTP/1.1 100 Continue\r\n\r\n"
        }
    }
    while {[dict get $state phase] ne {done}} {
        if {[ReadMore $chan bytes 1] eq {}} {
            return -code error -errorcode {SSLKEYS WIRE CLOSED} "the other side left in the middle of a request"
        }
        set state [feedBody $state[set state {}] $bytes]
    }
    dict set request body [dict get $state body]
    set buffer [dict get $state rest]
}

# Ask the handler and send its answer.
#   out  whether the connection ends with it
proc ::sslkeys::http::Answer {chan handler request options} {
    set head [expr {[dict get $request method] eq {HEAD}}]
    set close [dict get $request close]
    set version [dict get $request version]
    try {
        set answer [{*}$handler $request]
        if {[dict exists $answer close]} {
            set close [expr {$close || [dict get $answer close]}]
        }
        set close [expr {$close || [::sslkeys::connection::isEnding]}]
        if {[dict exists $answer file]} {
            set file [open [dict get $answer file] rb]
            dict set answer length [file size [dict get $answer file]]
        }
        set bytes [formatResponse $answer $head $close $version]
    } on error {message details} {
        if {[dict get $options -failed] ne {}} {
            {*}[dict get $options -failed] $message $details
        }
        if {[info exists file]} {
            ::close $file
            unset file
        }
        set bytes [formatResponse [response 500 "internal error\n"] $head 1 $version]
        set close 1
    }
    ::sslkeys::connection::limit $chan [dict get $options -bodytime]
    if {![info exists file]} {
        ::sslkeys::connection::send $chan $bytes
        return $close
    }
    try {
        ::sslkeys::connection::send $chan $bytes
        set left [expr {$head ? 0 : [dict get $answer length]}]
        while {$left > 0} {
            set part [read $file [expr {min($left, 65536)}]]
            if {$part eq {}} {
                # The length is promised already, so the connection must end for the client to see the lack.
                return 1
            }
            ::sslkeys::connection::limit $chan [dict get $options -bodytime]
            ::sslkeys::connection::send $chan $part
            incr left -[string length $part]
        }
    } finally {
        ::close $file
    }
    return $close
}
