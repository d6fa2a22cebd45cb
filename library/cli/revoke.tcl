# sslkeys revoke and crl: the end of trust, and the list that tells others of it.

proc ::sslkeys::cli::DoRevoke {options words} {
    set registry [OpenRegistry $options]
    # All are looked up before anybody is asked, and before any is revoked.
    set rows [dict values [dict create {*}[concat {*}[lmap word $words {ToRevoke $options $word}]]]]
    Confirm $options "Revoke [join [lmap row $rows {string cat [Cut [dict get $row name]] " (" [dict get $row profile] ", serial " [string range [dict get $row serial] 0 15] ")"}] {, }]? It cannot be undone."
    set status [Each revoke $options [lmap row $rows {dict get $row serial}] [list ::sslkeys::cli::RevokeOne $options]]
    return [expr {$status == 1 ? 1 : max($status, [WriteList $options])}]
}

# What a word stands for, rows by their serial numbers. Of a name that is each of its certificates that could still be used: with the newest alone
# revoked, the one before it would count again.
proc ::sslkeys::cli::ToRevoke {options word} {
    set row [LocateRow $options $word]
    if {[string tolower $word] ne [dict get $row folded]} {
        return [list [dict get $row serial] $row]
    }
    set registry [OpenRegistry $options]
    set rows {}
    set cursor {}
    while 1 {
        set page [$registry certificates -name $word -state issued -limit 1000 -after $cursor]
        foreach one [dict get $page rows] {
            if {[dict get $one notafter] >= [clock seconds] && [dict get $one folded] eq [dict get $row folded]} {
                lappend rows [dict get $one serial] $one
            }
        }
        set cursor [dict get $page next]
        if {$cursor eq {}} {
            break
        }
    }
    if {![llength $rows]} {
        return [list [dict get $row serial] $row]
    }
    return $rows
}

proc ::sslkeys::cli::RevokeOne {options serial} {
    set registry [OpenRegistry $options]
    set isNew [$registry revoke $serial [dict get $options -reason] [Who] [dict get $options -note]]
    set row [$registry certificate $serial]
    Answer [CertificateRecord $registry $row] \
        "[expr {$isNew ? {Revoked} : {Revoked before, and left as it was}}]: [Cut [dict get $row name]], serial $serial ([dict get $row reason])"
    return 0
}

# Write the revocation list. What was revoked counts at our own doors already; that others do not learn it is told.
#   out  the exit status: 3 where it is not written
proc ::sslkeys::cli::WriteList {options} {
    try {
        Say "The revocation list is written: [PublishList $options {}]"
    } trap SSLKEYS {message details} - trap POSIX {message details} {
        TellOne revoke $options {} "the revocation list is not written: $message" $details
        return 3
    }
    return 0
}

# Sign and write the list.
#   in   how long it is good, in days; {} for what the configuration says
#   out  its path
proc ::sslkeys::cli::PublishList {options days} {
    if {$days eq {}} {
        set days [Setting $options crl-days]
    }
    return [WithCaKey $options [list ::sslkeys::cli::PublishOne $options $days]]
}

proc ::sslkeys::cli::PublishOne {options days password} {
    set revocation [::sslkeys::revocation new [dict get $options -keys] [OpenRegistry $options] -who [Who] -crldays $days {*}$password]
    try {
        return [$revocation publish]
    } finally {
        $revocation destroy
    }
}

proc ::sslkeys::cli::DoCrlWrite {options words} {
    set path [PublishList $options [dict get $options -days]]
    set info [lindex [ReadLists $path] 0]
    Answer [dict merge [dict create path $path] [dict remove $info revoked extensions]] \
        "$path: number [dict get $info number], [Count [dict get $info count] certificate], the next one is due on [Stamp [dict get $info nextupdate]]"
    return
}

# Show the revocation list; after a change of the CA, that of the one before as well.
proc ::sslkeys::cli::DoCrlShow {options words} {
    set path [file join [dict get $options -keys] ca.crl]
    if {[llength $words]} {
        set path [lindex $words 0]
    }
    BeginArray
    set count 0
    foreach info [ReadLists $path] {
        if {[incr count] > 1} {
            Say {}
        }
        ShowList $info
    }
    return
}

# Read the revocation lists of a file: what crl info tells of each, its entries as well.
#   errors  CRL MISSING, PEM
proc ::sslkeys::cli::ReadLists {path} {
    try {
        set crls [dict get [::sslkeys::bundle open [ReadFile $path]] crls]
    } trap {POSIX ENOENT} {} {
        throw [list SSLKEYS CRL MISSING path $path] "there is no revocation list \"[Cut $path]\""
    }
    if {![llength $crls]} {
        throw {SSLKEYS CRL PEM} "\"[Cut $path]\" holds no revocation list"
    }
    return [lmap crl $crls {::sslkeys::crl info $crl -revoked 1}]
}

proc ::sslkeys::cli::ShowList {info} {
    variable json
    if {$json} {
        WriteJson [dict replace [dict remove $info revoked extensions] entries [lmap {serial entry} [dict get $info revoked] {
            dict create serial $serial {*}$entry
        }]]
        return
    }
    set due {}
    if {[dict get $info nextupdate] ne {}} {
        set due [Stamp [dict get $info nextupdate]]
    }
    Fields [list {Revocation list of} [dict get $info issuername] Number [dict get $info number] From [Stamp [dict get $info thisupdate]] \
        {Next due} $due Certificates [dict get $info count]]
    if {[dict get $info count]} {
        puts {}
        Pages {{serial SERIAL {}} {when REVOKED {}} {reason REASON {}}} [list ::sslkeys::cli::CrlPage [dict get $info revoked]]
    }
}

proc ::sslkeys::cli::CrlPage {revoked cursor} {
    return [dict create next {} rows [lmap {serial entry} $revoked {
        dict create serial $serial when [Stamp [dict get $entry time]] {*}[dict filter $entry key reason]
    }]]
}
