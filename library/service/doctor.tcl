# What is wrong with a key directory or soon will be, each with the command that mends it. Looks, and changes nothing.
# The checks are in doctor/, a file per subject; each adds findings, dicts of level, code, what, why and mend.

namespace eval ::sslkeys::doctor {
    namespace export examine worst

    # The levels, the least first.
    variable levels {ok note warning error}
    # In the order in which they are told.
    variable checks {authority rollover modes pairs leftovers disk registry clock record names expiry revocations backup queue}
    # How long before its end something is told of, in days: a CA has to be in everybody's hands before.
    variable ahead {ca 365 server 30 client 30}
    # The longest life of a leaf that raises no brows, in days, as for public servers once.
    variable longest 825
}

foreach part {files ca records} {
    source -encoding utf-8 [file join $::sslkeys::library service doctor $part.tcl]
}
unset part

# Examine a key directory.
#   in      the directory; -now; -program  how the command lines of findings begin; -progress  prefix that gets how many pairs of
#           how many were looked at
#   out     list of findings, the worst first: dict level (note, warning, error) code what why mend
proc ::sslkeys::doctor::examine {directory args} {
    variable checks
    variable levels
    set options [::sslkeys::ReadOptions $args {-now {} -program sslkeys -progress {}}]
    set now [expr {[dict get $options -now] eq {} ? [clock seconds] : [dict get $options -now]}]
    set patient [dict create directory $directory now $now program [dict get $options -program] registry {} broken {} certificates {} progress [dict get $options -progress]]
    set findings {}
    if {![file isdirectory $directory]} {
        Add findings error nodirectory "there is no key directory \"$directory\"" {} "[dict get $patient program] init CN='Example CA'"
        return $findings
    }
    if {![file readable $directory] || ![file executable $directory]} {
        AddForeign $patient findings "the key directory \"$directory\" cannot be looked into"
        return $findings
    }
    OpenRegistry patient
    dict set patient certificates [ReadCertificates $patient]
    try {
        foreach check $checks {
            Check[string totitle $check] $patient findings
        }
    } finally {
        if {[dict get $patient registry] ne {}} {
            [dict get $patient registry] destroy
        }
    }
    set sorted {}
    foreach level [lreverse $levels] {
        lappend sorted {*}[lmap finding $findings {expr {[dict get $finding level] eq $level ? $finding : [continue]}}]
    }
    return $sorted
}

# The worst level among findings, ok where there are none.
proc ::sslkeys::doctor::worst {findings} {
    variable levels
    set worst 0
    foreach finding $findings {
        set worst [expr {max($worst, [lsearch -exact $levels [dict get $finding level]])}]
    }
    return [lindex $levels $worst]
}

# Open the registry, where there is one that can be opened; why it cannot is kept.
proc ::sslkeys::doctor::OpenRegistry {patientName} {
    upvar 1 $patientName patient
    if {![file exists [file join [dict get $patient directory] registry.db]]} {
        return
    }
    try {
        set registry [::sslkeys::registry new [dict get $patient directory] -busy 1]
        dict set patient registry $registry
        # Whether it can be written as well.
        [$registry db] transaction {}
    } on error {message details} {
        dict set patient broken [list $message [dict get $details -errorcode]]
        if {[dict get $patient registry] ne {}} {
            [dict get $patient registry] destroy
            dict set patient registry {}
        }
    }
}

proc ::sslkeys::doctor::Add {findingsName level code what why mend} {
    upvar 1 $findingsName findings
    lappend findings [dict create level $level code $code what $what why $why mend $mend]
}

# What somebody else owns, he may look at.
proc ::sslkeys::doctor::AddForeign {patient findingsName what} {
    upvar 1 $findingsName findings
    set owner [file attributes [dict get $patient directory] -owner]
    Add findings error access $what "It belongs to $owner." "sudo -u [Shell $owner] [dict get $patient program] doctor"
}

# A path of the key directory as a command line has it.
proc ::sslkeys::doctor::Path {patient name} {
    return [Shell [file join [dict get $patient directory] $name]]
}

proc ::sslkeys::doctor::Shell {word} {
    if {[regexp {^[A-Za-z0-9._@%+=:,/-]+$} $word]} {
        return $word
    }
    return '[string map {' '\\''} $word]'
}

# Read a file; what cannot be read is {}, another check tells of it.
proc ::sslkeys::doctor::Read {patient name} {
    try {
        return [::sslkeys::ReadFile [file join [dict get $patient directory] $name]]
    } trap POSIX {} {
        return {}
    }
}

# What a certificate file says, {} where it cannot be read as one.
proc ::sslkeys::doctor::Info {patient name} {
    try {
        return [::sslkeys::certificate info [Read $patient $name]]
    } trap SSLKEYS {} {
        return {}
    }
}

# The certificates in the directory but for the CA's own, by the names of their files: dict fingerprint keyfingerprint; {} for what
# is none. Read once, and of each no more than that: there may be thousands.
proc ::sslkeys::doctor::ReadCertificates {patient} {
    set read {}
    foreach name [lsort [glob -nocomplain -tails -types f -directory [dict get $patient directory] *.crt]] {
        set stem [file rootname $name]
        if {$stem eq {ca} || [string match ca-* $stem] || ![file readable [file join [dict get $patient directory] $name]]} {
            continue
        }
        try {
            dict set read $stem [::sslkeys::certificate info [Read $patient $name] -fields {fingerprint keyfingerprint}]
        } trap SSLKEYS {} {
            dict set read $stem {}
        }
    }
    return $read
}

# "3 days", "5 hours".
proc ::sslkeys::doctor::Span {seconds} {
    foreach {length unit} {86400 day 3600 hour 60 minute 1 second} {
        if {$seconds >= 2 * $length || $length == 1} {
            set count [expr {$seconds / $length}]
            return "$count $unit[expr {$count == 1 ? {} : {s}}]"
        }
    }
}
