# Writing DER by hand, for what no tool would write: derbytes::wrap puts tag and length around its parts.
# What is put together this way is a byte string.

namespace eval ::derbytes {}

proc ::derbytes::hex {digits} {
    binary decode hex [string map {{ } {}} $digits]
}

# An element: its tag as two hexadecimal digits, then the parts of its content.
proc ::derbytes::wrap {tag args} {
    set content [join $args {}]
    set length [string length $content]
    if {$length < 128} {
        set octets [format %02x $length]
    } else {
        set digits [format %x $length]
        if {[string length $digits] % 2} {
            set digits 0$digits
        }
        set octets [format %02x [expr {0x80 | [string length $digits] / 2}]]$digits
    }
    return [hex $tag$octets]$content
}

proc ::derbytes::fromPem {pem} {
    regexp -- {-----BEGIN [^-]+-----\n(.*?)-----END} $pem - base64
    binary decode base64 $base64
}

# The elements that stand one behind the other: tag as hex, head's length and content of each.
proc ::derbytes::Elements {octets} {
    set elements {}
    set at 0
    while {$at < [string length $octets]} {
        binary scan $octets @${at}H2cu tag length
        set head 2
        if {$length >= 128} {
            set count [expr {$length & 127}]
            binary scan $octets @[expr {$at + 2}]H[expr {2 * $count}] digits
            scan $digits %x length
            incr head $count
        }
        lappend elements $tag [string range $octets $at+$head [expr {$at + $head + $length - 1}]]
        incr at [expr {$head + $length}]
    }
    return $elements
}

# Put one piece in the place of another wherever it stands within an element, with all lengths right.
proc ::derbytes::replace {octets old new} {
    set whole {}
    foreach {tag content} [Elements $octets] {
        set element [wrap $tag $content]
        if {$element eq $old} {
            append whole $new
        } elseif {[string first $old $content] < 0} {
            append whole $element
        } elseif {$tag eq {04} && $content ne $old && [string index $content 0] eq "0"} {
            append whole [wrap $tag [replace $content $old $new]]
        } elseif {$content eq $old} {
            append whole [wrap $tag $new]
        } else {
            append whole [wrap $tag [replace $content $old $new]]
        }
    }
    return $whole
}
