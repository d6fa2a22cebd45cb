# What a person reads: foreign text made harmless, times and lengths of time in words, colours, the terminal.

namespace eval ::sslkeys::cli {
    # Whether standard output gets colours, and how wide its lines may be (0: as wide as they are).
    variable coloured 0
    variable width 0
}

# Learn what standard output is.
#   in  when colours are wanted: auto, always, never
proc ::sslkeys::cli::LearnTerminal {color} {
    variable coloured
    variable width
    set terminal [IsTerminal stdout]
    set plain [expr {[info exists ::env(NO_COLOR)] && $::env(NO_COLOR) ne {}}]
    set dumb [expr {[info exists ::env(TERM)] && $::env(TERM) eq {dumb}}]
    set coloured [expr {$color eq {always} || ($color eq {auto} && $terminal && !$plain && !$dumb)}]
    set width [expr {$terminal ? [TerminalWidth] : 0}]
}

# Whether a channel is a terminal: Tcl gives those, and only those, a serial line's options.
proc ::sslkeys::cli::IsTerminal {channel} {
    return [expr {![catch {fconfigure $channel} settings] && [dict exists $settings -mode]}]
}

proc ::sslkeys::cli::TerminalWidth {} {
    if {[info exists ::env(COLUMNS)] && [string is integer -strict $::env(COLUMNS)] && $::env(COLUMNS) >= 20} {
        return $::env(COLUMNS)
    }
    if {![catch {exec stty size </dev/tty 2>/dev/null} size] && [lindex $size 1] >= 20} {
        return [lindex $size 1]
    }
    return 80
}

# Dress a text for a terminal: bold, dim, red, yellow or green.
proc ::sslkeys::cli::Paint {style text} {
    variable coloured
    if {!$coloured || $style eq {}} {
        return $text
    }
    return "\033\[[dict get {bold 1 dim 2 red 31 yellow 33 green 32} $style]m$text\033\[0m"
}

# Make foreign text harmless on a terminal: control characters, and those that hide or turn the direction of writing, as \uXXXX.
proc ::sslkeys::cli::Clean {text} {
    set hidden {[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]}
    if {![regexp $hidden $text]} {
        return $text
    }
    set clean {}
    foreach character [split $text {}] {
        append clean [expr {[regexp $hidden $character] ? [format {\u%04x} [scan $character %c]] : $character}]
    }
    return $clean
}

# Quote what somebody typed: harmless, and at most 60 characters.
proc ::sslkeys::cli::Cut {text {limit 60}} {
    set text [Clean [string range $text 0 $limit]]
    if {[string length $text] > $limit} {
        set text [string range $text 0 $limit-4]...
    }
    return $text
}

# Say a length of time in one unit: "29 days".
proc ::sslkeys::cli::Span {seconds} {
    set seconds [expr {abs($seconds)}]
    foreach {length unit} {86400 day 3600 hour 60 minute 1 second} {
        if {$seconds >= 2 * $length || $length == 1} {
            return [Count [expr {$seconds / $length}] $unit]
        }
    }
}

# Say when that is, seen from now: "in 29 days", "3 hours ago".
proc ::sslkeys::cli::When {moment now} {
    if {$moment == $now} {
        return now
    }
    return [expr {$moment > $now ? "in [Span [expr {$moment - $now}]]" : "[Span [expr {$now - $moment}]] ago"}]
}

# A point in time, UTC.
proc ::sslkeys::cli::Stamp {moment} {
    return [clock format $moment -gmt 1 -format {%Y-%m-%d %H:%M:%SZ}]
}

# Until when what was made is good.
proc ::sslkeys::cli::Until {made} {
    return [Stamp [dict get $made notafter]][expr {[dict get $made truncated] ? { (with its CA, which ends before it would)} : {}}]
}

# "1 request", "2 requests".
proc ::sslkeys::cli::Count {number thing} {
    return "$number $thing[expr {$number == 1 ? {} : {s}}]"
}

# Write a word so that a shell reads it as one.
proc ::sslkeys::cli::Shell {word} {
    if {[regexp {^[A-Za-z0-9._@%+=:,/-]+$} $word]} {
        return $word
    }
    return '[string map {' '\\''} $word]'
}

# A line to type, with this command line's -keys, and its -config where the command takes it, if they are not the usual.
proc ::sslkeys::cli::Line {options args} {
    set line sslkeys
    foreach {option usual} {-keys keys -config {}} {
        if {$option eq {-config} && $option ni [OptionsOf [CommandIn $args]]} {
            continue
        }
        if {[dict exists $options $option] && [dict get $options $option] ne $usual} {
            append line " $option [Shell [dict get $options $option]]"
        }
    }
    foreach word $args {
        append line " " [Shell $word]
    }
    return $line
}
