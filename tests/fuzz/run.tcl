# Runs fuzzers side by side, each in a process of its own, and tells what each did; `make fuzz` calls it.
#
#     tclsh tests/fuzz/run.tcl -directory BUILD/fuzz -seconds N -jobs N all|NAME ...
#
# The drivers of pki/ run under libFuzzer on a corpus that is made once for its script, those of tcl/ by themselves. What is found is kept in
# BUILD/fuzz/findings, and the exit status is 1. SSLKEYS_FUZZ_SEED repeats a run.

namespace eval ::run {
    variable here [file dirname [file normalize [info script]]]
    variable waiting {}
    variable running 0
    variable findings 0
    variable seed [clock microseconds]
    if {[info exists ::env(SSLKEYS_FUZZ_SEED)]} {
        set seed $::env(SSLKEYS_FUZZ_SEED)
    }
    # OpenSSL allocates much: with ASan's own sizes the traces cost more than what is fuzzed, and the memory half a gigabyte.
    if {![info exists ::env(ASAN_OPTIONS)]} {
        set ::env(ASAN_OPTIONS) malloc_context_size=10:quarantine_size_mb=16
    }
    # libFuzzer's are 32 bits, and 0 means none.
    set seed [expr {$seed % 2147483646 + 1}]
}

# The names of the fuzzers of one kind: pki or tcl.
proc ::run::Names {kind} {
    variable here
    return [lsort [lmap file [glob -directory $here/$kind -tails *] {file rootname $file}]]
}

proc ::run::main {arguments} {
    set options [lrange $arguments 0 5]
    variable directory [dict get $options -directory]
    variable seconds [dict get $options -seconds]
    variable waiting
    variable running
    variable findings
    variable here
    set known [concat [Names pki] [Names tcl]]
    set waiting [lrange $arguments 6 end]
    if {$waiting eq {all}} {
        set waiting $known
    }
    foreach name $waiting {
        if {$name ni $known} {
            puts stderr "there is no fuzzer $name, only: $known"
            return 2
        }
    }
    file mkdir $directory/findings $directory/found
    if {[file isdirectory $directory/corpus] && [file mtime $directory/corpus] < [file mtime $here/corpus.tcl]} {
        file delete -force $directory/corpus
    }
    if {![file isdirectory $directory/corpus]} {
        puts [exec [info nameofexecutable] $here/corpus.tcl $directory/corpus.new]
        file rename $directory/corpus.new $directory/corpus
    }
    puts [format "%-14s %12s %12s  %s" fuzzer executions seed findings]
    for {set job 0} {$job < [dict get $options -jobs]} {incr job} {
        Start
    }
    while {$running > 0} {
        vwait ::run::running
    }
    return [expr {$findings > 0}]
}

proc ::run::Start {} {
    variable waiting
    variable running
    variable directory
    if {![llength $waiting]} {
        return
    }
    set waiting [lassign $waiting name]
    incr running
    variable said
    set said($name) {}
    set channel [open |[list {*}[Command $name] 2>@1] rb]
    fconfigure $channel -blocking 0
    fileevent $channel readable [list ::run::End $channel $name [Kept $name]]
}

proc ::run::Command {name} {
    variable here
    variable directory
    variable seconds
    variable seed
    if {$name in [Names tcl]} {
        return [list [info nameofexecutable] $here/mutate.tcl $name -seconds $seconds -seed $seed \
            -findings $directory/findings]
    }
    file mkdir $directory/found/$name
    return [list $directory/$name -max_total_time=$seconds -seed=$seed -timeout=30 -report_slow_units=30 -rss_limit_mb=3000 -max_len=12000 \
        -dict=$here/pem.dict -print_final_stats=1 -artifact_prefix=$directory/findings/$name- \
        $directory/found/$name $directory/corpus/$name]
}

# What is kept of a fuzzer's findings.
proc ::run::Kept {name} {
    variable directory
    return [glob -nocomplain -directory $directory/findings $name-*]
}

proc ::run::End {channel name before} {
    variable running
    variable findings
    variable directory
    variable seed
    variable said
    append said($name) [read $channel]
    if {![eof $channel]} {
        return
    }
    fconfigure $channel -blocking 1
    set failed [catch {close $channel}]
    set log [open $directory/$name.log wb]
    puts -nonewline $log $said($name)
    close $log
    set executions 0
    regexp {number_of_executed_units:\s*(\d+)} $said($name) - executions
    puts [format "%-14s %12d %12d  %d" $name $executions $seed $failed]
    if {$failed} {
        incr findings
        foreach line [regexp -all -inline -line {^.*(?:====|SUMMARY|ERROR).*$} $said($name)] {
            puts "    [string range $line 0 500]"
        }
        foreach file [Kept $name] {
            if {$file ni $before} {
                puts "    kept: $file"
            }
        }
        puts "    all it said: $directory/$name.log"
    }
    flush stdout
    Start
    incr running -1
}

exit [::run::main $argv]
