# Directories and files of a test. All are removed when the file's tests are over.

namespace eval ::support {
    variable temporaries {}
}

# Make a fresh, empty directory.
#   out  its path; mode 0700
proc ::support::temporary {} {
    variable temporaries
    set directory [exec mktemp -d -t sslkeys-test.XXXXXXXXXX]
    lappend temporaries $directory
    return $directory
}

# Read a file as text, UTF-8.
proc ::support::readFile {path} {
    set channel [open $path r]
    try {
        fconfigure $channel -encoding utf-8
        return [read $channel]
    } finally {
        close $channel
    }
}

# Read a file as octets.
proc ::support::readOctets {path} {
    set channel [open $path rb]
    try {
        return [read $channel]
    } finally {
        close $channel
    }
}

# Write a file as text, UTF-8, lines ending in LF.
#   in   path, text, mode (octal) or nothing
proc ::support::writeFile {path text {mode {}}} {
    set channel [open $path w]
    try {
        fconfigure $channel -encoding utf-8 -translation lf
        puts -nonewline $channel $text
    } finally {
        close $channel
    }
    if {$mode ne ""} {
        file attributes $path -permissions $mode
    }
    return $path
}

# Answer a file's mode as four octal digits, 0600.
proc ::support::mode {path} {
    file stat $path status
    format %04o [expr {$status(mode) & 0o7777}]
}

# Remove what support::temporary made, also what a test made unwritable.
proc ::support::RemoveTemporaries {} {
    variable temporaries
    foreach directory $temporaries {
        if {[catch {file delete -force $directory}]} {
            catch {exec chmod -R u+rwX $directory}
            file delete -force $directory
        }
    }
    set temporaries {}
}
