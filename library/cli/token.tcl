# sslkeys token: words that a machine gets its certificate with, once, with nobody asked.

# Make a token. It is shown here and nowhere else; the registry keeps its hash.
proc ::sslkeys::cli::DoTokenMake {options words} {
    lassign $words type name
    CheckProfile $type
    if {![regexp {^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$} $name]} {
        throw [list SSLKEYS STORE NAME name [Cut $name]] "the name \"[Cut $name]\" cannot be a name in a key directory"
    }
    set registry [OpenRegistry $options]
    set expires [expr {[clock seconds] + [dict get $options -valid]}]
    ::sslkeys::Discreetly {
        set secret [::sslkeys::token draw]
        set row [$registry addToken $secret \
            [dict create profile $type name $name san [dict get $options -san] expires $expires who [Who]]]
        TellToken $options $name $secret $row
    }
    return
}

proc ::sslkeys::cli::TellToken {options name secret row} {
    variable json
    if {$json} {
        puts [Json [dict merge [dict create token $secret] [dict remove $row folded usedat usedby]]]
        return
    }
    puts $secret
    Say "That is the token for [dict get $row profile] $name, good once, until [Stamp [dict get $row expires]]. It is not shown again."
    Say "On the machine, type this, and the token when it is asked for:"
    Next "sslkeys enroll [info hostname] $name -tokenfile -"
}

proc ::sslkeys::cli::DoTokenList {options words} {
    set registry [OpenRegistry $options]
    set count [Pages {
        {short TOKEN {}} {name NAME {}} {profile TYPE {}} {state STATE {}} {expires EXPIRES {}} {who {MADE BY} {}}
    } [list ::sslkeys::cli::TokenPage $registry] [list ::sslkeys::cli::TokenCells [clock seconds]]]
    if {!$count} {
        Say "There is no token."
    }
    return
}

proc ::sslkeys::cli::TokenPage {registry cursor} {
    set page [$registry tokens -limit 500 -after $cursor]
    dict set page rows [lmap row [dict get $page rows] {dict remove $row folded}]
    return $page
}

proc ::sslkeys::cli::TokenCells {now row} {
    dict set row short [string range [dict get $row hash] 0 15]
    set expires [dict get $row expires]
    dict set row state [expr {[dict get $row usedat] ? {used} : $expires && $expires < $now ? {expired} : {open}}]
    dict set row expires [expr {$expires ? [When $expires $now] : {}}]
    return $row
}

proc ::sslkeys::cli::DoTokenDrop {options words} {
    return [Each {token drop} $options $words [list ::sslkeys::cli::DropToken $options]]
}

# Drop a token, told by its hash or by the name that it is for.
proc ::sslkeys::cli::DropToken {options word} {
    set registry [OpenRegistry $options]
    set hash $word
    set rows [dict get [$registry tokens -name [GlobQuote $word] -open 1] rows]
    if {[llength $rows] || ![regexp {^[0-9a-f]{4,64}$} $word]} {
        if {[llength $rows] > 1} {
            Ambiguous $word tokens [lmap row $rows {
                string cat [string range [dict get $row hash] 0 15] "  " [Cut [dict get $row name]] ", " [dict get $row profile]
            }]
        }
        if {![llength $rows]} {
            throw [list SSLKEYS POLICY UNKNOWN token [Cut $word]] "no open token is for \"[Cut $word]\""
        }
        set hash [dict get [lindex $rows 0] hash]
    }
    $registry dropToken $hash
    Answer [dict create token $hash dropped 1] "Dropped: the token [string range $hash 0 15]"
    return 0
}

proc ::sslkeys::cli::CheckProfile {type} {
    set profiles [lsearch -all -inline -not -exact [dict get [::sslkeys::about features] profiles] root]
    if {$type ni $profiles} {
        throw [list SSLKEYS CERTIFICATE PROFILE profile [Cut $type]] \
            "\"[Cut $type]\" is no type: one of [join $profiles {, }][Nearest $type $profiles]"
    }
}
