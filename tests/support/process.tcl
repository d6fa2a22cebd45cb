# Child processes of a test. Waiting is done in the event loop, so that a server in this process
# goes on while a child runs; nothing sleeps. A deadline of minutes turns a hang into a failure.

namespace eval ::support {
    variable deadline 180000
    variable processes [dict create]
    variable counter 0
}

# Run a command to its end.
#   in   ?-directory DIR? ?-env {NAME value ...}? ?-input TEXT? ?--? command ?arg ...?
#   out  dict: status (exit status, or the name of a signal), stdout, stderr
proc ::support::run {args} {
    lassign [ParseOptions {-directory -env -input} $args] options command
    set token [Start $options $command]
    try {
        WaitEnd $token
    } finally {
        set result [Finish $token]
    }
    return $result
}

# Run a Tcl script with the tclsh under test; like support::run.
#   in   ?option value ...? ?--? script ?arg ...?
proc ::support::runTcl {args} {
    variable tclsh
    lassign [ParseOptions {-directory -env -input} $args] options command
    run {*}$options -- {*}$tclsh {*}$command
}

# Start a Tcl script as a child process and wait until it says that it is ready.
#   in   ?-until REGEXP? ?-directory DIR? ?-env {NAME value ...}? ?--? script ?arg ...?
#        -until waits for a line of standard output that matches; without it nothing is awaited
#   out  a token for the commands below
#   errors  a message with all its output when the child ends, or the deadline comes, before that
proc ::support::spawn {args} {
    variable tclsh
    lassign [ParseOptions {-until -directory -env -input} $args] options command
    set token [Start $options [concat $tclsh $command]]
    if {[dict exists $options -until]} {
        try {
            waitLine $token [dict get $options -until]
        } on error {message details} {
            Finish $token
            return -options $details $message
        }
    }
    return $token
}

# Wait for a line of the child's standard output that matches; lines that came before count.
#   out  list: the line, then what the parentheses matched
proc ::support::waitLine {token regexp} {
    variable processes
    set timer [after $::support::deadline [list ::support::Wake $token late]]
    try {
        while 1 {
            foreach line [lrange [split [output $token] \n] 0 end-1] {
                if {[regexp $regexp $line]} {
                    set matches [regexp -inline $regexp $line]
                    return [list $line {*}[lrange $matches 1 end]]
                }
            }
            set why [dict get $processes $token state]
            if {$why in {late ended}} {
                error "no line matches $regexp ($why)\n[Seen $token]"
            }
            vwait ::support::wake($token)
        }
    } finally {
        after cancel $timer
    }
}

# Answer what the child has written so far.
#   in   token, stdout or stderr
proc ::support::output {token {stream stdout}} {
    variable processes
    encoding convertfrom utf-8 [dict get $processes $token $stream]
}

# Answer the child's process id.
proc ::support::pid {token} {
    variable processes
    lindex [dict get $processes $token pid] 0
}

# Wait until the child ends by itself.
#   out  dict: status, stdout, stderr
proc ::support::wait {token} {
    try {
        WaitEnd $token
    } finally {
        set result [Finish $token]
    }
    return $result
}

# End the child.
#   in   token, the signal (TERM)
#   out  dict: status (exit status, or the name of a signal), stdout, stderr
proc ::support::stop {token {signal TERM}} {
    Signal $token $signal
    wait $token
}

# ---------------------------------------------------------------------------------------------

proc ::support::ParseOptions {known words} {
    set options [dict create]
    while {[llength $words]} {
        set word [lindex $words 0]
        if {$word eq "--"} {
            set words [lrange $words 1 end]
            break
        }
        if {$word ni $known} {
            break
        }
        dict set options $word [lindex $words 1]
        set words [lrange $words 2 end]
    }
    list $options $words
}

