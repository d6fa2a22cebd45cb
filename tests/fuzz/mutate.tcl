# Seeded mutators for what is parsed in Tcl: the subjects are the files of tcl/, each a namespace with begin, once and end.
# once makes one input, calls the product with it and fails through `fuzz::check` where a property does not hold.
#
#     TCLLIBPATH=BUILD tclsh tests/fuzz/mutate.tcl SUBJECT ?-seconds N? ?-count N? ?-seed N? ?-findings DIRECTORY?
#
# Each execution has a seed of its own, the run's plus its number, so that one finding is repeated with -seed S -count 1.

package require sslkeys

namespace eval ::fuzz {
    variable here [file dirname [file normalize [info script]]]
    variable scratch {}
    variable input {}       ;# what the execution that runs now was made of
    variable background {}  ;# errors that nobody caught
    variable ready 0

    # What breaks parsers: line ends, separators, Tcl's own characters, numbers at their limits, other encodings.
    variable pieces [list \r\n \n \r \0 \t " " ":" ";" "," "=" % %00 %0d%0a \{ \} {[exit]} {$x} \\ \" "\xff" "\xc0\x80" \
        "\xe2\x80\xae" 0 -1 +1 0x10 010 1e3 2147483647 2147483648 4294967296 9223372036854775807 9223372036854775808 \
        99999999999999999999999 \r\n\r\n "\r\n " "\n\n" "-----BEGIN X-----" ../../ . "" "*" HTTP/1.1 chunked close]
}

# A number below count; an element of a list; whether, once in count times.
proc ::fuzz::random {count} {
    expr {int(rand() * $count)}
}
proc ::fuzz::pick {list} {
    lindex $list [random [llength $list]]
}
proc ::fuzz::oneIn {count} {
    expr {[random $count] == 0}
}

# Change a string of bytes in some places.
proc ::fuzz::mutate {bytes} {
    variable pieces
    for {set changes [expr {1 + [random 4]}]} {$changes > 0} {incr changes -1} {
        set at [random [expr {[string length $bytes] + 1}]]
        set before [string range $bytes 0 $at-1]
        set after [string range $bytes $at end]
        switch [random 6] {
            0 {set bytes $before[format %c [random 256]][string range $after 1 end]}
            1 {set bytes $before[pick $pieces]$after}
            2 {set bytes $before[string range $after [random 6] end]}
            3 {set bytes $before[string repeat [string range $after 0 [random 20]] [random [expr {[oneIn 20] ? 2000 : 6}]]]$after}
            4 {set bytes $before[pick $pieces][string range $after [random 6] end]}
            5 {
                set lines [split $bytes \n]
                set bytes [join [linsert $lines [random [llength $lines]] [pick $lines]] \n]
            }
        }
    }
    return $bytes
}

# Fail the execution unless a property holds.
proc ::fuzz::check {holds property args} {
    if {!$holds} {
        throw {FUZZ PROPERTY} "$property: $args"
    }
}

# Wait in the event loop until a variable is written, or fail: nothing here takes ten seconds.
proc ::fuzz::await {name} {
    set timer [after 10000 [list set $name late]]
    vwait $name
    after cancel $timer
    check [expr {[set $name] ne {late}}] "it ends"
}

# Let the event loop go round until a condition holds, or fail.
proc ::fuzz::settle {condition property} {
    set until [expr {[clock milliseconds] + 60000}]
    while {![uplevel 1 [list expr $condition]]} {
        check [expr {[clock milliseconds] < $until}] $property
        after 1 {set ::fuzz::ready 1}
        vwait ::fuzz::ready
    }
}

# Send bytes over a connection of its own, in one piece or several, and hear what comes back until the other side closes.
#   in  whether our side then says that it has no more: else the other side has to end it
proc ::fuzz::exchange {port bytes {ends 1}} {
    variable ready
    set chan [socket 127.0.0.1 $port]
    fconfigure $chan -translation binary -blocking 0 -buffering none
    sslkeys::process nodelay $chan
    try {
        set heard {}
        fileevent $chan readable [list ::fuzz::Hear $chan [namespace current]::heard]
        set ::fuzz::heard {}
        set ready 0
        foreach piece [Split $bytes] {
            if {[catch {puts -nonewline $chan $piece}]} break
            if {!$ready} {
                update
            }
        }
        if {!$ready} {
            if {$ends} {
                catch {close $chan write}
            }
            await ::fuzz::ready
        }
        return $::fuzz::heard
    } finally {
        close $chan
    }
}

proc ::fuzz::Hear {chan name} {
    variable ready
    if {[catch {append $name [read $chan]}] || [eof $chan]} {
        fileevent $chan readable {}
        set ready 1
    }
}

proc ::fuzz::Split {bytes} {
    set parts {}
    while {![oneIn 3] && [string length $bytes] > 1 && [llength $parts] < 6} {
        set at [expr {1 + [random [string length $bytes]]}]
        lappend parts [string range $bytes 0 $at-1]
        set bytes [string range $bytes $at end]
    }
    return [lappend parts $bytes]
}

# Run a subject for a time or a number of executions.
#   out  dict executions seed findings; a finding is a list: its seed, what does not hold, the input
proc ::fuzz::run {subject args} {
    variable here
    variable scratch
    variable input
    variable background
    set options [dict merge [list -seconds 0 -count 0 -seed [clock microseconds]] $args]
    set seed [expr {[dict get $options -seed] % 2147483646}]
    source -encoding utf-8 [file join $here tcl $subject.tcl]
    set scratch [exec mktemp -d -t sslkeys-fuzz.XXXXXXXXXX]
    set keptDirectory [pwd]
    set keptBackground [interp bgerror {}]
    interp bgerror {} ::fuzz::Background
    cd $scratch
    set findings {}
    set until [expr {[clock milliseconds] + [dict get $options -seconds] * 1000}]
    try {
        ${subject}::begin
        for {set done 0} {$done < [dict get $options -count] || [clock milliseconds] < $until} {incr done} {
            expr {srand(($seed + $done) % 2147483646 + 1)}
            set background {}
            try {
                ${subject}::once
                check [expr {$background eq {}}] "no error is left to the background" $background
            } on error {message details} {
                lappend findings [list [expr {$seed + $done}] "$message ([dict get $details -errorcode])" $input]
                if {[llength $findings] >= 10} break
            }
        }
        ${subject}::end
    } finally {
        interp bgerror {} $keptBackground
        cd $keptDirectory
        file delete -force $scratch
    }
    return [dict create executions $done seed $seed findings $findings]
}

proc ::fuzz::Background {message details} {
    lappend ::fuzz::background $message [dict get $details -errorcode]
}

proc ::fuzz::main {subject args} {
    set result [run $subject {*}[dict remove $args -findings]]
    foreach finding [dict get $result findings] {
        lassign $finding seed what input
        puts "==== $subject, seed $seed: [encoding convertto utf-8 $what]"
        if {[dict exists $args -findings]} {
            set channel [open [file join [dict get $args -findings] $subject-$seed] w]
            fconfigure $channel -encoding utf-8
            puts $channel $input
            close $channel
        }
    }
    puts "stat::number_of_executed_units: [dict get $result executions]"
    return [expr {[llength [dict get $result findings]] > 0}]
}

if {[info exists argv0] && [file normalize $argv0] eq [file normalize [info script]]} {
    exit [::fuzz::main {*}$argv]
}
