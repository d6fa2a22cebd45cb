# A bar on standard error for what takes long, where that is a terminal: how far it is, and how long it will go on.

namespace eval ::sslkeys::cli {
    # When the bar was drawn last (0: none is drawn), in milliseconds.
    variable drawn 0
    variable lines 0
}

# Draw the bar, ten times a second at most.
#   in  things done, bytes read and their sum (0: unknown), when it began, in milliseconds
proc ::sslkeys::cli::Progress {count at size began} {
    variable drawn
    variable quiet
    set now [clock milliseconds]
    if {$quiet || $now - $drawn < 100 || ![IsTerminal stderr]} {
        return
    }
    set drawn $now
    puts -nonewline stderr "\r[Bar $count $at $size [expr {$now - $began}]]\033\[K"
    flush stderr
}

# Make the bar's text.
proc ::sslkeys::cli::Bar {count at size milliseconds} {
    if {$size == 0 || $at == 0} {
        return "$count done"
    }
    set part [expr {min(1.0, double($at) / $size)}]
    set left [expr {$part < 1 && $milliseconds > 1000 ? "  [Span [expr {round($milliseconds / 1000.0 * (1 - $part) / $part)}]] left" : {}}]
    set full [expr {round(24 * $part)}]
    return "\[[string repeat # $full][string repeat . [expr {24 - $full}]]\] [format %3d [expr {round(100 * $part)}]]%  $count done$left"
}

proc ::sslkeys::cli::ClearProgress {} {
    variable drawn
    if {$drawn} {
        puts -nonewline stderr "\r\033\[K"
        set drawn 0
    }
}
