# Run every tests/*.test, each in a process of its own, and count.
#
#     tclsh tests/all.tcl ?-file GLOB? ?-jobs N? ?-strict BOOLEAN? ?-deadline SECONDS?
#         ?tcltest option value ...?
#
# A file that dies, hangs, leaves a process behind or has no test counts as one failure more. Two
# tests of one name are a failure. With -strict 1 only tests that need tclhttpd may be skipped, and
# those that mount a small disk, which a container may refuse.
# The last line reads `N passed, N failed, N skipped`; the exit status is 1 if anything failed.

namespace eval ::runner {
    variable directory [file dirname [file normalize [info script]]]
    # The deadline of a file is long enough for the slowest one under valgrind; it ends a hang, it
    # measures nothing.
    variable options [dict create -file *.test -jobs 2 -strict 0 -deadline 300]
    variable maySkip {tclhttpd mount}

    variable waiting {}
    variable running [dict create]
    variable finished 0

    variable passed 0
    variable failed 0
    variable skipped 0
    variable owners [dict create]
    variable reasons [dict create]
}

proc ::runner::main {arguments} {
    variable directory
    variable options
    variable waiting
    variable finished

    foreach {name value} $arguments {
        dict set options $name $value
    }
    set waiting [lsort [glob -nocomplain -directory $directory [dict get $options -file]]]
    set total [llength $waiting]
    # Test files are UTF-8, whatever the user speaks.
    set ::env(LC_ALL) C.UTF-8
    # What a test that died leaves in its temporary directory goes with this one.
    set ::env(TMPDIR) [exec mktemp -d -t sslkeys-tests.XXXXXXXXXX]
    try {
        for {set i 0} {$i < [dict get $options -jobs]} {incr i} {
            StartNext
        }
        while {$finished < $total} {
            vwait ::runner::finished
        }
    } finally {
        exec chmod -R u+rwX $::env(TMPDIR)
        file delete -force $::env(TMPDIR)
    }
    return [Summarise $total]
}

proc ::runner::Tclsh {} {
    if {[info exists ::env(SSLKEYS_TCLSH)]} {
        return $::env(SSLKEYS_TCLSH)
    }
    list [info nameofexecutable]
}

# Each file gets a session of its own, so that what it leaves behind can be told and ended.
proc ::runner::StartNext {} {
    variable waiting
    variable running
    variable options
    if {![llength $waiting]} {
        return
    }
    set waiting [lassign $waiting path]
    set pass [dict remove $options -file -jobs -strict -deadline]
    set command [list {*}[auto_execok setsid] {*}[Tclsh] $path \
        -verbose {body error pass skip} {*}$pass]
    set channel [open |[list {*}$command </dev/null 2>@1] r]
    fconfigure $channel -blocking 0 -encoding utf-8
    fileevent $channel readable [list ::runner::Read $channel]
    dict set running $channel [dict create path $path text {} pid [lindex [pid $channel] 0] begun [clock seconds] \
        timer [after [expr {1000 * [dict get $options -deadline]}] [list ::runner::Late $channel]]]
}

proc ::runner::Read {channel} {
    variable running
    dict set running $channel text [dict get $running $channel text][read $channel]
    if {[eof $channel]} {
        End $channel
    } elseif {[llength [Sum [dict get $running $channel text]]]} {
        # All tests are over; who still holds the pipe was forgotten by one of them.
        after cancel [dict get $running $channel timer]
        dict set running $channel timer [after 20000 [list ::runner::Late $channel]]
    }
}

# Read tcltest's own last line, which only a file that lived to its end writes: tests passed, skipped, failed; empty without.
proc ::runner::Sum {text} {
    lrange [regexp -line -inline {:\tTotal\t\d+\tPassed\t(\d+)\tSkipped\t(\d+)\tFailed\t(\d+)} $text] 1 end
}

proc ::runner::Late {channel} {
    variable running
    KillGroup [dict get $running $channel pid]
    dict set running $channel late 1
}

# Kill a file's whole session; answers whether anything of it was left that still ran. What has ended and waits for the
# system to take note of it is nobody's fault.
proc ::runner::KillGroup {leader} {
    if {[auto_execok setsid] eq ""} {
        return 0
    }
    set runs [RunsIn $leader]
    expr {![catch {exec sh -c {kill -s KILL -- "-$0"} $leader 2>@1}] && $runs}
}

