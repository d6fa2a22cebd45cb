# DER by hand, in hex: for tests that need what no tool writes, such as an attribute given twice. Each procedure gives hex;
# `der::request` and `der::certificate` sign what they are given, however odd it is. X.690.

namespace eval ::der {}

proc ::der::element {tag args} {
    set content [join $args {}]
    set length [expr {[string length $content] / 2}]
    return $tag[format [lindex {%02x 81%02x 82%04x 83%06x} [expr {($length > 127) + ($length > 255) + ($length > 65535)}]] $length]$content
}
proc ::der::sequence {args} {element 30 {*}$args}
proc ::der::setOf {args} {element 31 {*}$args}
proc ::der::integer {value} {element 02 [format %02x $value]}
proc ::der::octets {args} {element 04 {*}$args}
proc ::der::bits {hex} {element 03 00 $hex}
proc ::der::text {tag text} {element $tag [binary encode hex [encoding convertto utf-8 $text]]}

proc ::der::oid {dotted} {
    lassign [split $dotted .] first second
    set hex [format %02x [expr {40 * $first + $second}]]
    foreach arc [lrange [split $dotted .] 2 end] {
        set part [format %02x [expr {$arc & 127}]]
        while {[set arc [expr {$arc >> 7}]]} {
            set part [format %02x [expr {$arc & 127 | 128}]]$part
        }
        append hex $part
    }
    element 06 $hex
}

# A distinguished name of one CN.
proc ::der::name {commonName} {sequence [setOf [sequence [oid 2.5.4.3] [text 0c $commonName]]]}

# An extension; an attribute of a request with its values.
proc ::der::extension {dotted value} {sequence [oid $dotted] [octets $value]}
proc ::der::attribute {dotted args} {sequence [oid $dotted] [setOf {*}$args]}

proc ::der::fromPem {pem} {
    regexp -- {-----BEGIN [^-]+-----\n(.*?)-----END} $pem - base64
    binary encode hex [binary decode base64 $base64]
}
proc ::der::toPem {label hex} {
    return "-----BEGIN $label-----\n[binary encode base64 -maxlen 64 [binary decode hex $hex]]\n-----END $label-----\n"
}

# What is to be signed, its algorithm, its signature by a P-256 key.
proc ::der::signed {body key} {
    set path [support::writeFile [support::temporary]/key.pem $key]
    set channel [open |[list openssl dgst -sha256 -sign $path] r+b]
    puts -nonewline $channel [binary decode hex $body]
    chan close $channel write
    set signature [binary encode hex [read $channel]]
    close $channel
    sequence $body [sequence [oid 1.2.840.10045.4.3.2]] [bits $signature]
}

# A request of CN alice with these attributes, signed by the key.
proc ::der::request {key version args} {
    set public [fromPem [sslkeys::key public $key]]
    toPem "CERTIFICATE REQUEST" [signed [sequence [integer $version] [name alice] $public [element a0 {*}$args]] $key]
}

# A certificate of CN alice with these extensions, signed by its own key. A version of -1 is left out, which means 1.
proc ::der::certificate {key version args} {
    set public [fromPem [sslkeys::key public $key]]
    set head [if {$version >= 0} {element a0 [integer $version]}]
    set times [sequence [text 17 260101000000Z] [text 17 460101000000Z]]
    set tail [if {[llength $args]} {element a3 [sequence {*}$args]}]
    toPem CERTIFICATE [signed [sequence $head [integer 5] [sequence [oid 1.2.840.10045.4.3.2]] [name alice] $times [name alice] \
        $public $tail] $key]
}
