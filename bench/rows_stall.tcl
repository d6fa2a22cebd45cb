# What the event loop notices of keys that are made with -command: how late a timer of 1 ms comes. Both sides are fresh processes.

# The 99th percentile of the time between two beats of a 1 ms timer, in milliseconds, while a script goes on.
proc stall {script} {
    set path $bench::scratch/stall.tcl
    set channel [open $path w]
    puts $channel $script
    puts $channel {
        proc beat {before} {
            set now [clock microseconds]
            lappend ::gaps [expr {$now - $before}]
            after 1 [list beat [clock microseconds]]
        }
        # The first beats are those of a process that has just begun.
        after 200 {
            set gaps {}
            beat [clock microseconds]
        }
        after 3200 {set done 1}
        vwait done
        set gaps [lsort -integer [lrange $gaps 1 end]]
        puts [expr {[lindex $gaps [expr {[llength $gaps] * 99 / 100}]] / 1000.0}]
        exit
    }
    close $channel
    exec [info nameofexecutable] $path
}

# As many as there may be threads; each answer begins the next.
bench::row stall "an idle tclsh" +2 +0.5 ms {stall {
    package require sslkeys
    proc again {args} {
        sslkeys::key generate -keytype rsa -bits 4096 -command again
    }
    for {set i 0} {$i < 4} {incr i} {
        again
    }
}} {stall {}}
