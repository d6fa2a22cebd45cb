# One line per event: time, level, event, then name=value. Never a secret: whatever looks like PEM is cut out here as well,
# and no control character of a peer reaches a terminal, nor one that turns the direction of writing.

namespace eval ::sslkeys::log {
    namespace export configure event format

    variable levels {debug info warning error}
    variable level info
    variable channel stderr
}

# Choose the lowest level that is written, and the channel.
#   errors  TCL LOOKUP INDEX
proc ::sslkeys::log::configure {args} {
    variable levels
    variable level
    variable channel
    set options [::sslkeys::ReadOptions $args [list -level $level -channel $channel]]
    if {[dict get $options -level] ni $levels} {
        return -code error -errorcode [list TCL LOOKUP INDEX level [dict get $options -level]] \
            "unknown level \"[dict get $options -level]\": must be [join $levels {, }]"
    }
    set level [dict get $options -level]
    set channel [dict get $options -channel]
}

# Write one event.
#   in  level, the event's name, then name value ...
proc ::sslkeys::log::event {at event args} {
    variable levels
    variable level
    variable channel
    if {[lsearch -exact $levels $at] < [lsearch -exact $levels $level]} {
        return
    }
    try {
        puts $channel [format $at $event {*}$args]
        flush $channel
    } on error {} {
        # A log that cannot be written must not stop the service.
    }
}

# Make the line.
proc ::sslkeys::log::format {at event args} {
    set line "[clock format [clock seconds] -gmt 1 -format %Y-%m-%dT%H:%M:%SZ] $at $event"
    foreach {name value} $args {
        append line " " $name = [Quote $value]
    }
    return $line
}

proc ::sslkeys::log::Quote {value} {
    regsub -all -- {-----BEGIN .*?(?:-----END [^-]*-----|$)} $value {[PEM]} value
    if {[string length $value] > 200} {
        set value [string range $value 0 196]...
    }
    if {[regexp {^[A-Za-z0-9._:@/+-]+$} $value]} {
        return $value
    }
    set quoted {}
    foreach character [split $value {}] {
        scan $character %c code
        if {$character in {\" \\}} {
            append quoted \\ $character
        } elseif {$code < 32 || ($code >= 127 && $code < 160) || ($code >= 0x2028 && $code <= 0x202e)
                || $code == 0x061c || $code == 0x200e || $code == 0x200f || ($code >= 0x2066 && $code <= 0x2069)} {
            append quoted [::format {\u%04x} $code]
        } else {
            append quoted $character
        }
    }
    return "\"$quoted\""
}
