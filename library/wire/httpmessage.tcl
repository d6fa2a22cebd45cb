# HTTP/1.1 messages as pure functions on strings of bytes: no channel, no clock but the Date header's.
# Strict, so that no two readers can disagree about where a message ends. RFC 9110, RFC 9112.

namespace eval ::sslkeys::http {
    namespace export parseHead checkPartialHead newBody feedBody formatResponse status

    variable methods {GET HEAD POST PUT DELETE PATCH OPTIONS}
    variable maxLine 8192
    variable maxHead 32768
    variable maxHeaders 64
    # What chunk sizes, extensions and trailers may add to a body's own bytes.
    variable maxChunkLines 65536
    variable reasons {
        200 OK 201 Created 202 Accepted 204 {No Content} 301 {Moved Permanently} 302 Found 303 {See Other} 304 {Not Modified}
        400 {Bad Request} 401 Unauthorized 403 Forbidden 404 {Not Found} 405 {Method Not Allowed} 408 {Request Timeout}
        409 Conflict 411 {Length Required} 413 {Content Too Large} 414 {URI Too Long} 415 {Unsupported Media Type}
        417 {Expectation Failed} 429 {Too Many Requests} 431 {Request Header Fields Too Large}
        500 {Internal Server Error} 501 {Not Implemented} 503 {Service Unavailable} 505 {HTTP Version Not Supported}
    }
    variable date {0 {}}
    # Heads met lately and what they mean: a kept connection sends the same one again and again.
    variable heads
    array set heads {}
    variable keptHeads 64
    variable formatted  ;# status and headers of responses -> their bytes, for as long as the Date header stands
    array set formatted {}
}

# The words beside a status number.
proc ::sslkeys::http::status {code} {
    variable reasons
    if {[dict exists $reasons $code]} {
        return [dict get $reasons $code]
    }
    return "Status $code"
}

proc ::sslkeys::http::Refuse {status message} {
    return -level 2 -code error -errorcode [list SSLKEYS WIRE HTTP status $status] $message
}

# Judge the beginning of a head whose blank line has not come yet.
#   in      its bytes, and how many of them were judged before: each is looked at once, however small the pieces are
#   errors  WIRE HTTP status 400, 414 or 431 when it can never become a good one
proc ::sslkeys::http::checkPartialHead {bytes {judged 0}} {
    variable maxLine
    variable maxHead
    for {set at $judged} {[set at [string first \n $bytes $at]] >= 0} {incr at} {
        if {[string index $bytes $at-1] ne "\r"} {
            Refuse 400 "a header line does not end in CR LF"
        }
    }
    set first [string first \r\n $bytes]
    if {($first < 0 ? [string length $bytes] : $first) > $maxLine} {
        Refuse 414 "the request line is longer than $maxLine bytes"
    }
    if {[string length $bytes] > $maxHead} {
        Refuse 431 "the header is longer than $maxHead bytes"
    }
    if {[string length $bytes] - [string last \r\n $bytes] > $maxLine + 2} {
        Refuse 431 "a header line is longer than $maxLine bytes"
    }
}

# Parse the head of a request.
#   in      its bytes, without the blank line
#   out     dict: method target path query version headers (names in lower case) length (-1: chunked) close expect
#   errors  WIRE HTTP status N
#   source  RFC 9112 3, 5, 6.3
proc ::sslkeys::http::parseHead {head} {
    variable heads
    variable keptHeads
    if {[info exists heads($head)]} {
        return $heads($head)
    }
    set request [ParseHead $head]
    # Long ones and those with a secret are not kept.
    if {[string length $head] <= 1024 && ![dict exists $request headers authorization] && ![dict exists $request headers cookie]} {
        if {[array size heads] >= $keptHeads} {
            array unset heads
        }
        set heads($head) $request
    }
    return $request
}

