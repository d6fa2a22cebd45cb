# DER by hand, for tests that need what nobody writes: revocation lists with one thing wrong. X.690.

namespace eval ::crlder {}

# An element.
#   in  its tag in hex, its content in pieces
proc ::crlder::tlv {tag args} {
    set content [join $args {}]
    set length [string length $content]
    if {$length < 128} {
        return [binary format H2ca* $tag $length $content]
    }
    if {$length < 256} {
        return [binary format H2cca* $tag 0x81 $length $content]
    }
    return [binary format H2cSa* $tag 0x82 $length $content]
}

proc ::crlder::oid {numbers} {
    set octets [binary format c [expr {[lindex $numbers 0] * 40 + [lindex $numbers 1]}]]
    foreach number [lrange $numbers 2 end] {
        set part [binary format c [expr {$number & 127}]]
        while {[set number [expr {$number >> 7}]] > 0} {
            set part [binary format c [expr {$number & 127 | 128}]]$part
        }
        append octets $part
    }
    return [tlv 06 $octets]
}

proc ::crlder::extension {numbers value {critical 0}} {
    tlv 30 [oid $numbers] [expr {$critical ? [tlv 01 \xff] : {}}] [tlv 04 $value]
}

# An entry of a revocation list; extensions that are given and empty make an empty list.
proc ::crlder::entry {serial args} {
    tlv 30 [tlv 02 $serial] [tlv 17 260101000000Z] {*}[lmap extensions $args {tlv 30 $extensions}]
}

# A revocation list with a signature that fits nothing.
#   in  what shall be otherwise: -version -inner -issuer -times -entries -extensions -tail -signature
proc ::crlder::crlDer {args} {
    set parts [dict merge [dict create -version 1 -inner {1 2 840 10045 4 3 2} -times [tlv 17 260101000000Z][tlv 17 270101000000Z] \
        -issuer [tlv 30 [tlv 31 [tlv 30 [oid {2 5 4 3}] [tlv 0c Root]]]] -entries [entry \x01] \
        -extensions [extension {2 5 29 20} [tlv 02 \x01]] -tail {} -signature \x00\x01] $args]
    set version [dict get $parts -version]
    set extensions [dict get $parts -extensions]
    set entries [dict get $parts -entries]
    set tbs [tlv 30 [expr {$version eq {} ? {} : [tlv 02 [binary format c $version]]}] [tlv 30 [oid [dict get $parts -inner]]] \
        [dict get $parts -issuer] [dict get $parts -times] [expr {$entries eq {} ? {} : [tlv 30 $entries]}] \
        [expr {$extensions eq {} ? {} : [tlv a0 [tlv 30 $extensions]]}] [dict get $parts -tail]]
    return [tlv 30 $tbs [tlv 30 [oid {1 2 840 10045 4 3 2}]] [tlv 03 [dict get $parts -signature]]]
}

# What stands behind tag and length of a list that is not long.
proc ::crlder::inside {der} {
    binary scan $der xcu length
    string range $der [expr {$length < 128 ? 2 : 2 + ($length & 127)}] end
}

proc ::crlder::pem {der} {
    return "-----BEGIN X509 CRL-----\n[binary encode base64 -maxlen 64 -wrapchar \n $der]\n-----END X509 CRL-----\n"
}

proc ::crlder::crl {args} {
    pem [crlDer {*}$args]
}
