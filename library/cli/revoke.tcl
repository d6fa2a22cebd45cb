# sslkeys revoke and crl: the end of trust, and the list that tells others of it.

proc ::sslkeys::cli::DoRevoke {options words} {
    set registry [OpenRegistry $options]
    # All are looked up before anybody is asked, and before any is revoked.
    set rows [lsort -unique [concat {*}[lmap word $words {ToRevoke $options $word}]]]
    Confirm $options "Revoke [join [lmap row $rows {string cat [Cut [dict get $row name]] " (" [dict get $row profile] ", serial " [string range [dict get $row serial] 0 15] ")"}] {, }]? It cannot be undone."
    set status [Each revoke $options $rows [list ::sslkeys::cli::RevokeOne $options]]
    WriteList $options {}
    return $status
}

# List what a word stands for. Of a name that is each of its certificates that could still be used: with the newest alone
# revoked, the one before it would count again.
proc ::sslkeys::cli::ToRevoke {options word} {
    set row [LocateRow $options $word]
    if {[string tolower $word] ne [dict get $row folded]} {
        return [list $row]
    }
    set registry [OpenRegistry $options]
    set rows {}
    set cursor {}
    while 1 {
        set page [$registry certificates -name $word -state issued -limit 1000 -after $cursor]
        foreach one [dict get $page rows] {
            if {[dict get $one notafter] >= [clock seconds] && [dict get $one folded] eq [dict get $row folded]} {
                lappend rows $one
            }
        }
        set cursor [dict get $page next]
        if {$cursor eq {}} {
            break
        }
    }
    if {![llength $rows]} {
        return [list $row]
    }
    return $rows
}

proc ::sslkeys::cli::RevokeOne {options row} {
    set registry [OpenRegistry $options]
    set serial [dict get $row serial]
    set before [dict get $row state]
    $registry revoke $serial [dict get $options -reason] [Who] [dict get $options -note]
    set row [$registry certificate $serial]
    Answer [dict remove $row certificate folded withdrawn] \
        "[expr {$before eq {revoked} ? "Revoked before" : {Revoked}}]: [Cut [dict get $row name]], serial $serial ([dict get $row reason])"
    return 0
}

# Write the revocation list. The revocation itself counts already; so a sealed CA key is no reason to fail.
proc ::sslkeys::cli::WriteList {options words} {
    try {
        set revocation [::sslkeys::revocation new [dict get $options -keys] [OpenRegistry $options] -who [Who] {*}$words]
        AtEnd [list $revocation destroy]
        $revocation publish
        Say "The revocation list is written: [file join [dict get $options -keys] ca.crl]"
    } trap {SSLKEYS CA} {message} {
        Say "The revocation list is not written: [Sentence $message]. A server that runs writes it, or you:"
        Next [Line $options crl write]
    }
}

proc ::sslkeys::cli::DoCrlWrite {options words} {
    set revocation [::sslkeys::revocation new [dict get $options -keys] [OpenRegistry $options] -who [Who] \
        {*}[expr {[dict get $options -days] eq {} ? {} : [list -crldays [dict get $options -days]]}]]
    AtEnd [list $revocation destroy]
    $revocation publish
    set path [file join [dict get $options -keys] ca.crl]
    set info [lindex [ReadLists $path] 0]
    Answer [dict merge [dict create path $path] [dict remove $info revoked]] \
        "$path: number [dict get $info number], [Count [dict get $info count] certificate], the next one is due on [Stamp [dict get $info nextupdate]]"
    return
}

# Show the revocation list; after a change of the CA, that of the one before as well.
proc ::sslkeys::cli::DoCrlShow {options words} {
    set path [file join [dict get $options -keys] ca.crl]
    if {[llength $words]} {
        set path [lindex $words 0]
    }
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
    if {$path ne {-} && ![file exists $path]} {
        throw [list SSLKEYS CRL MISSING path $path] "there is no revocation list \"[Cut $path]\""
    }
    set crls [dict get [::sslkeys::bundle open [ReadFile $path]] crls]
    if {![llength $crls]} {
        throw {SSLKEYS CRL PEM} "\"[Cut $path]\" holds no revocation list"
    }
    return [lmap crl $crls {::sslkeys::crl info $crl -revoked 1}]
}

proc ::sslkeys::cli::ShowList {info} {
    variable json
    if {$json} {
        puts [Json [dict replace [dict remove $info revoked] entries [lmap {serial entry} [dict get $info revoked] {dict create serial $serial {*}$entry}]]]
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
