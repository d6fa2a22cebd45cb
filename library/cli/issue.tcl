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
    set attributes [Attributes issue [lassign $words type name]]
    OpenRegistry $options
    set made [WithCaKey $options [list ::sslkeys::cli::IssueOne $options $type $name $attributes]]
    Answer [dict merge [dict create name $name profile $type] $made] [Issued $type $made]
    return
}

proc ::sslkeys::cli::Issued {type made} {
    return "[dict get $made keyfile], [dict get $made certfile]: $type, until [Stamp [dict get $made notafter]]\
        [expr {[dict get $made truncated] ? "(with its CA, which ends before it would)" : {}}]"
}

# Make a pair; where no CN is given, it is the name.
proc ::sslkeys::cli::IssueOne {options type name attributes password} {
    ::sslkeys::Discreetly {
        if {![dict exists $attributes CN]} {
            set attributes [list CN $name {*}$attributes]
        }
        ::sslkeys::createAndSign $type $name {*}[KeyOptions $options "New passphrase of $name.key"] \
            {*}[Given $options {-days -san -crlurl -ocspurl -caissuers}] \
            {*}[expr {[dict get $options -force] ? {-force 1} : {}}] {*}$password {*}$attributes
    }
}

# Make a new pair like the one that a name has: type, subject, names.
proc ::sslkeys::cli::DoReissue {options words} {
    lassign $words name
    set row [LocateRow $options $name]
    if {[dict get $row state] ne {issued}} {
        throw [list SSLKEYS POLICY STANDING name $name state [dict get $row state]] \
            "\"[Cut $name]\" has no certificate that counts: its last one is [dict get $row state]"
    }
    set name [dict get $row name]
    set options [dict merge $options [dict create -force 1 -crlurl {} -ocspurl {} -caissuers {} -san [dict get $row san]]]
    # A mailbox of the subject stands among the names by itself.
    foreach {attribute value} [dict get $row subject] {
        if {$attribute eq {EMAIL}} {
            dict set options -san [lsearch -all -inline -not -exact [dict get $options -san] EMAIL:$value]
        }
    }
    set made [WithCaKey $options [list ::sslkeys::cli::IssueOne $options [dict get $row profile] $name [dict get $row subject]]]
    Answer [dict merge [dict create name $name profile [dict get $row profile]] $made] [Issued [dict get $row profile] $made]
    Say "The certificate before stays good until [Stamp [dict get $row notafter]]. To end it now:"
    Next [Line $options revoke [dict get $row serial] -reason superseded]
    return
}
