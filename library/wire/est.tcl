# Enrollment over Secure Transport: its messages as pure functions on strings of bytes, both ends. Knows no channel and no CA.
# RFC 7030 as corrected by RFC 8951: a body is base64 whatever Content-Transfer-Encoding says, its lines as the sender likes.

namespace eval ::sslkeys::est {
    namespace export parsePath makePath parseRequest makeRequest makeCertificates parseCertificates methodOf parseBasic makeBasic parseRetryAfter makePending parsePending makeReason

    variable maxRequest 65536     ;# bytes of a request for a certificate as it is sent; the largest RSA key needs 6,000
    variable maxAnswer 1048576    ;# bytes of an answer
    variable maxCredentials 1024  ;# characters of Basic credentials
    # What RFC 7030 3.2.2 lists -> the HTTP method. What is not listed in it does not exist.
    variable operations {
        cacerts GET simpleenroll POST simplereenroll POST fullcmc POST serverkeygen POST csrattrs GET
    }
}

# Take a path apart.
#   out     dict prefix (what stands before /.well-known, without slashes) label operation; empty when the path is not EST's
#   source  RFC 7030 3.2.2
proc ::sslkeys::est::parsePath {path} {
    variable operations
    # Most paths at a door are these two, and need no regular expression.
    if {[string first /.well-known/est $path] < 0
            || ![regexp {^(?:/([^/]+))?/\.well-known/est((?:/[^/]*)*)$} $path - prefix rest]} {
        return {}
    }
    set parts [lrange [split $rest /] 1 end]
    set operation [lindex $parts end]
    return [dict create prefix $prefix label [join [lrange $parts 0 end-1] /] operation $operation]
}

# Make the path of an operation; the default profile, client, has no prefix.
proc ::sslkeys::est::makePath {operation {profile client}} {
    return [expr {$profile eq {client} ? {} : "/$profile"}]/.well-known/est/$operation
}

# Tell the method of an operation, or the empty string when there is no such operation.
proc ::sslkeys::est::methodOf {operation} {
    variable operations
    return [expr {[dict exists $operations $operation] ? [dict get $operations $operation] : {}}]
}

# Parse the body of simpleenroll and simplereenroll.
#   in      bytes: DER in base64, on one line or many, or DER
#   out     the PKCS#10 as PEM, not looked into
#   errors  WIRE EST
#   source  RFC 7030 4.2.1, RFC 8951 3.1
proc ::sslkeys::est::parseRequest {bytes} {
    variable maxRequest
    set der [Decode $bytes $maxRequest]
    # One line of base64 after the other, RFC 7468 3.
    return "-----BEGIN CERTIFICATE REQUEST-----\n[binary encode base64 -maxlen 64 $der]\n-----END CERTIFICATE REQUEST-----\n"
}

# Make that body: base64 on one line, which every server takes.
proc ::sslkeys::est::makeRequest {request} {
    return [join [lrange [split [string trim $request] \n] 1 end-1] {}]
}

# Make the body of an answer that carries certificates: a PKCS#7 that signs nothing.
#   in      certificates as PEM, one after the other
#   source  RFC 7030 4.1.3, 4.2.3
proc ::sslkeys::est::makeCertificates {certificates} {
    return [::sslkeys::bundle pkcs7 $certificates -format base64]
}

# Parse such a body.
#   out     list of certificates as PEM, at least one
#   errors  WIRE EST
proc ::sslkeys::est::parseCertificates {bytes} {
    variable maxAnswer
    try {
        set bundle [::sslkeys::bundle open [Decode $bytes $maxAnswer]]
    } trap SSLKEYS {message} {
        throw {SSLKEYS WIRE EST} "the answer holds no certificates: $message"
    }
    if {[dict get $bundle kind] ne {pkcs7} || ![llength [dict get $bundle certificates]]} {
        throw {SSLKEYS WIRE EST} "the answer is not a PKCS#7 with certificates"
    }
    return [dict get $bundle certificates]
}

