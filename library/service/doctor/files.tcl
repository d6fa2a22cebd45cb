# The directory's files: modes and owners, pairs, leftovers, the disk.

# Keys and records are the owner's alone; nobody else may put files into the directory.
proc ::sslkeys::doctor::CheckModes {patient findingsName} {
    upvar 1 $findingsName findings
    set directory [dict get $patient directory]
    file stat $directory own
    if {$own(mode) & 0o022} {
        Add findings error mode "others may write into $directory" \
            "Who can put files there can put his own CA there." "chmod go-w [Shell $directory]"
    }
    foreach name [lsort [glob -nocomplain -tails -types f -directory $directory *.key registry.db registry.db-*]] {
        file stat [file join $directory $name] stat
        if {$stat(mode) & 0o077} {
            Add findings error mode "others may read or write $name" "A private key or the record is the owner's alone." \
                "chmod 600 [Path $patient $name]"
        }
        if {[Owner [file join $directory $name]] != [Owner $directory]} {
            Add findings warning owner "$name belongs to another user than the directory does" \
                "A server that runs as the directory's owner cannot use it." \
                "chown --reference=[Shell $directory] [Path $patient $name]"
        }
    }
}

proc ::sslkeys::doctor::Owner {path} {
    file stat $path stat
    return $stat(uid)
}

# Each key belongs to its certificate. The CA's are another check's.
proc ::sslkeys::doctor::CheckPairs {patient findingsName} {
    upvar 1 $findingsName findings
    set directory [dict get $patient directory]
    foreach name [lsort [glob -nocomplain -tails -types f -directory $directory *.key]] {
        set stem [file rootname $name]
        if {$stem eq {ca} || [string match ca-* $stem]} {
            continue
        }
        if {![file exists [file join $directory $stem.crt]]} {
            Add findings warning orphan "$name is there without a certificate" \
                "sslkeys leaves no such key, and issues nothing under a name where one stands." \
                "mv [Path $patient $name] [Path $patient $name.orphan]"
            continue
        }
        CheckPair $patient $stem findings
    }
    foreach name [lsort [glob -nocomplain -tails -types f -directory $directory *.crt]] {
        if {[Info $patient $name] eq {} && [file readable [file join $directory $name]] && [file rootname $name] ne {ca}} {
            Add findings error damaged "$name is no certificate" "It was damaged or put there by another program." \
                "mv [Path $patient $name] [Path $patient $name.damaged]"
        }
    }
}

proc ::sslkeys::doctor::CheckPair {patient stem findingsName} {
    upvar 1 $findingsName findings
    set certificate [Read $patient $stem.crt]
    set key [Read $patient $stem.key]
    if {$key eq {} || [Info $patient $stem.crt] eq {}} {
        return
    }
    try {
        set fits [::sslkeys::certificate match $certificate $key]
    } trap {SSLKEYS KEY ENCRYPTED} {} {
        return
    } trap SSLKEYS {message} {
        Add findings error pair "$stem.key cannot be read" $message "[dict get $patient program] reissue $stem"
        return
    }
    if {!$fits} {
        Add findings error pair "$stem.key is not the key of $stem.crt" \
            "Programs that load the two fail." "[dict get $patient program] reissue $stem"
    }
}

# What a call that was broken off left, by our own temporary names. One of this moment may be at work.
proc ::sslkeys::doctor::CheckLeftovers {patient findingsName} {
    upvar 1 $findingsName findings
    set directory [dict get $patient directory]
    set left [lmap name [glob -nocomplain -tails -types {f hidden} -directory $directory \
            .sslkeys-new.* .sslkeys-next.* .sslkeys-write.*] {
        if {[file mtime [file join $directory $name]] >= [dict get $patient now] - 60} {
            continue
        }
        set name
    }]
    if {[llength $left]} {
        Add findings note leftover "[llength $left] temporary file[expr {[llength $left] == 1 ? {} : {s}}] of ours: [lindex [lsort $left] 0]" \
            "A call was broken off; nothing was lost." "[dict get $patient program] init"
    }
}

# Where the disk is full nothing can be issued or revoked.
proc ::sslkeys::doctor::CheckDisk {patient findingsName} {
    upvar 1 $findingsName findings
    set directory [dict get $patient directory]
    if {[catch {exec df -Pk $directory 2>/dev/null} said]
            || ![regexp -line {\s(\d+)\s+(\d+)\s+(\d+)\s+\d+%\s} [lindex [split $said \n] 1] - size used free]} {
        return
    }
    if {$free < 10 * 1024} {
        Add findings error disk "the disk is full: [expr {$free / 1024}] MiB are free" \
            "Nothing can be issued or revoked." "du -ahx [Shell [file dirname [file normalize $directory]]] | sort -h | tail"
    } elseif {$free < 100 * 1024} {
        Add findings warning disk "the disk is nearly full: [expr {$free / 1024}] MiB are free" \
            "When it is full nothing can be issued or revoked." "du -ahx [Shell [file dirname [file normalize $directory]]] | sort -h | tail"
    }
}
