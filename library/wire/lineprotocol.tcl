# The article's protocol for asking for a certificate: its messages as pure functions on strings of bytes, and both ends.
#   certificate NAME EMAIL LF                       at most 1024 bytes, CR before LF tolerated
#   true KEYBYTES CERTBYTES LF key certificate, or false 0 0 LF; then the server closes

namespace eval ::sslkeys::lineprotocol {
    namespace export makeRequest parseRequest makeAnswer makeRefusal parseAnswer answer ask

    variable maxLine 1024
    variable maxPart 65536  ;# a key or a certificate that is longer is none
}

# Make the line that asks for a certificate.
#   errors  WIRE LINE
proc ::sslkeys::lineprotocol::makeRequest {name email} {
    variable maxLine
    foreach word [list $name $email] {
        if {$word eq {} || [regexp {[^\x21-\x7e]} $word]} {
            throw {SSLKEYS WIRE LINE} "a name and an e-mail address are words of printable ASCII here"
        }
    }
    set line "certificate $name $email\n"
    if {[string length $line] > $maxLine} {
        throw {SSLKEYS WIRE LINE} "the line would be longer than $maxLine bytes"
    }
    return $line
}

# Parse that line, with or without its end.
#   out     dict name email, both words of printable ASCII, not judged further
#   errors  WIRE LINE
proc ::sslkeys::lineprotocol::parseRequest {line} {
    variable maxLine
    if {[string length $line] > $maxLine} {
        throw {SSLKEYS WIRE LINE} "the line is longer than $maxLine bytes"
    }
    if {![regexp {^certificate ([\x21-\x7e]+) ([\x21-\x7e]+)\r?\n?$} $line - name email]} {
        throw {SSLKEYS WIRE LINE} "the line is not \"certificate NAME EMAIL\""
    }
    return [dict create name $name email $email]
}

proc ::sslkeys::lineprotocol::makeAnswer {key certificate} {
    return "true [string length $key] [string length $certificate]\n$key$certificate"
}

proc ::sslkeys::lineprotocol::makeRefusal {} {
    return "false 0 0\n"
}

# Parse the answer's line.
#   out     list: bytes of the key, bytes of the certificate; empty for a refusal
#   errors  WIRE LINE
proc ::sslkeys::lineprotocol::parseAnswer {line} {
    variable maxPart
    if {[regexp {^false 0 0\r?\n?$} $line]} {
        return {}
    }
    if {![regexp {^true ([1-9][0-9]{0,5}) ([1-9][0-9]{0,5})\r?\n?$} $line - key certificate] || max($key, $certificate) > $maxPart} {
        throw {SSLKEYS WIRE LINE} "the server's answer is malformed"
    }
    return [list $key $certificate]
}

# Answer one request, in the connection's coroutine.
#   in      channel, the line; decide: prefix called with name and email, answers a dict key certificate ..., or fails to refuse;
#           undo: prefix called with that dict and a reason when the peer did not get the answer; seconds for it to take it
#   errors  what decide raised, after the refusal is sent; the channel's, after undo
proc ::sslkeys::lineprotocol::answer {chan line decide undo {seconds 30}} {
    ::sslkeys::connection::limit $chan $seconds
    try {
        set request [parseRequest $line]
        Present $chan
        set issued [{*}$decide [dict get $request name] [dict get $request email]]
    } trap {SSLKEYS WIRE CLOSED} {message details} {
        return -options $details $message
    } on error {message details} {
        ::sslkeys::connection::send $chan [makeRefusal]
        ::sslkeys::connection::linger $chan [expr {[string index $line end] ne "\n"}]
        return -options $details $message
    }
    try {
        Present $chan
        ::sslkeys::Discreetly {
            ::sslkeys::connection::send $chan [makeAnswer [dict get $issued key] [dict get $issued certificate]]
        }
        ::sslkeys::connection::drain $chan
    } on error {message details} {
        {*}$undo [dict remove $issued key] $message
        return -code error -errorcode [dict get $details -errorcode] $message
    }
}

# Make sure that the peer has not gone: what it may have sent after its line does not count.
proc ::sslkeys::lineprotocol::Present {chan} {
    try {
        ::sslkeys::connection::take $chan
        set gone [eof $chan]
    } on error {} {
        set gone 1
    }
    if {$gone} {
        throw {SSLKEYS WIRE CLOSED} "the client left before it was answered"
    }
}

# Ask for a certificate over an open channel.
#   out     dict key certificate
#   errors  WIRE DENIED, LINE, CLOSED, TIMEOUT
proc ::sslkeys::lineprotocol::ask {chan name email {seconds 60}} {
    set line [makeRequest $name $email]
    fconfigure $chan -blocking 0 -translation binary
    ::sslkeys::connection::use
    ::sslkeys::connection::limit $chan $seconds
    try {
        return [::sslkeys::connection::perform [list ::sslkeys::lineprotocol::Converse $chan $line]]
    } finally {
        ::sslkeys::connection::disown $chan
        ::sslkeys::connection::release
    }
}

proc ::sslkeys::lineprotocol::Converse {chan line} {
    variable maxLine
    ::sslkeys::connection::send $chan $line
    set bytes {}
    while {[set end [string first \n $bytes]] < 0} {
        if {[string length $bytes] > $maxLine} {
            throw {SSLKEYS WIRE LINE} "the server's answer is malformed"
        }
        append bytes [ReadSome $chan]
    }
    lassign [parseAnswer [string range $bytes 0 $end]] keySize certificateSize
    if {$keySize eq {}} {
        throw {SSLKEYS WIRE DENIED} "Request to generate certificate denied"
    }
    set bytes [string range $bytes $end+1 end]
    while {[string length $bytes] < $keySize + $certificateSize} {
        append bytes [ReadSome $chan]
    }
    return [dict create key [string range $bytes 0 $keySize-1] \
        certificate [string range $bytes $keySize [expr {$keySize + $certificateSize - 1}]]]
}

proc ::sslkeys::lineprotocol::ReadSome {chan} {
    try {
        set bytes [::sslkeys::connection::read $chan]
    } trap {POSIX} message {
        ::sslkeys::tls::explain $chan $message
    }
    if {$bytes eq {}} {
        throw {SSLKEYS WIRE CLOSED} "the server closed the connection before it had answered"
    }
    return $bytes
}
