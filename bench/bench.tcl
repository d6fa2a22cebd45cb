# Measure sslkeys against what people would use instead, side by side in one run:
#
#     make bench                       the table, and build/bench.json
#     make bench BENCHFLAGS='-rounds 9 -only memory*'
#
# A row is a ratio: the median over rounds, in each of which both sides ran one after the other. A peer
# that is not installed is named. Nothing here passes or fails by time.

package require sslkeys

namespace eval ::bench {
    variable directory [file dirname [file normalize [info script]]]
    variable options [dict create -rounds 5 -only * -json bench.json -loops ./loops]
    variable rows {}
    variable missing {}
    variable scratch [exec mktemp -d -t sslkeys-bench.XXXXXXXXXX]
    # /dev/shm is memory on Linux; elsewhere that row is left out.
    variable shm [expr {[file writable /dev/shm] ? [exec mktemp -d /dev/shm/sslkeys-bench.XXXXXXXXXX] : {}}]
}

# Tell whether a row is asked for, before something costly is prepared for it.
proc ::bench::wanted {name} {
    variable options
    string match [dict get $options -only] $name
}

# Run both sides in turn and keep the median ratio, ours to theirs.
#   in  name, what it is measured against, at least (or, of what should be small, at most), the aim, the figures' unit,
#       two scripts that each give a figure
proc ::bench::row {name peer least aim unit ours theirs} {
    variable options
    variable rows
    if {![wanted $name]} {
        return
    }
    set pairs {}
    for {set round 0} {$round < [dict get $options -rounds]} {incr round} {
        lappend pairs [list [uplevel #0 $ours] [uplevel #0 $theirs]]
    }
    set ratios [lsort -real [lmap pair $pairs {
        expr {double([lindex $pair 0]) / [lindex $pair 1]}
    }]]
    set middle [expr {[llength $pairs] / 2}]
    set row [dict create name $name peer $peer ratio [lindex $ratios $middle] lowest [lindex $ratios 0] highest [lindex $ratios end] \
        least $least aim $aim unit $unit ours [Median $pairs 0] theirs [Median $pairs 1]]
    lappend rows $row
    puts [format {%-34s %10.4g %10.4g %-8s %8.2f  (%.2f-%.2f)  %6s %6s  %s} $name [dict get $row ours] [dict get $row theirs] $unit \
        [dict get $row ratio] [dict get $row lowest] [dict get $row highest] $least $aim $peer]
    flush stdout
}

proc ::bench::Median {pairs side} {
    lindex [lsort -real [lmap pair $pairs {lindex $pair $side}]] [expr {[llength $pairs] / 2}]
}

proc ::bench::missing {what} {
    variable missing
    lappend missing $what
}

# How many times a second a script runs.
proc ::bench::rate {count script} {
    expr {1e6 / [lindex [time $script $count] 0]}
}

# A loop of bench/loops.cpp.
proc ::bench::loop {args} {
    exec [dict get $::bench::options -loops] {*}$args
}

# Seconds that a command takes as a whole process.
proc ::bench::seconds {count args} {
    expr {[lindex [time {exec {*}$args} $count] 0] / 1e6}
}

# The process's memory now, in KiB.
proc ::bench::resident {} {
    set channel [open /proc/self/status]
    regexp {VmRSS:\s+(\d+)} [read $channel] - size
    close $channel
    return $size
}

proc ::bench::WriteJson {path} {
    variable rows
    variable missing
    set lines [lmap row $rows {
        set fields {}
        dict for {name value} $row {
            lappend fields "\"$name\": [expr {$name in {name peer unit least aim} ? "\"$value\"" : $value}]"
        }
        string cat "    \{[join $fields {, }]\}"
    }]
    set channel [open $path w]
    puts $channel "\{\n  \"version\": \"[sslkeys::about version]\",\n  \"openssl\": \"[dict get [sslkeys::about features] openssl]\","
    puts $channel "  \"missing\": \[[join [lmap one $missing {string cat \"$one\"}] {, }]\],\n  \"rows\": \[\n[join $lines ,\n]\n  \]\n\}"
    close $channel
}

proc ::bench::main {arguments} {
    variable options
    variable directory
    variable scratch
    variable shm
    variable missing
    foreach {name value} $arguments {
        dict set options $name $value
    }
    puts [format {%-34s %10s %10s %-8s %8s  %-13s %6s %6s  %s} row sslkeys peer unit ratio (range) least aim {measured against}]
    try {
        foreach file [lsort [glob -directory $directory rows_*.tcl]] {
            uplevel #0 [list source -encoding utf-8 $file]
        }
    } finally {
        file delete -force $scratch {*}[expr {$shm eq {} ? {} : [list $shm]}]
    }
    if {[llength $missing]} {
        puts "not measured, since it is not here: [join $missing {, }]"
    }
    WriteJson [dict get $options -json]
}

::bench::main $argv
