# What a test may need that is not on every machine, and the sentence that is printed when it is
# missing. Constraints come from what is there, never from versions or names of systems.

namespace eval ::support {
    variable reasons [dict create]
}

# Declare a constraint and why tests that need it are skipped.
#   in   name of the constraint, whether it holds, the sentence for a skip
proc ::support::constraint {name holds reason} {
    variable reasons
    dict set reasons $name $reason
    ::tcltest::testConstraint $name $holds
}

# Tell whether a command is on the PATH.
proc ::support::haveCommand {name} {
    expr {[auto_execok $name] ne ""}
}

# Tell whether tclhttpd's `httpd` 1.7 can be required; nothing is loaded.
# tcllib has another package of that name, which starts at 4.
proc ::support::HaveTclhttpd {} {
    set probe [interp create]
    try {
        $probe eval [list set auto_path $::auto_path]
        if {[info exists ::env(TCLHTTPD_HOME)]} {
            set home $::env(TCLHTTPD_HOME)
            $probe eval [list lappend auto_path $home [file join $home lib]]
        }
        $probe eval {
            catch {package require httpd 99}
            foreach version [package versions httpd] {
                if {[package vsatisfies $version 1.7]} {
                    return 1
                }
            }
            return 0
        }
    } finally {
        interp delete $probe
    }
}

# Print the reason of each constraint that made this file skip something.
proc ::support::TellReasons {} {
    variable reasons
    foreach constraint [lsort [array names ::tcltest::skippedBecause]] {
        set reason "no reason is known; declare it with support::constraint"
        if {[dict exists $reasons $constraint]} {
            set reason [dict get $reasons $constraint]
        }
        puts [::tcltest::outputChannel] "---- reason $constraint: $reason"
    }
}

namespace eval ::support {
    foreach {command package} {
        openssl  openssl
        certtool gnutls-bin
        certutil libnss3-tools
        pki      "strongswan-pki and libstrongswan-standard-plugins"
        cfssl    golang-cfssl
        faketime faketime
        curl     curl
    } {
        constraint $command [haveCommand $command] "the command $command is not here (Debian: $package)"
    }
    unset command package

    constraint tclhttpd [HaveTclhttpd] \
        "tclhttpd 3.5 is neither on the auto_path nor in TCLHTTPD_HOME"
    constraint notRoot [expr {[exec id -u] != 0}] \
        "root ignores the modes of files; run the tests as another user"
    constraint full [info exists ::env(SSLKEYS_TEST_FULL)] \
        "takes long; run ./quickstart test full"
    constraint fast [expr {![info exists ::env(SSLKEYS_TEST_SLOW)]}] \
        "a checker (ASan, valgrind) makes this too slow to say anything"
}
