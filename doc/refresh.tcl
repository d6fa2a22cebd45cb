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
    set needed [dict get $row needed]
    foreach pair [dict get $row options] {
        lassign $pair option value
        if {[regexp {[\s{}]} $value]} {
            set value "\"$value\""
        }
        set text "\[option $option\] \[arg $value\]"
        set group [lsearch -inline $needed *$option*]
        if {$option ni $group} {
            lappend parts "\[opt \"$text\"\]"
        } elseif {$option eq [lindex $group 0]} {
            lappend parts $text
        } else {
            lset parts end "[lindex $parts end]|$text"
        }
    }
    if {[dict get $row attributes]} {
        lappend parts "\[opt \"\[arg ATTR\] \[arg value\] \[arg ...\]\"\]"
    }
    return [foldCall $parts]
}

# Write the parts of a call in lines of at most 100 columns.
proc ::refresh::foldCall {parts} {
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

# Write a row of the operator's commands as a doctools call.
proc ::refresh::formatCommand {command} {
    set parts [list "\[cmd {sslkeys $command}\]"]
    foreach word [sslkeys::cli::ArgumentWords $command] {
        set inside [join [lmap one [split [string trim $word ?] " "] {string cat "\[arg " $one "\]"}] " "]
        if {[string index $word 0] eq "?"} {
            set inside "\[opt \"$inside\"\]"
        }
        lappend parts $inside
    }
    foreach option [sslkeys::cli::OptionsOf $command] {
        set value [lindex [dict get $sslkeys::cli::options $option] 1]
        lappend parts [expr {$value eq "" ? "\[opt \[option $option\]\]" : "\[opt \"\[option $option\] \[arg $value\]\"\]"}]
    }
    return [foldCall $parts]
}

# The page of the operator's command: its calls, and the one list of all options.
proc ::refresh::replaceCommands {page} {
    dict for {command row} $sslkeys::cli::commands {
        set page [replaceCall $page "\[call \[cmd {sslkeys $command}\]" [formatCommand $command]]
    }
    set lines {}
    dict for {option row} $sslkeys::cli::options {
        lassign $row type value default meaning
        set usual [expr {$default in {"" 0} || $option eq "-config" ? "" : " (\[const $default\])"}]
        lappend lines "\[opt_def $option[expr {$value eq "" ? "" : " \[arg $value\]"}]\] $meaning$usual"
    }
    set begin "\[section OPTIONS\]"
    set start [string first "\[list_begin options\]\n" $page [string first $begin $page]]
    incr start [string length "\[list_begin options\]\n"]
    set end [string first "\[list_end\]" $page $start]
    return [string range $page 0 $start-1][join $lines \n]\n[string range $page $end end]
}

proc ::refresh::replaceCalls {page} {
    foreach row [sslkeys::about commands] {
        lassign [dict get $row command] noun verb
        set begin "\[call \[cmd $noun\]"
        if {$verb ne ""} {
            append begin " \[method $verb\]"
        }
        set page [replaceCall $page $begin [formatCall $row]]
    }
    return $page
}

# Replace the call that begins so, where the page has it.
proc ::refresh::replaceCall {page begin call} {
    set start [string first $begin $page]
    if {$start < 0} {
        return $page
    }
    set end $start
    while {![info complete [string range $page $start $end]]
            || [string index $page $end] ne "\]"} {
        incr end
    }
    return [string replace $page $start $end $call]
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

proc ::refresh::refresh {path replacements} {
    set channel [open $path r+]
    fconfigure $channel -encoding utf-8 -translation lf
    set page [read $channel]
    set fresh $page
    foreach replace $replacements {
        set fresh [::refresh::$replace $fresh]
    }
    if {$fresh ne $page} {
        seek $channel 0
        puts -nonewline $channel $fresh
        chan truncate $channel
        puts "refreshed [file tail $path]"
    }
    close $channel
}

foreach path [glob -directory $::refresh::directory *.man] {
    ::refresh::refresh $path {replaceCalls replaceCodes}
}
source -encoding utf-8 [file join [file dirname $::refresh::directory] library cli table.tcl]
::refresh::refresh [file join $::refresh::directory command sslkeys.man] replaceCommands
