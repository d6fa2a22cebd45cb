# Measure sslkeys against what people would use instead, side by side in one run:
#
#     make bench                       the table, and build/bench.json
#     make bench BENCHFLAGS='-rounds 9 -only memory*'
#     make bench-check                 three rounds; fails where a row is twice below half of "at least"
#
# A row is a ratio or a difference: the median over rounds, in each of which both sides ran one after the
# other. A peer that is not installed is named. Nothing here passes or fails by time alone.

package require sslkeys

namespace eval ::bench {
    variable directory [file dirname [file normalize [info script]]]
    variable options [dict create -rounds 5 -only * -json bench.json -programs . -seconds 2 -check 0]
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

# Run both sides in turn and keep the median ratio, ours to theirs, or the median difference.
#   in  name, what it is measured against, at least and the aim (4: a ratio of at least 4; <1.1: of at most 1.1; +10: at most 10
#       units more; -: nobody said), the figures' unit, two scripts that each give a figure
proc ::bench::row {name peer least aim unit ours theirs} {
    variable options
    variable rows
    if {![wanted $name]} {
        return
    }
    set row [Measure $least $ours $theirs]
    # What else the machine did may have failed it: that is seen a second time before it counts.
    if {[dict get $options -check] && [Verdict [dict get $row result] $least $aim] eq {fail}} {
        set row [Measure $least $ours $theirs]
    }
    set row [dict merge [dict create name $name peer $peer least $least aim $aim unit $unit] $row \
        [dict create verdict [Verdict [dict get $row result] $least $aim]]]
    lappend rows $row
    set isDifference [expr {[dict get $row kind] eq {difference}}]
    puts [format {%-28s %10.4g %10.4g %-5s %8s  (%s to %s)  %6s %6s  %-5s %s} $name [dict get $row ours] [dict get $row theirs] $unit \
        [Show $isDifference [dict get $row result]] [Show $isDifference [dict get $row lowest]] [Show $isDifference [dict get $row highest]] \
        $least $aim [dict get $row verdict] $peer]
    flush stdout
}

# Measure a row: as many rounds as asked for, each of both sides.
#   out  dict: kind (ratio or difference), result, lowest, highest, ours, theirs
proc ::bench::Measure {least ours theirs} {
    variable options
    set isDifference [string match +* $least]
    set pairs {}
    for {set round 0} {$round < [dict get $options -rounds]} {incr round} {
        lappend pairs [list [uplevel #0 $ours] [uplevel #0 $theirs]]
    }
    set results [lsort -real [lmap pair $pairs {
        lassign $pair mine other
        expr {$isDifference ? $mine - $other : double($mine) / $other}
    }]]
    dict create kind [expr {$isDifference ? "difference" : "ratio"}] result [lindex $results [expr {[llength $results] / 2}]] \
        lowest [lindex $results 0] highest [lindex $results end] ours [Median $pairs 0] theirs [Median $pairs 1]
}

proc ::bench::Show {isDifference figure} {
    format [expr {$isDifference ? "%+.2f" : "%.2f"}] $figure
}

# Judge a result: aim, ok, short (of "at least"), or fail (of half of it; where less is better, twice it).
proc ::bench::Verdict {result least aim} {
    if {$least eq {-}} {
        return -
    }
    if {[Meets $result $aim 1]} {
        return aim
    }
    expr {[Meets $result $least 1] ? "ok" : [Meets $result $least 2] ? "short" : "fail"}
}

proc ::bench::Meets {result bound slack} {
    set figure [string trimleft $bound <+]
    switch -glob -- $bound {
        <* { expr {$result - 1 <= ($figure - 1) * $slack} }
        +* { expr {$result <= $figure * $slack} }
        default { expr {$result * $slack >= $figure} }
    }
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

# What a program of this directory, such as bench/loops.cpp, prints.
proc ::bench::program {name args} {
    exec [file join [dict get $::bench::options -programs] $name] {*}$args
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
            lappend fields "\"$name\": [expr {$name in {name peer kind unit least aim verdict} ? "\"$value\"" : $value}]"
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
    variable rows
    puts [format {%-28s %10s %10s %-5s %8s  %-16s  %6s %6s  %-5s %s} row sslkeys peer unit ratio (range) least aim is {measured against}]
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
    set failed [lmap row $rows {expr {[dict get $row verdict] eq {fail} ? [dict get $row name] : [continue]}}]
    if {[dict get $options -check] && [llength $failed]} {
        puts "below half of what is asked for: [join $failed {, }]"
        exit 1
    }
}

::bench::main $argv