proc ::runner::RunsIn {leader} {
    # A sanitizer that is preloaded into ps keeps it from ending.
    set kept [array get ::env LD_PRELOAD]
    array unset ::env LD_PRELOAD
    try {
        if {[catch {exec ps -A -o pgid= -o stat=} processes]} {
            return 1
        }
    } finally {
        array set ::env $kept
    }
    foreach {group state} $processes {
        if {$group == $leader && ![string match Z* $state]} {
            return 1
        }
    }
    return 0
}

proc ::runner::End {channel} {
    variable running
    variable finished
    set file [dict get $running $channel]
    after cancel [dict get $file timer]
    dict unset running $channel

    set troubles {}
    if {[dict exists $file late]} {
        lappend troubles "the file, or a process that it left behind, did not end and was killed"
    }
    fconfigure $channel -blocking 1
    if {[catch {close $channel} message]} {
        lappend troubles "the file died: $message"
    }
    if {[KillGroup [dict get $file pid]] && ![llength $troubles]} {
        lappend troubles "the file left a process behind"
    }
    Count [file tail [dict get $file path]] [dict get $file text] [expr {[clock seconds] - [dict get $file begun]}] $troubles
    incr finished
    StartNext
}

# Read one file's output, count its tests and show what failed.
proc ::runner::Count {name text seconds troubles} {
    variable passed
    variable failed
    variable skipped
    variable owners
    variable options
    variable maySkip

    lassign {0 0 0} passes failures skips
    foreach line [split $text \n] {
        if {[regexp {^\+\+\+\+ (\S+) PASSED$} $line - test]} {
            incr passes
        } elseif {[regexp {^\+\+\+\+ (\S+) SKIPPED: (.*)$} $line - test constraint]} {
            incr skips
            if {[dict get $options -strict] && $constraint ni $maySkip
                    && ![string match userSpecified* $constraint]} {
                lappend troubles "$test must not be skipped here (needs $constraint)"
            }
        } elseif {[regexp {^==== (\S+) FAILED$} $line - test]} {
            incr failures
        } else {
            NoteReason $line
            if {[string match "---- told *" $line]} {
                puts $line
            }
            continue
        }
        if {[dict exists $owners $test] && [dict get $owners $test] ne $name} {
            lappend troubles "$test is also the name of a test in [dict get $owners $test]"
        }
        dict set owners $test $name
    }
    # What a child prints may stand in front of a test's line, so tcltest's own sum is what counts.
    if {[llength [set sum [Sum $text]]]} {
        lassign $sum passes skips failures
    } else {
        lappend troubles "the file did not reach cleanupTests"
    }
    if {$passes + $failures + $skips == 0 && [llength $sum]} {
        lappend troubles "the file has no test"
    }

    incr passed $passes
    incr skipped $skips
    incr failed [expr {$failures + [llength $troubles]}]
    puts [format "%-28s %4d passed %4d failed %4d skipped %4d s" $name $passes $failures $skips $seconds]
    foreach trouble $troubles {
        puts "==== $name: $trouble"
    }
    if {$failures || [llength $troubles]} {
        puts [regsub -all -line {^\+\+\+\+ \S+ (PASSED|SKIPPED: .*)\n} $text {}]
    }
    flush stdout
}

# Remember why a constraint fails, as support::TellReasons printed it.
proc ::runner::NoteReason {line} {
    variable reasons
    if {[regexp {^---- reason (.+?): (.*)$} $line - constraint reason]} {
        dict set reasons $constraint $reason
    }
}

proc ::runner::Summarise {files} {
    variable passed
    variable failed
    variable skipped
    variable reasons
    if {$files == 0} {
        incr failed
        puts "==== no test file was found"
    }
    foreach constraint [lsort [dict keys $reasons]] {
        puts "skipped for $constraint: [dict get $reasons $constraint]"
    }
    puts "$passed passed, $failed failed, $skipped skipped"
    expr {$failed > 0}
}

fconfigure stdout -encoding utf-8
exit [::runner::main $argv]
