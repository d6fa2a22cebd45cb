# The CA itself, the change to the next one, and the clock.

# Both files are there, belong together, and have time left.
proc ::sslkeys::doctor::CheckAuthority {patient findingsName} {
    upvar 1 $findingsName findings
    set program [dict get $patient program]
    set info [Info $patient ca.crt]
    set hasKey [file exists [file join [dict get $patient directory] ca.key]]
    if {![file exists [file join [dict get $patient directory] ca.crt]]} {
        if {[file exists [file join [dict get $patient directory] ca.csr]]} {
            Add findings warning requested "the CA waits for its certificate" "Another CA has to sign ca.csr." \
                "$program init -certificatefile FILE"
        } else {
            set hasRecord [llength [glob -nocomplain -directory [dict get $patient directory] registry.db ca.crl]]
            Add findings error noca "there is no CA[expr {$hasRecord ? {, but the records of one} : {}}]" \
                [expr {$hasRecord ? {Another CA would be none of those that have its certificates.} : {}}] \
                [expr {$hasKey ? "cp BACKUP/ca.crt [Path $patient ca.crt]"
                    : $hasRecord ? "cp -p BACKUP/ca.key BACKUP/ca.crt [Shell [dict get $patient directory]]/"
                    : "$program init CN='Example CA'"}]
        }
        return
    }
    if {$info eq {}} {
        if {[file readable [file join [dict get $patient directory] ca.crt]]} {
            Add findings error cadamaged "ca.crt is no certificate" "The CA can sign nothing." "cp BACKUP/ca.crt [Path $patient ca.crt]"
        }
        return
    }
    if {!$hasKey} {
        Add findings error nocakey "ca.key is not there" "The CA can sign nothing." "cp -p BACKUP/ca.key [Path $patient ca.key]"
    } else {
        CheckAuthorityPair $patient findings
    }
    CheckAuthorityEnd $patient $info findings
}

proc ::sslkeys::doctor::CheckAuthorityPair {patient findingsName} {
    upvar 1 $findingsName findings
    set key [Read $patient ca.key]
    if {$key eq {}} {
        return
    }
    try {
        set fits [::sslkeys::certificate match [Read $patient ca.crt] $key]
    } trap {SSLKEYS KEY ENCRYPTED} {} {
        return
    } trap SSLKEYS {message} {
        Add findings error cakey "ca.key cannot be read" $message "cp -p BACKUP/ca.key [Path $patient ca.key]"
        return
    }
    if {!$fits} {
        Add findings error capair "ca.key is not the key of ca.crt" "The CA can sign nothing." \
            "cp -p BACKUP/ca.key BACKUP/ca.crt [Shell [dict get $patient directory]]/"
    }
}

proc ::sslkeys::doctor::CheckAuthorityEnd {patient info findingsName} {
    upvar 1 $findingsName findings
    variable ahead
    set left [expr {[dict get $info notafter] - [dict get $patient now]}]
    if {$left > [dict get $ahead ca] * 86400} {
        return
    }
    set next "[dict get $patient program] rollover prepare CN=[Shell "[lindex [dict get $info subject] 1] [clock format [dict get $patient now] -gmt 1 -format %Y]"]"
    if {[llength [glob -nocomplain -directory [dict get $patient directory] ca-next.crt]]} {
        set next "[dict get $patient program] rollover activate"
    }
    if {$left < 0} {
        Add findings error caend "the CA ended [Span [expr {-$left}]] ago" "It signs nothing, and nobody trusts what it signed." $next
    } else {
        Add findings [expr {$left < 90 * 86400 ? {error} : {warning}}] caend "the CA ends in [Span $left]" \
            "No certificate outlives it, and the next CA has to reach everybody before." $next
    }
}

# A rollover that was begun is to be ended.
proc ::sslkeys::doctor::CheckRollover {patient findingsName} {
    upvar 1 $findingsName findings
    set program [dict get $patient program]
    set saved $::sslkeys::keydirectory
    set ::sslkeys::keydirectory [dict get $patient directory]
    try {
        set status [::sslkeys::rollover status]
    } on error {} {
        return
    } finally {
        set ::sslkeys::keydirectory $saved
    }
    switch -- [dict get $status state] {
        prepared {
            Add findings note rollover "the next CA, \"[dict get $status next name]\", is prepared" \
                "Once ca.crt, which has both, is with all who verify, it can sign." "$program rollover activate"
        }
        requested {
            Add findings note rollover "the next CA waits for its certificate" "Another CA has to sign ca-next.csr." \
                "$program rollover prepare -certificatefile FILE"
        }
        activated {
            Add findings note rollover "the CA before, \"[dict get [lindex [dict get $status previous] 0] name]\", is still trusted" \
                "Once what it signed is renewed, its trust can end." "$program rollover finish"
        }
        broken {
            Add findings warning rollover "the change to the next CA was broken off" {} "$program rollover prepare CN='Next CA'"
        }
    }
}

# What is on record lies in the past.
proc ::sslkeys::doctor::CheckClock {patient findingsName} {
    upvar 1 $findingsName findings
    set now [dict get $patient now]
    set latest {}
    if {[dict get $patient registry] ne {}} {
        set latest [[[dict get $patient registry] db] value {SELECT MAX(at) FROM audit}]
    }
    set info [Info $patient ca.crt]
    if {$latest eq {} && $info ne {}} {
        set latest [dict get $info notbefore]
    }
    if {$latest ne {} && $latest > $now + 300} {
        Add findings error clock "the clock is wrong, or was: the latest record is from [Span [expr {$latest - $now}]] ahead" \
            "Certificates would begin in the past of others, and end too early." "timedatectl set-ntp true"
    }
}
