# Addresses and networks of the Internet as values: what a rule's `network` says, and by what an address is counted.
# An address is {bits number}: 32 for IPv4, RFC 791, 128 for IPv6, RFC 4291; an IPv4 address within IPv6 is the IPv4 address.

namespace eval ::sslkeys::network {
    namespace export parse contains group isAddress
}

# Read a network, 10.0.0.0/8 or 2001:db8::/32; an address alone is the network of itself.
#   out     list: bits, number of its first address, length of its prefix
#   errors  ARGS RANGE
proc ::sslkeys::network::parse {text} {
    if {[regexp {^([^/]+)/(0|[1-9][0-9]{0,2})$} $text - address prefix]} {
        set isNetwork 1
    } else {
        set address $text
        set isNetwork 0
    }
    set parsed [ParseAddress $address]
    lassign $parsed bits number
    if {!$isNetwork} {
        set prefix $bits
    }
    # An IPv4 network that is written as one of IPv6 would have its prefix counted in the other's bits.
    if {$parsed eq {} || $prefix > $bits || ($isNetwork && $bits == 32 && [string match *:* $address])
            || $number & ((1 << ($bits - $prefix)) - 1)} {
        return -code error -errorcode [list SSLKEYS ARGS RANGE network [string range $text 0 59]] \
            "\"[string range $text 0 59]\" is not a network such as 10.0.0.0/8 or 2001:db8::/32"
    }
    return [list $bits $number $prefix]
}

# Tell whether an address lies in a network; what is no address lies in none.
proc ::sslkeys::network::contains {network address} {
    lassign $network bits number prefix
    lassign [ParseAddress $address] ownBits ownNumber
    return [expr {$ownBits eq $bits && $ownNumber >> ($bits - $prefix) == $number >> ($bits - $prefix)}]
}

# Name what an address is counted by: itself, and of IPv6 its /64, which one machine has alone.
proc ::sslkeys::network::group {address} {
    lassign [ParseAddress $address] bits number
    if {$bits eq {}} {
        return $address
    }
    if {$bits == 32} {
        return [join [lmap shift {24 16 8 0} {expr {($number >> $shift) & 255}}] .]
    }
    return [join [lmap shift {112 96 80 64} {::format %x [expr {($number >> $shift) & 0xffff}]}] :]::/64
}

# Tell whether a text is an address.
proc ::sslkeys::network::isAddress {text} {
    return [expr {[llength [ParseAddress $text]] > 0}]
}

# Read an address, without or with a zone.
#   out  list: bits, number; {} when it is none
proc ::sslkeys::network::ParseAddress {text} {
    if {![string match *:* $text]} {
        set number [ParseFour $text]
        return [expr {$number eq {} ? {} : [list 32 $number]}]
    }
    regsub {%[A-Za-z0-9._-]+$} $text {} text
    # RFC 4291 2.2: an IPv4 address may be the last 32 bits.
    if {[regexp {^(.*:)([0-9.]+)$} $text - head four] && [string match *.* $four]} {
        set low [ParseFour $four]
        if {$low eq {}} {
            return {}
        }
        set text $head[::format %x:%x [expr {$low >> 16}] [expr {$low & 0xffff}]]
    }
    set groups [Groups $text]
    if {[llength $groups] != 8} {
        return {}
    }
    set number 0
    foreach group $groups {
        set number [expr {($number << 16) | "0x$group"}]
    }
    if {$number >> 32 == 0xffff} {
        return [list 32 [expr {$number & 0xffffffff}]]
    }
    return [list 128 $number]
}

# Split IPv6 into its eight groups; fewer or none when it is no address.
proc ::sslkeys::network::Groups {text} {
    set gap [string first :: $text]
    if {$gap < 0} {
        set groups [split $text :]
    } else {
        set left [split [string range $text 0 $gap-1] :]
        set right [split [string range $text $gap+2 end] :]
        set missing [expr {8 - [llength $left] - [llength $right]}]
        if {$missing < 1} {
            return {}
        }
        set groups [concat $left [lrepeat $missing 0] $right]
    }
    foreach group $groups {
        if {![regexp {^[0-9A-Fa-f]{1,4}$} $group]} {
            return {}
        }
    }
    return $groups
}

# Read four decimal octets; a leading zero, which some read as octal, is no number.
proc ::sslkeys::network::ParseFour {text} {
    set number 0
    set octets [split $text .]
    if {[llength $octets] != 4} {
        return {}
    }
    foreach octet $octets {
        if {![regexp {^(?:0|[1-9][0-9]{0,2})$} $octet] || $octet > 255} {
            return {}
        }
        set number [expr {($number << 8) | $octet}]
    }
    return $number
}
