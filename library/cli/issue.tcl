# sslkeys issue and reissue: a key and its certificate, one or a table of them.

# Issue one certificate, or one per row of -from.
#   out  3 when some rows failed, 1 when all did
proc ::sslkeys::cli::DoIssue {options words} {
    if {[dict get $options -from] ne {}} {
        LoadFile many
        LoadFile progress
        return [IssueTable $options $words]
    }
    if {[llength $words] < 2} {
        Misuse issue "issue wants TYPE and NAME, or -from FILE: issue client alice"
    }
    set attributes [WithName [lindex $words 1] [Attributes issue [lassign $words type name]]]
    set type [ReadType issue $type]
    OpenRegistry $options
    set made [WithCaKey $options [list ::sslkeys::cli::IssueOne $options $type $name $attributes]]
    Answer [dict merge [dict create name $name profile $type] $made] [Issued $type $made]
    return
}

proc ::sslkeys::cli::Issued {type made} {
    return "[dict get $made keyfile], [dict get $made certfile]: $type, until [Until $made]"
}

# Make a pair.
#   errors  STORE NAME where `show` would take the name for a file's
proc ::sslkeys::cli::IssueOne {options type name attributes password} {
    RequireName $name
    ::sslkeys::Discreetly {
        ::sslkeys::createAndSign $type $name {*}[KeyOptions $options "New passphrase of $name.key"] \
            {*}[Given $options {-days -san -crlurl -ocspurl -caissuers}] \
            {*}[expr {[dict get $options -force] ? {-force 1} : {}}] {*}$password {*}$attributes
    }
}

# Make a new pair like the one that a name has: type, subject, names. Where its holder made the key, or it is revoked, -force is wanted:
# with the new certificate the one before counts no more.
#   errors  POLICY STANDING; STORE ABSENT key; ARGS PASSPHRASE
proc ::sslkeys::cli::DoReissue {options words} {
    lassign $words word
    set row [LocateRow $options $word]
    set name [dict get $row name]
    set isCurrent [expr {[dict get $row state] eq {issued}}]
    if {![dict get $options -force]} {
        if {!$isCurrent} {
            throw [list SSLKEYS POLICY STANDING name $name standing [dict get $row state]] \
                "\"[Cut $name]\" has no certificate that counts: its last one is [dict get $row state]"
        }
        if {[IsElsewhere $options $row]} {
            throw [list SSLKEYS STORE ABSENT key $name] "the key of \"[Cut $name]\" is not here: whoever has it would be shut out by a new pair"
        }
    }
    set options [KeepSealed [dict merge $options [dict create -force 1 -crlurl {} -ocspurl {} -caissuers {} -san [dict get $row san]]] $name]
    # A mailbox of the subject stands among the names by itself.
    foreach {attribute value} [dict get $row subject] {
        if {$attribute eq {EMAIL}} {
            dict set options -san [lsearch -all -inline -not -exact [dict get $options -san] EMAIL:$value]
        }
    }
    set made [WithCaKey $options [list ::sslkeys::cli::IssueOne $options [dict get $row profile] $name [dict get $row subject]]]
    Answer [dict merge [dict create name $name profile [dict get $row profile]] $made] [Issued [dict get $row profile] $made]
    if {$isCurrent} {
        Say "The certificate before is superseded: it opens no door of ours any more, and cannot renew."
        Say "Who looks at the revocation list alone believes it until [Stamp [dict get $row notafter]]. To end that:"
        Next [Line $options revoke [dict get $row serial] -reason superseded]
    }
    return
}

# A key that was sealed gets no successor that lies there open.
#   errors  ARGS PASSPHRASE
proc ::sslkeys::cli::KeepSealed {options name} {
    set path [file join [dict get $options -keys] $name.key]
    set isSealed 0
    if {[dict get $options -passwordfile] eq {} && [file exists $path]} {
        try {
            set isSealed [::sslkeys::Discreetly {dict get [::sslkeys::key info [ReadFile $path]] encrypted}]
        } trap {SSLKEYS KEY} {} {
            # What is no key is replaced.
        }
    }
    if {!$isSealed} {
        return $options
    }
    if {![IsTerminal stdin]} {
        throw {SSLKEYS ARGS PASSPHRASE option -passwordfile} "\"[Cut $path]\" is encrypted: the new key needs a passphrase as well"
    }
    return [dict replace $options -passwordfile -]
}
