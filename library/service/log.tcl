# One line per event: time, level, event, then name=value. Never a secret: whatever looks like PEM is cut out here as well,
# and no control character of a peer reaches a terminal, nor one that turns the direction of writing. Events are counted too.

namespace eval ::sslkeys::log {
    namespace export configure event format reopen counts

    variable levels {debug info warning error}
    variable level info
    variable channel stderr
    variable path {}  ;# of the file that channel is, where we opened it
    variable counts {}  ;# event -> how often; {event REASON} of those that have a code
}

# Choose the lowest level that is written, and where: a channel, or a file of ours (0640), which reopen opens anew.
#   errors  TCL LOOKUP INDEX; SSLKEYS ARGS CONFLICT; POSIX ... when the file cannot be written, and then nothing changes
proc ::sslkeys::log::configure {args} {
    variable levels
    variable level
    variable channel
    variable path
    set options [::sslkeys::ReadOptions $args [list -level $level -channel {} -file {}]]
    if {[dict get $options -level] ni $levels} {
        return -code error -errorcode [list TCL LOOKUP INDEX level [dict get $options -level]] \
            "unknown level \"[string range [dict get $options -level] 0 59]\": must be [join $levels {, }]"
    }
    if {[dict get $options -channel] ne {} && [dict get $options -file] ne {}} {
        return -code error -errorcode {SSLKEYS ARGS CONFLICT option -file} "give -channel or -file, not both"
    }
    if {[dict get $options -file] ne {}} {
        set file [file normalize [dict get $options -file]]
        Switch [Open $file] $file
    } elseif {[dict get $options -channel] ne {}} {
        Switch [dict get $options -channel] {}
    }
    set level [dict get $options -level]
    return
}

# Open the file anew, after somebody has moved it away. A channel stays.
#   errors  POSIX ... when it cannot be, and then the old one goes on
proc ::sslkeys::log::reopen {} {
    variable path
    if {$path ne {}} {
        Switch [Open $path] $path
    }
    return
}

proc ::sslkeys::log::Open {file} {
    set opened [open $file {WRONLY CREAT APPEND} 0640]
    fconfigure $opened -encoding utf-8 -translation lf -buffering line
    return $opened
}

proc ::sslkeys::log::Switch {to file} {
    variable channel
    variable path
    set before [expr {$path eq {} ? {} : $channel}]
    set channel $to
    set path $file
    if {$before ne {}} {
        catch {close $before}  ;# what it could not write any more is lost
    }
}

# Write one event.
#   in  level, the event's name, then name value ...
proc ::sslkeys::log::event {at event args} {
    variable levels
    variable level
    variable channel
    Count $event $args
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

# Tell how often each event was, written or not: a dict of events, and of {event REASON} by the third word of their code.
proc ::sslkeys::log::counts {} {
    variable counts
    return $counts
}

proc ::sslkeys::log::Count {event fields} {
    variable counts
    dict incr counts $event
    if {[llength $fields] % 2 || ![dict exists $fields code]} {
        return
    }
    set code [dict get $fields code]
    # Codes are ours or the system's; their words are few.
    set reason [expr {[lindex $code 0] eq {SSLKEYS} ? [lindex $code 2] : [lindex $code 1]}]
    if {[regexp {^[A-Z0-9]{1,20}$} $reason]} {
        dict incr counts [list $event $reason]
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
