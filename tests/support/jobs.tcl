# What tests of jobs share: a prefix that notes what it is told, a call that waits for it, a process of its own.

support::constraint thread [expr {![catch {package require Thread}]}] \
    "the package Thread is not here (Debian: tcl-thread)"

# What a job that is given this prefix is told, as a list of everything that came.
proc told {args} {
    lappend ::told $args
}

# Call a command with -command, and wait for what it is told.
proc later {args} {
    set ::told {}
    {*}$args -command told
    vwait ::told
    lindex $::told 0
}

# Run a script in a process of its own, in a fresh directory; the answer is its status and what it printed.
proc runScript {script args} {
    set directory [support::temporary]
    set path [support::writeFile $directory/s.tcl "package require sslkeys\n$script"]
    set result [support::runTcl -directory $directory {*}$args $path]
    list [dict get $result status] [string trim [dict get $result stdout]] [dict get $result stderr]
}
