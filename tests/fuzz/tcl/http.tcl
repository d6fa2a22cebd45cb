# The HTTP engine on a plain connection: whatever comes is answered with responses that are well-formed, or the connection ends;
# and what it takes for a request, with which body, a second parser takes for the same (no request is smuggled).

namespace eval ::fuzz::http {
    variable maxBody 2000
    variable seen {}      ;# the requests that reached the handler: method, target, body
    variable failures {}  ;# what the engine blames on its handler, and ends of connections for another reason than the peer's
    variable listener
    variable get "GET /a%20b?c=d HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\n"
    variable seeds [list $get \
        "HEAD / HTTP/1.1\r\nHost: h:1\r\nX-One:  a \r\nx-one: b\r\n\r\n" \
        "POST http://h/p HTTP/1.1\r\nHost: h\r\nContent-Length: 12\r\n\r\nhello\r\n\r\nGET" \
        "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc" \
        "PUT /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5;a=\"b\"\r\nhello\r\nA\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n" \
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n3\r\nGET\r\n0\r\n\r\n" \
        "DELETE /y HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nxy" \
        "OPTIONS * HTTP/1.1\r\nHost: h\r\nConnection: keep-alive, x\r\n\r\n" \
        "PATCH /\xc3\xa9 HTTP/1.1\r\nhOST: \[::1\]:80\r\nContent-Length: 0\r\n\r\n" \
        "\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"]
    # Lines that readers disagree about, put in anywhere.
    variable lines [list "Content-Length: 5" "Content-Length: 0" "Content-Length: +5" "Content-Length: 5, 5" "Content-Length : 5" \
        "Content-Length:\t5" "Transfer-Encoding: chunked" "Transfer-Encoding: identity" "Transfer-Encoding: chunked, chunked" \
        "Transfer-Encoding : chunked" "Transfer-Encoding:\x0bchunked" "Transfer-Encoding: xchunked" " folded: 1" "\tx" \
        "Host: h" "Connection: close" "Expect: 100-continue" "X: a\0b" "X: a\rb" "X: \xff" ": x" "0" "5" "00000005" "0x5" "5 " \
        "GET / HTTP/1.1" ""]
}

proc ::fuzz::http::begin {} {
    variable listener
    variable maxBody
    set listener [sslkeys::listener new [list apply {{maxBody chan address} {
        sslkeys::http::serve $chan ::fuzz::http::Handle -maxbody $maxBody -failed ::fuzz::http::Failed
    }} $maxBody] -address 127.0.0.1 -log ::fuzz::http::Log]
}

proc ::fuzz::http::end {} {
    variable listener
    $listener destroy
}

proc ::fuzz::http::Handle {request} {
    variable seen
    lappend seen [list [dict get $request method] [dict get $request target] [dict get $request body]]
    set body [encoding convertto utf-8 "seen [dict get $request path]"]
    return [sslkeys::http::response 200 $body text/plain X-Number [llength $seen]]
}

proc ::fuzz::http::Failed {message details} {
    lappend ::fuzz::http::failures $message [dict get $details -errorcode]
}

proc ::fuzz::http::Log {level event args} {
    if {$event eq {ended} && ![regexp {^(SSLKEYS WIRE CLOSED|POSIX (ECONNRESET|EPIPE))} [dict get $args code]]} {
        lappend ::fuzz::http::failures $args
    }
}

proc ::fuzz::http::Make {} {
    variable seeds
    variable lines
    set bytes {}
    for {set count [expr {1 + [::fuzz::random 4]}]} {$count > 0} {incr count -1} {
        append bytes [::fuzz::pick $seeds]
    }
    if {[::fuzz::oneIn 2]} {
        set parts [split [string map [list \r\n \n] $bytes] \n]
        set bytes [string map [list \n \r\n] [join [linsert $parts [::fuzz::random [llength $parts]] [::fuzz::pick $lines]] \n]]
    }
    return [expr {[::fuzz::oneIn 2] ? [::fuzz::mutate $bytes] : $bytes}]
}

proc ::fuzz::http::once {} {
    variable seen
    variable failures
    variable listener
    variable get
    set bytes [set ::fuzz::input [Make]]
    set seen {}
    set failures {}
    set heard [::fuzz::exchange [$listener port] $bytes]
    ::fuzz::check [expr {$failures eq {}}] "only the peer ends a connection, and no handler fails" $failures
    ::fuzz::settle {[$listener connections] == 0} "a connection that ended is not counted"
    CheckRequests $bytes $seen
    CheckResponses $heard $seen
    if {[::fuzz::oneIn 20]} {
        set heard [::fuzz::exchange [$listener port] $get]
        ::fuzz::check [string match "HTTP/1.1 200 OK\r\n*seen /a b" $heard] "a good request is served afterwards" $heard
    }
}

# What the engine took for requests is what the other parser takes for the first ones.
proc ::fuzz::http::CheckRequests {bytes seen} {
    set expected [Parse $bytes]
    ::fuzz::check [expr {$seen eq [lrange $expected 0 [llength $seen]-1]}] "two parsers see the same requests" \
        engine $seen other $expected
}

# A response for each request, and one more for what was refused.
proc ::fuzz::http::CheckResponses {bytes seen} {
    set methods [lmap request $seen {lindex $request 0}]
    set at 0
    set token {[A-Za-z-]+}
    while {$at < [string length $bytes]} {
        set end [string first \r\n\r\n $bytes $at]
        set head [string range $bytes $at $end+1]
        ::fuzz::check [regexp "^HTTP/1\\.1 (\\d{3}) \[^\r\n\]+\r\n(?:$token: \[^\r\n\]*\r\n)*\$" $head - status] \
            "a response has a head" $head
        set at [expr {$end + 4}]
        if {$status == 100} continue
        set methods [lassign $methods method]
        ::fuzz::check [expr {($status == 200) == ($method ne {})}] "what is a request is answered, else refused" $status $method
        ::fuzz::check [regexp "\r\nContent-Length: (\\d+)\r\n" $head - length] "a response tells its length" $head
        if {$method ne {HEAD}} {
            incr at $length
        }
        if {$status != 200} break
    }
    ::fuzz::check [expr {$methods eq {} && $at == [string length $bytes]}] "responses are whole, and nothing else is sent" \
        $methods $at [string length $bytes]
}

# The other parser: strict, as RFC 9112 reads, with nothing of the engine in it.
#   out  requests up to the first that is malformed or not whole
proc ::fuzz::http::Parse {bytes} {
    set requests {}
    set at 0
    while {[regexp -indices -start $at {\A(?:\r\n)*([^\r\n](?:[^\r\n]|\r\n(?!\r\n))*)\r\n\r\n} $bytes whole head]} {
        set at [expr {[lindex $whole 1] + 1}]
        set lines [split [string map [list \r\n \n] [string range $bytes {*}$head]] \n]
        if {![regexp {^([A-Z]+) ([^ ]+) HTTP/1\.([01])$} [lindex $lines 0] - method target minor]} break
        set fields {}
        foreach line [lrange $lines 1 end] {
            if {![regexp {^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$} $line - name value]} {
                return $requests
            }
            dict lappend fields [string tolower $name] $value
        }
        set body [Body $bytes $at $fields]
        if {$body eq {}} break
        lassign $body at body
        lappend requests [list $method $target $body]
        set tokens [split [string map {" " {} \t {}} [string tolower [join [Field $fields connection] ,]]] ,]
        if {{close} in $tokens || ($minor == 0 && {keep-alive} ni $tokens)} break
    }
    return $requests
}

proc ::fuzz::http::Field {fields name} {
    # Not by expr's ?:, which would make 8 of 0010.
    if {[dict exists $fields $name]} {
        return [dict get $fields $name]
    }
}

# Where a body ends and what it is; the empty list when its framing is not beyond doubt.
proc ::fuzz::http::Body {bytes at fields} {
    set lengths [Field $fields content-length]
    set codings [Field $fields transfer-encoding]
    if {[llength $codings]} {
        if {[llength $lengths] || [string tolower $codings] ne {chunked}} {
            return {}
        }
        return [Chunks $bytes $at]
    }
    if {![llength $lengths]} {
        return [list $at {}]
    }
    if {[llength $lengths] != 1 || ![string is digit -strict [lindex $lengths 0]] || ![string is ascii [lindex $lengths 0]]} {
        return {}
    }
    set length [scan [lindex $lengths 0] %lld]
    if {$length > [string length $bytes] - $at} {
        return {}
    }
    set end [expr {$at + $length}]
    return [list $end [string range $bytes $at $end-1]]
}

proc ::fuzz::http::Chunks {bytes at} {
    set body {}
    while {[regexp -indices -start $at {\A([0-9A-Fa-f]+)[ \t]*(?:;[^\r\n]*)?\r\n} $bytes line size]} {
        set at [expr {[lindex $line 1] + 1}]
        set size [scan [string range $bytes {*}$size] %llx]
        if {$size == 0} {
            if {[regexp -indices -start $at {\A(?:[^\r\n:]+:[^\r\n]*\r\n)*\r\n} $bytes trailer]} {
                return [list [expr {[lindex $trailer 1] + 1}] $body]
            }
            return {}
        }
        if {$size > [string length $bytes]} {
            return {}
        }
        append body [string range $bytes $at [expr {$at + $size - 1}]]
        incr at $size
        if {[string range $bytes $at $at+1] ne "\r\n"} {
            return {}
        }
        incr at 2
    }
    return {}
}
