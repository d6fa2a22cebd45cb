# One HTTP/1.1 request and its answer on an open channel, as a client asks: in a coroutine, within a time limit, strict about where
# the answer ends. RFC 9112.

namespace eval ::sslkeys::http {
    namespace export exchange formatRequest parseStatus

    variable maxAnswer 1048576
    variable maxAnswerHead 32768
}

# Make the bytes of a request.
#   in      method, host with port, path, headers {name value ...}, body
#   errors  WIRE RESPONSE for a header that cannot be sent as it is
proc ::sslkeys::http::formatRequest {method host path {headers {}} {body {}}} {
    set bytes "$method $path HTTP/1.1\r\nHost: $host\r\n"
    foreach {name value} $headers {
        if {[regexp {[^\x20-\x7e]} $name$value]} {
            throw [list SSLKEYS WIRE RESPONSE header $name] "the header $name holds a character that it must not"
        }
        append bytes $name ": " $value \r\n
    }
    if {$method eq {POST}} {
        append bytes "Content-Length: [string length $body]\r\n"
    }
    return $bytes\r\n$body
}

# Parse the head of an answer, without its blank line.
#   out     dict status headers (names in lower case) length (-1: chunked, -2: all that comes) close
#   errors  WIRE HTTP status 502
proc ::sslkeys::http::parseStatus {head} {
    set lines [lassign [split [string map {\r\n \n} $head] \n] first]
    if {![regexp {^HTTP/1\.([01]) ([2-5][0-9][0-9])(?: |$)} $first - minor status]} {
        throw {SSLKEYS WIRE HTTP status 502} "the answer is not HTTP/1.1"
    }
    set headers {}
    foreach line $lines {
        if {![regexp {^([A-Za-z0-9!#$%&'*+.^_`|~-]+):[ \t]*(.*?)[ \t]*$} $line - name value]} {
            throw {SSLKEYS WIRE HTTP status 502} "a header line of the answer is malformed"
        }
        dict set headers [string tolower $name] $value
    }
    set length -2
    if {[dict exists $headers transfer-encoding]} {
        if {[string tolower [dict get $headers transfer-encoding]] ne {chunked} || [dict exists $headers content-length]} {
            throw {SSLKEYS WIRE HTTP status 502} "the length of the answer cannot be told"
        }
        set length -1
    } elseif {$status in {204 304}} {
        set length 0
    } elseif {[dict exists $headers content-length]} {
        if {![regexp {^[0-9]{1,9}$} [dict get $headers content-length]]} {
            throw {SSLKEYS WIRE HTTP status 502} "the length of the answer cannot be told"
        }
        set length [scan [dict get $headers content-length] %d]
    }
    set close [expr {$length == -2 || !$minor
        || ([dict exists $headers connection] && [string tolower [dict get $headers connection]] eq {close})}]
    return [dict create status $status headers $headers length $length close $close]
}

# Send a request and read its answer.
#   in      channel, after its handshake; bytes of formatRequest; seconds for all of it
#   out     dict status headers body close
#   errors  WIRE TIMEOUT, CLOSED (with `before` 1 when not one byte of an answer came), HTTP status 502; what tls::explain raises
proc ::sslkeys::http::exchange {chan bytes {seconds 60}} {
    fconfigure $chan -blocking 0 -translation binary
    ::sslkeys::connection::use
    ::sslkeys::connection::limit $chan $seconds
    try {
        return [::sslkeys::Discreetly {
            ::sslkeys::connection::perform [list ::sslkeys::http::Converse $chan $bytes]
        }]
    } finally {
        ::sslkeys::connection::disown $chan
        ::sslkeys::connection::release
    }
}

proc ::sslkeys::http::Converse {chan bytes} {
    variable maxAnswerHead
    variable maxAnswer
    set answer {}
    try {
        ::sslkeys::connection::send $chan $bytes
    } trap {POSIX} {message} {
        # The other side may have refused us and closed already; what it said is still to be read.
    }
    while {[set end [string first \r\n\r\n $answer]] < 0} {
        if {[string length $answer] > $maxAnswerHead || $answer ne {} && [string first [string range $answer 0 6] HTTP/1.] != 0} {
            throw {SSLKEYS WIRE HTTP status 502} "the answer is not HTTP/1.1"
        }
        if {[set more [Receive $chan]] eq {}} {
            throw [list SSLKEYS WIRE CLOSED before [expr {$answer eq {}}]] "the server closed the connection before it had answered"
        }
        append answer $more
    }
    set head [parseStatus [string range $answer 0 $end-1]]
    set rest [string range $answer $end+4 end]
    set length [dict get $head length]
    set state [newBody [expr {$length == -2 ? $maxAnswer : $length}] $maxAnswer]
    set state [feedBody $state $rest]
    while {[dict get $state phase] ne {done}} {
        if {[set more [Receive $chan]] eq {}} {
            if {$length == -2} break
            throw {SSLKEYS WIRE CLOSED before 0} "the server closed the connection in the middle of its answer"
        }
        set state [feedBody $state $more]
    }
    return [dict replace [dict remove $head length] body [dict get $state body]]
}

proc ::sslkeys::http::Receive {chan} {
    try {
        return [::sslkeys::connection::read $chan]
    } trap {POSIX} {message} {
        ::sslkeys::tls::explain $chan $message
    }
}