proc ::support::Start {options command} {
    variable processes
    variable counter
    variable tclsh
    set token process[incr counter]

    set savedDirectory [pwd]
    set savedEnvironment [array get ::env]
    lassign [chan pipe] errorReader errorWriter
    try {
        if {[lrange $command 0 [llength $tclsh]-1] eq $tclsh} {
            SetPreload
        }
        if {[dict exists $options -env]} {
            array set ::env [dict get $options -env]
        }
        if {[dict exists $options -directory]} {
            cd [dict get $options -directory]
        }
        set channel [open |[list {*}$command 2>@ $errorWriter] r+]
    } on error {message details} {
        close $errorReader
        return -options $details $message
    } finally {
        close $errorWriter
        cd $savedDirectory
        RestoreEnvironment $savedEnvironment
    }
    dict set processes $token [dict create channel $channel error $errorReader \
        pid [::pid $channel] stdout {} stderr {} state running open 2]
    set ::support::wake($token) 0
    foreach {stream from} [list stdout $channel stderr $errorReader] {
        fconfigure $from -blocking 0 -translation binary
        fileevent $from readable [list ::support::Read $token $stream $from]
    }
    if {[dict exists $options -input]} {
        puts -nonewline $channel [encoding convertto utf-8 [dict get $options -input]]
    }
    # A child that never reads must not stop the test, nor end it.
    catch {chan close $channel write}
    return $token
}

# Run a script whose children are preloaded with a sanitizer's library where the tests run under one;
# support::run and spawn do so for our own tclsh.
proc ::support::preloaded {script} {
    set saved [array get ::env]
    SetPreload
    try {
        uplevel 1 $script
    } finally {
        RestoreEnvironment $saved
    }
}

proc ::support::SetPreload {} {
    variable preload
    if {$preload ne ""} {
        set ::env(LD_PRELOAD) $preload
    }
}

proc ::support::RestoreEnvironment {saved} {
    foreach name [array names ::env] {
        if {![dict exists $saved $name]} {
            unset ::env($name)
        }
    }
    array set ::env $saved
}

proc ::support::Read {token stream from} {
    variable processes
    if {[catch {read $from} data]} {
        set data ""
    }
    dict set processes $token $stream [dict get $processes $token $stream]$data
    if {[eof $from]} {
        fileevent $from readable {}
        dict with processes $token {
            if {[incr open -1] == 0} {
                set state ended
            }
        }
    }
    Wake $token
}

proc ::support::Wake {token {state {}}} {
    variable processes
    if {$state ne "" && [dict exists $processes $token]} {
        dict set processes $token state $state
    }
    incr ::support::wake($token)
}

proc ::support::Seen {token} {
    return "stdout: [output $token stdout]\nstderr: [output $token stderr]"
}

proc ::support::WaitEnd {token} {
    variable processes
    set timer [after $::support::deadline [list ::support::Wake $token late]]
    while {[dict get $processes $token state] eq "running"} {
        vwait ::support::wake($token)
    }
    after cancel $timer
    if {[dict get $processes $token state] eq "late"} {
        error "the child process did not end\n[Seen $token]"
    }
}

# Send a signal; core Tcl has none, and the shell's own `kill` is there without procps.
proc ::support::Signal {token signal} {
    catch {exec sh -c {kill -s "$0" "$1"} $signal [pid $token] 2>@1}
}

# Reap the child, killed if it is still there, and answer how it ended.
proc ::support::Finish {token} {
    variable processes
    set process [dict get $processes $token]
    if {[dict get $process state] ne "ended"} {
        Signal $token KILL
    }
    set status 0
    set channel [dict get $process channel]
    close [dict get $process error]
    try {
        fconfigure $channel -blocking 1
        close $channel
    } trap CHILDSTATUS {- details} {
        set status [lindex [dict get $details -errorcode] 2]
    } trap CHILDKILLED {- details} {
        set status [lindex [dict get $details -errorcode] 2]
    } on error {message} {
        set status $message
    }
    set result [dict create status $status \
        stdout [output $token stdout] stderr [output $token stderr]]
    dict unset processes $token
    unset -nocomplain ::support::wake($token)
    return $result
}

# End what a test forgot.
proc ::support::StopAll {} {
    variable processes
    foreach token [dict keys $processes] {
        puts [::tcltest::outputChannel] "---- process [pid $token] was not stopped by its test"
        Finish $token
    }
}