# Turn a body into the DER that it carries.
proc ::sslkeys::est::Decode {bytes limit} {
    if {[string length $bytes] > $limit} {
        throw {SSLKEYS WIRE EST} "the body is longer than $limit bytes"
    }
    # A SEQUENCE of 128 octets or more; in base64 a body cannot begin so.
    if {[regexp {^0[\x81-\x84]} $bytes]} {
        return $bytes
    }
    if {[string match -----BEGIN* [string trimleft $bytes]]} {
        throw {SSLKEYS WIRE EST} "the body is PEM; send its base64 without the BEGIN and END lines"
    }
    set text [string map {\r {} \n {} { } {} \t {}} $bytes]
    if {[string length $text] % 4 || ![regexp {^[A-Za-z0-9+/]+={0,2}$} $text]} {
        throw {SSLKEYS WIRE EST} "the body is neither base64 nor DER"
    }
    return [binary decode base64 $text]
}

# Parse an Authorization header.
#   out     list: user, password; empty for no header and for another scheme than Basic
#   errors  WIRE EST
#   source  RFC 7617 2
proc ::sslkeys::est::parseBasic {value} {
    variable maxCredentials
    if {![regexp -nocase {^basic +(.*)$} $value - credentials]} {
        return {}
    }
    if {[string length $credentials] > $maxCredentials || [string length $credentials] % 4
            || ![regexp {^[A-Za-z0-9+/]+={0,2}$} $credentials]} {
        throw {SSLKEYS WIRE EST} "the Basic credentials are malformed"
    }
    set text [encoding convertfrom utf-8 [binary decode base64 $credentials]]
    set colon [string first : $text]
    if {$colon < 0 || [regexp {[\u0000-\u001f\u007f]} $text]} {
        throw {SSLKEYS WIRE EST} "the Basic credentials are malformed"
    }
    return [list [string range $text 0 $colon-1] [string range $text $colon+1 end]]
}

# Make one.
#   errors  WIRE EST for what cannot stand in it
proc ::sslkeys::est::makeBasic {user password} {
    variable maxCredentials
    if {[regexp {[:\u0000-\u001f\u007f]} $user] || [regexp {[\u0000-\u001f\u007f]} $password]} {
        throw {SSLKEYS WIRE EST} "a name has no colon and a token is one line"
    }
    set credentials [binary encode base64 [encoding convertto utf-8 $user:$password]]
    if {[string length $credentials] > $maxCredentials} {
        throw {SSLKEYS WIRE EST} "name and token are longer than [expr {$maxCredentials * 3 / 4}] bytes"
    }
    return "Basic $credentials"
}

# Tell for how many seconds a Retry-After header asks; empty when it is malformed.
#   in      the value, the time now
#   source  RFC 9110 10.2.3
proc ::sslkeys::est::parseRetryAfter {value now} {
    if {[regexp {^[0-9]{1,9}$} $value]} {
        return [scan $value %d]
    }
    try {
        return [expr {max(0, [clock scan $value -format {%a, %d %b %Y %H:%M:%S GMT} -gmt 1 -locale C] - $now)}]
    } on error {} {
        return {}
    }
}

# Make the text of a 202: which request waits, and what its operator types.
#   source  RFC 7030 4.2.3
proc ::sslkeys::est::makePending {id} {
    return "Request $id waits for a person's approval.\nThe operator types: sslkeys approve $id\n"
}

# Find the id in such a text, if it is that of a key: its first 16 hex digits are the key's fingerprint's.
#   out  the id; empty when it is not there, or another key's
proc ::sslkeys::est::parsePending {text keyfingerprint} {
    if {[regexp {sslkeys approve ([0-9a-f]{16}-[0-9]{1,9})(?![0-9])} [string range $text 0 4095] - id]
            && [string range $id 0 15] eq [string range $keyfingerprint 0 15]} {
        return $id
    }
}

# Make one clean line of what a server said in a refusal; a terminal may be near.
proc ::sslkeys::est::makeReason {text} {
    set line [regsub -all {[^\x20-\x7e]+} [string range [string trim $text] 0 499] { }]
    return [expr {[string length $line] > 200 ? "[string range $line 0 196]..." : $line}]
}
