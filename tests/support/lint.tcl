# The rules of the house that no other checker knows:
#
#     tclsh tests/support/lint.tcl ROOT
#
# Each Tcl file is complete and parses; no file is over 400 lines; nothing in generic/pki or
# generic/store includes <tcl.h>; tcltest names are used once; wire/ and ca/ do not know each other.

source -encoding utf-8 [file join [file dirname [info script]] files.tcl]

namespace eval ::lint {
    variable troubles 0
    variable kMaxLines 400
}

proc ::lint::Complain {path message} {
    variable troubles
    variable root
    incr troubles
    puts "[string range $path [string length $root]+1 end]: $message"
}

# List the files below a directory whose name matches one of the patterns.
proc ::lint::Files {directory args} {
    set found [glob -nocomplain -types f -directory $directory {*}$args]
    foreach below [glob -nocomplain -types d -directory $directory *] {
        lappend found {*}[Files $below {*}$args]
    }
    lsort $found
}

proc ::lint::CheckLength {path text} {
    variable kMaxLines
    set lines [expr {[llength [split $text \n]] - 1}]
    if {$lines > $kMaxLines} {
        Complain $path "$lines lines, more than $kMaxLines"
    }
}

# Parse without running: each command of the file has to be complete where its line ends.
proc ::lint::CheckTcl {path text} {
    if {![info complete $text]} {
        Complain $path "a brace, bracket or quote is not closed"
        return
    }
    # A test may expect a text that ends in a space.
    if {[file extension $path] ne ".test" && [regexp -line {^[^#\n]*\S[ \t]+$} $text line]} {
        Complain $path "white space at the end of: [string trim $line]"
    }
    if {[regexp {\t} $text]} {
        Complain $path "a tab; indent with four spaces"
    }
    foreach line [split $text \n] {
        if {[regexp {^\s*(?:if|while)\s+[^\{\s]} $line] && ![regexp {^\s*(?:if|while)\s+[01]\s} $line]} {
            Complain $path "an expression without braces: [string trim $line]"
        }
        # A table of tests may hold scripts to be run.
        if {[file extension $path] ne ".test" && [regexp {^\s*eval\s} $line]} {
            Complain $path "eval; use {*}: [string trim $line]"
        }
    }
}

proc ::lint::CheckArrows {path text} {
    variable root
    set inside [string range $path [string length $root]+1 end]
    if {[regexp {^generic/(pki|store)/} $inside]
            && [regexp -line {^\s*#\s*include\s*[<"]tcl} $text]} {
        Complain $path "includes <tcl.h>; only generic/tcl may"
    }
    if {[regexp {^generic/pki/} $inside]
            && [regexp -line {^\s*#\s*include\s*"(store|tcl)/} $text]} {
        Complain $path "includes a floor above its own"
    }
    if {[regexp {^generic/store/} $inside] && [regexp -line {^\s*#\s*include\s*"tcl/} $text]} {
        Complain $path "includes a floor above its own"
    }
}

# Names that are written out; the runner sees the computed ones.
proc ::lint::CheckTestNames {files} {
    set owners [dict create]
    foreach path $files {
        foreach {- name} [regexp -all -inline -line {^\s*test\s+([^\s$\[]+)(?=\s)} [::support::readFile $path]] {
            if {[dict exists $owners $name]} {
                Complain $path "the test name $name is also in [file tail [dict get $owners $name]]"
            }
            dict set owners $name $path
        }
    }
}

proc ::lint::main {directory} {
    variable root [file normalize $directory]
    variable troubles
    set count 0
    foreach part {generic library demos tests doc bin bench} {
        foreach path [Files [file join $root $part] *.cpp *.h *.def *.tcl *.test *.man] {
            incr count
            set text [::support::readFile $path]
            CheckLength $path $text
            if {[file extension $path] in {.tcl .test}} {
                CheckTcl $path $text
            } else {
                CheckArrows $path $text
            }
        }
    }
    CheckTestNames [Files [file join $root tests] *.test]
    puts "$count files, $troubles complaints"
    return [expr {$troubles > 0}]
}

exit [::lint::main [lindex $argv 0]]