proc ::sslkeys::http::ParseHead {head} {
    variable methods
    variable maxLine
    variable maxHead
    variable maxHeaders
    if {[string length $head] > $maxHead} {
        Refuse 431 "the header is longer than $maxHead bytes"
    }
    if {[regexp {[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]} $head]} {
        Refuse 400 "the header holds a control character"
    }
    set lines [string map [list \r\n \x00] $head]
    if {[string first \r $lines] >= 0 || [string first \n $lines] >= 0} {
        Refuse 400 "a header line does not end in CR LF"
    }
    set lines [lassign [split $lines \x00] line]
    if {[string length $line] > $maxLine} {
        Refuse 414 "the request line is longer than $maxLine bytes"
    }
    # Regular expressions that capture cost Tcl thirty microseconds each, string commands one.
    set words [split $line { }]
    lassign $words method target version
    if {[llength $words] != 3 || ![string match {HTTP/[0-9].[0-9]} $version] || $target eq {}
            || $method eq {} || [regexp {[^A-Za-z0-9!#$%&'*+.^_`|~-]} $method]} {
        Refuse 400 "the request line is malformed"
    }
    set major [string index $version 5]
    set minor [string index $version 7]
    if {$major != 1 || $minor > 1} {
        Refuse 505 "HTTP version $major.$minor is not spoken here"
    }
    if {$method ni $methods} {
        Refuse 501 "the method is not known"
    }
    if {[llength $lines] > $maxHeaders} {
        Refuse 431 "there are more than $maxHeaders header lines"
    }
    set headers {}
    foreach line $lines {
        if {[string length $line] > $maxLine} {
            Refuse 431 "a header line is longer than $maxLine bytes"
        }
        set colon [string first : $line]
        set name [string range $line 0 $colon-1]
        if {$colon < 1 || [regexp {[^A-Za-z0-9!#$%&'*+.^_`|~-]} $name]} {
            Refuse 400 "a header line is malformed"
        }
        set name [string tolower $name]
        set value [string trim [string range $line $colon+1 end] " \t"]
        if {[dict exists $headers $name]} {
            if {$name in {host content-length transfer-encoding expect}} {
                Refuse 400 "header $name stands there twice"
            }
            set value "[dict get $headers $name], $value"
        }
        dict set headers $name $value
    }
    if {$minor && ![dict exists $headers host]} {
        Refuse 400 "there is no Host header"
    }
    if {[dict exists $headers host] && [regexp {[^][A-Za-z0-9._~%!$&'()*+,;=:-]} [dict get $headers host]]} {
        Refuse 400 "the Host header is malformed"
    }
    lassign [ParseTarget $method $target] path query
    set length [ParseLength $headers $minor]
    set close [expr {!$minor}]
    if {[dict exists $headers connection]} {
        set tokens [split [string map {{ } {} \t {}} [string tolower [dict get $headers connection]]] ,]
        set close [expr {{close} in $tokens || (!$minor && {keep-alive} ni $tokens)}]
    }
    set expect 0
    if {$minor && [dict exists $headers expect]} {
        if {[string tolower [dict get $headers expect]] ne {100-continue}} {
            Refuse 417 "only 100-continue can be expected"
        }
        set expect 1
    }
    return [dict create method $method target $target path $path query $query version 1.$minor \
        headers $headers length $length close $close expect $expect]
}

proc ::sslkeys::http::ParseTarget {method target} {
    # A proxy's form is allowed to servers as well, RFC 9112 3.2.2.
    regsub -nocase {^https?://[^/?#]+} $target {} target
    if {$target eq {*} && $method eq {OPTIONS}} {
        return [list * {}]
    }
    set mark [string first ? $target]
    set query [expr {$mark < 0 ? {} : [string range $target $mark+1 end]}]
    set path [expr {$mark < 0 ? $target : [string range $target 0 $mark-1]}]
    if {$path eq {}} {
        set path /
    }
    if {[string index $path 0] ne {/} || [string first # $target] >= 0} {
        return -level 2 -code error -errorcode {SSLKEYS WIRE HTTP status 400} "the request's target is malformed"
    }
    if {[string first % $path] >= 0} {
        if {[regexp {%(?![0-9A-Fa-f]{2})} $path]} {
            return -level 2 -code error -errorcode {SSLKEYS WIRE HTTP status 400} "the path's percent signs are malformed"
        }
        set path [subst -nocommands -novariables [regsub -all {%([0-9A-Fa-f]{2})} [string map {\\ \\\\} $path] {\\x\1}]]
    }
    if {![string is ascii $path]} {
        set path [encoding convertfrom utf-8 $path]
    }
    # Whatever way they were written, 0xC080 for NUL included.
    if {[regexp {[\u0000-\u001f\u007f]} $path]} {
        return -level 2 -code error -errorcode {SSLKEYS WIRE HTTP status 400} "the path holds a control character"
    }
    return [list $path $query]
}

# How long the body is: bytes, or -1 for chunked.
proc ::sslkeys::http::ParseLength {headers minor} {
    if {[dict exists $headers transfer-encoding]} {
        if {[dict exists $headers content-length] || !$minor} {
            return -level 2 -code error -errorcode {SSLKEYS WIRE HTTP status 400} "Transfer-Encoding cannot stand there"
        }
        if {[string tolower [dict get $headers transfer-encoding]] ne {chunked}} {
            return -level 2 -code error -errorcode {SSLKEYS WIRE HTTP status 501} "only chunked is known as transfer coding"
        }
        return -1
    }
    if {![dict exists $headers content-length]} {
        return 0
    }
    set length [dict get $headers content-length]
    if {![regexp {^[0-9]{1,18}$} $length]} {
        return -level 2 -code error -errorcode {SSLKEYS WIRE HTTP status 400} "Content-Length is malformed"
    }
    return [scan $length %lld]
}

# Begin a body of so many bytes (-1: chunked), at most limit.
#   out     a state for feedBody
#   errors  WIRE HTTP status 413
proc ::sslkeys::http::newBody {length limit} {
    if {$length > $limit} {
        Refuse 413 "the body is longer than $limit bytes"
    }
    return [dict create phase [expr {$length < 0 ? {size} : {plain}}] left $length limit $limit body {} rest {} lines 0]
}

# Take more bytes of a body.
#   out     the state; its phase is done when the body is whole, and then rest is what came after it
#   errors  WIRE HTTP status 400 or 413
#   source  RFC 9112 7.1
proc ::sslkeys::http::feedBody {state bytes} {
    variable maxChunkLines
    dict with state {
        append rest $bytes
        set at 0
        while {$phase ne {done}} {
            if {$phase in {plain chunk}} {
                set take [expr {min($left, [string length $rest] - $at)}]
                append body [string range $rest $at [expr {$at + $take - 1}]]
                incr at $take
                if {[incr left -$take] > 0} break
                set phase [expr {$phase eq {plain} ? {done} : {end}}]
                continue
            }
            set end [string first \r\n $rest $at]
            if {$end < 0 || $end - $at > 256} {
                if {[string length $rest] - $at > 256} {
                    Refuse 400 "a chunk's line is too long"
                }
                break
            }
            set line [string range $rest $at $end-1]
            incr lines [expr {$end + 2 - $at}]
            set at [expr {$end + 2}]
            if {$lines > $maxChunkLines + [string length $body]} {
                Refuse 400 "the chunks are too small"
            }
            switch -- $phase {
                size {
                    if {![regexp {^([0-9A-Fa-f]{1,8})(?:[ \t]*;[^\x00-\x08\x0a-\x1f\x7f]*)?$} $line - size]} {
                        Refuse 400 "a chunk's size is malformed"
                    }
                    scan $size %x left
                    if {[string length $body] + $left > $limit} {
                        Refuse 413 "the body is longer than $limit bytes"
                    }
                    set phase [expr {$left ? {chunk} : {trailer}}]
                }
                end {
                    if {$line ne {}} {
                        Refuse 400 "a chunk is longer than it says"
                    }
                    set phase size
                }
                trailer {
                    if {$line eq {}} {
                        set phase done
                    } elseif {![regexp {^[A-Za-z0-9!#$%&'*+.^_`|~-]+:[^\x00-\x08\x0a-\x1f\x7f]*$} $line]} {
                        Refuse 400 "a trailer is malformed"
                    }
                }
            }
        }
        set rest [string range $rest $at end]
    }
    return $state
}

# Make the bytes of a response.
#   in      dict: status (200) headers {name value ...} body (bytes) length (in place of the body's own);
#           whether HEAD was asked, whether the connection ends, the request's version
#   errors  WIRE RESPONSE for a header or body that cannot be sent as it is
proc ::sslkeys::http::formatResponse {response {head 0} {close 0} {version 1.1}} {
    variable date
    variable formatted
    set response [dict merge {status 200 headers {} body {}} $response]
    set status [dict get $response status]
    set headers [dict get $response headers]
    set body [dict get $response body]
    if {[regexp {[^\x00-\xff]} $body]} {
        return -code error -errorcode {SSLKEYS WIRE RESPONSE body text} "the response's body is text, and bytes are needed"
    }
    set now [clock seconds]
    if {[lindex $date 0] != $now} {
        set date [list $now [clock format $now -gmt 1 -locale C -format {%a, %d %b %Y %H:%M:%S GMT}]]
        array unset formatted
    }
    if {![info exists formatted($status,$headers)]} {
        set formatted($status,$headers) [FormatHeaders $status $headers]
    }
    set bytes $formatted($status,$headers)
    if {$status ni {204 304}} {
        append bytes "Content-Length: " [expr {[dict exists $response length] ? [dict get $response length] : [string length $body]}] \r\n
    }
    if {$close} {
        append bytes "Connection: close\r\n"
    } elseif {$version eq {1.0}} {
        append bytes "Connection: keep-alive\r\n"
    }
    append bytes \r\n
    if {!$head && $status ni {204 304}} {
        append bytes $body
    }
    return $bytes
}

# The status line and the headers of a response, checked.
proc ::sslkeys::http::FormatHeaders {status headers} {
    variable date
    if {![regexp {^[2-5][0-9][0-9]$} $status]} {
        return -code error -errorcode [list SSLKEYS WIRE RESPONSE status [string range $status 0 59]] "the response has no status"
    }
    set bytes "HTTP/1.1 $status [status $status]\r\nDate: [lindex $date 1]\r\n"
    foreach {name value} $headers {
        if {![regexp {^[A-Za-z0-9!#$%&'*+.^_`|~-]+$} $name] || [regexp {[^\t\x20-\x7e\x80-\xff]} $value]} {
            return -code error -errorcode [list SSLKEYS WIRE RESPONSE header [string range $name 0 59]] \
                "a response header holds a character that it must not"
        }
        if {[string tolower $name] in {content-length transfer-encoding connection}} {
            return -code error -errorcode [list SSLKEYS WIRE RESPONSE header $name] "$name is for the engine to send"
        }
        append bytes $name ": " $value \r\n
    }
    return $bytes
}
