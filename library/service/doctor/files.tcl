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
    set settled {}
    set names [lsort [glob -nocomplain -tails -types f -directory $directory *.key]]
    set count 0
    foreach name $names {
        if {[dict get $patient progress] ne {}} {
            {*}[dict get $patient progress] [incr count] [llength $names]
        }
        set stem [file rootname $name]
        if {$stem ne {ca} && ![string match ca-* $stem] && [file readable [file join $directory $name]]} {
            dict set settled $stem [CheckPair $patient $stem findings]
        }
    }
    dict for {stem info} [dict get $patient certificates] {
        if {$info eq {} && !([dict exists $settled $stem] && [dict get $settled $stem])} {
            Add findings error damaged "$stem.crt is no certificate" "It was damaged or put there by another program." \
                "mv [Path $patient $stem.crt] [Path $patient $stem.crt.damaged]"
        }
    }
}

# Check a key.
#   out  whether all was said of its certificate's file as well
proc ::sslkeys::doctor::CheckPair {patient stem findingsName} {
    upvar 1 $findingsName findings
    try {
        set info [::sslkeys::key info [Read $patient $stem.key]]
    } trap SSLKEYS {message} {
        Add findings error pair "$stem.key cannot be read" $message "[dict get $patient program] reissue [Shell $stem]"
        return 0
    }
    set key [dict get $info keyfingerprint]
    set certificate [expr {[dict exists $patient certificates $stem] ? [dict get $patient certificates $stem] : {}}]
    if {$certificate ne {}} {
        # What a sealed key is for cannot be seen.
        if {$key ne {} && $key ne [dict get $certificate keyfingerprint]} {
            Add findings error pair "$stem.key is not the key of $stem.crt" \
                "Programs that load the two fail." "[dict get $patient program] reissue [Shell $stem]"
        }
        return 1
    }
    set isThere [file exists [file join [dict get $patient directory] $stem.crt]]
    set serial [RecordedFor $patient $stem $key]
    if {$serial ne {}} {
        Add findings error [expr {$isThere ? {damaged} : {nofile}}] \
            "$stem.crt [expr {$isThere ? {is no certificate} : {is not there}}], and its key is" "The certificate is on record." \
            "[dict get $patient program] show $serial -pem >[Path $patient $stem.crt]"
        return 1
    }
    if {!$isThere} {
        Add findings warning orphan "$stem.key is there without a certificate" \
            "sslkeys leaves no such key, and issues nothing under a name where one stands." \
            "mv [Path $patient $stem.key] [Path $patient $stem.key.orphan]"
    }
    return 0
}

# Find the certificate on record that a key belongs to; of a sealed one by its name.
#   out  its serial number, or {}
proc ::sslkeys::doctor::RecordedFor {patient stem key} {
    if {[dict get $patient registry] eq {}} {
        return
    }
    set condition [expr {$key eq {} ? "folded = :folded AND origin = 'command'" : "keyfingerprint = :key"}]
    return [[[dict get $patient registry] db] value \
        "SELECT serial FROM certificates WHERE $condition AND state = 'issued' ORDER BY sequence DESC LIMIT 1" \
        [list folded [string tolower $stem] key $key]]
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
