# What every test file begins with:
#
#     source [file join [file dirname [info script]] support support.tcl]
#
# Loads tcltest, finds the package that is under test, and brings the helpers:
# support::temporary, support::run, support::spawn, support::stop, support::constraint.

package require Tcl 8.6-
package require tcltest 2.3
namespace import -force ::tcltest::*

namespace eval ::support {
    variable directory [file dirname [file normalize [info script]]]
    variable root [file dirname [file dirname $directory]]
    variable build [file join $root build]
    if {[info exists ::env(SSLKEYS_BUILD)]} {
        set build [file normalize $::env(SSLKEYS_BUILD)]
    }
    # A tclsh as the tests start it; under valgrind a command of several words.
    variable tclsh [list [info nameofexecutable]]
    if {[info exists ::env(SSLKEYS_TCLSH)]} {
        set tclsh $::env(SSLKEYS_TCLSH)
    }
    # What our own children are to be preloaded with: a sanitizer's library, which this process has
    # already. Foreign programs go without; it costs them time, and some of them never end with it.
    variable preload ""
    if {[info exists ::env(LD_PRELOAD)]} {
        set preload $::env(LD_PRELOAD)
        unset ::env(LD_PRELOAD)
    }
}

foreach part {constraints.tcl files.tcl process.tcl examples.tcl der.tcl} {
    source -encoding utf-8 [file join $::support::directory $part]
}
unset part

# The build under test goes before every other sslkeys, in this process and in its children.
set ::auto_path [linsert $::auto_path 0 $::support::build]
set ::env(TCLLIBPATH) [list $::support::build]

# A name that is used twice would hide one of the two tests: the second one ends the file.
namespace eval ::support {
    variable names [dict create]
}
proc ::support::NoteName {command operation} {
    variable names
    set name [lindex $command 1]
    if {[dict exists $names $name]} {
        error "two tests are named $name"
    }
    dict set names $name 1
}
trace add execution ::tcltest::test enter ::support::NoteName

# tcltest calls this first when a file calls cleanupTests.
proc ::tcltest::cleanupTestsHook {} {
    ::support::TellReasons
    ::support::StopAll
    ::support::RemoveTemporaries
}

package require sslkeys
