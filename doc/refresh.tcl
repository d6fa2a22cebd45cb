# Bring the synopses and the error codes of the manual pages up to date with the tables:
#
#     tclsh doc/refresh.tcl          (make refresh-doc)
#
# tests/manual.test fails while a page differs. The prose is for people to write.

package require sslkeys

namespace eval ::refresh {
    variable directory [file dirname [file normalize [info script]]]
}

# Write one row of `about commands` as a doctools call, in lines of at most 100 columns.
proc ::refresh::formatCall {row} {
    set name [dict get $row command]
    set parts [list "\[cmd [lindex $name 0]\]"]
    if {[llength $name] > 1} {
        lappend parts "\[method [lindex $name 1]\]"
    }
    foreach word [dict get $row words] {
        lappend parts "\[arg $word\]"
    }
    foreach pair [dict get $row options] {
        lassign $pair option value
        if {[regexp {[\s{}]} $value]} {
            set value "\"$value\""
        }
        lappend parts "\[opt \"\[option $option\] \[arg $value\]\"\]"
    }
    if {[dict get $row attributes]} {
        lappend parts "\[opt \"\[arg ATTR\] \[arg value\] \[arg ...\]\"\]"
    }
    set text ""
    set line "\[call"
    foreach part $parts {
        if {[string length "$line $part"] > 96} {
            append text $line " \\\n"
            set line "   "
        }
        append line " " $part
    }
    return "$text$line\]"
}

proc ::refresh::replaceCalls {page} {
    foreach row [sslkeys::about commands] {
        lassign [dict get $row command] noun verb
        set begin "\[call \[cmd $noun\]"
        if {$verb ne ""} {
            append begin " \[method $verb\]"
        }
        set start [string first $begin $page]
        if {$start < 0} {
            continue
        }
        set end $start
        while {![info complete [string range $page $start $end]]
                || [string index $page $end] ne "\]"} {
            incr end
        }
        set page [string replace $page $start $end [formatCall $row]]
    }
    return $page
}

proc ::refresh::replaceCodes {page} {
    set codes [lmap row [sslkeys::about errors] {
        lassign $row class reason meaning
        set line "\[def \[const {SSLKEYS $class $reason}\]\] $meaning"
    }]
    set begin "\[section CODES\]\n\[list_begin definitions\]\n"
    set start [string first $begin $page]
    if {$start < 0} {
        return $page
    }
    incr start [string length $begin]
    set end [string first "\[list_end\]" $page $start]
    return [string replace $page $start $end-1 [join $codes \n]\n]
}

foreach path [glob -directory $::refresh::directory *.man] {
    set channel [open $path r+]
    fconfigure $channel -encoding utf-8 -translation lf
    set page [read $channel]
    set fresh [::refresh::replaceCodes [::refresh::replaceCalls $page]]
    if {$fresh ne $page} {
        seek $channel 0
        puts -nonewline $channel $fresh
        chan truncate $channel
        puts "refreshed [file tail $path]"
    }
    close $channel
}
