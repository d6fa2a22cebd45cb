# sslkeys token: words that a machine gets its certificate with, once, with nobody asked.

# Make a token. It is shown here and nowhere else; the registry keeps its hash.
proc ::sslkeys::cli::DoTokenMake {options words} {
    lassign $words type name
    set type [ReadType {token make} $type]
    RequireUsable $options $type $name
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

# Refuse a token that no server would take, or whose certificate could not be made: the names are tried with a key that is thrown away.
#   errors  STORE NAME; POLICY PROFILE, RESERVED, REFUSED; NAME ..., CERTIFICATE ...
proc ::sslkeys::cli::RequireUsable {options type name} {
    RequireName $name
    set policy [::sslkeys::policy new [dict get [Configuration $options] policy]]
    try {
        $policy judge [dict create operation enroll profile $type name $name san [dict get $options -san] keytype ec bits 256 \
            address 0.0.0.0 known 0]
    } trap {SSLKEYS POLICY KEY} {} {
        # Of which kind its key will be, the machine says.
    } finally {
        $policy destroy
    }
    ::sslkeys::Discreetly {
        ::sslkeys::certificate selfsign $type -key [::sslkeys::key generate] -san [dict get $options -san] CN $name
    }
}

proc ::sslkeys::cli::TellToken {options name secret row} {
    variable json
    set line [EnrollLine $options $name {*}[expr {[dict get $row profile] eq {client} ? {} : [list -profile [dict get $row profile]]}] -tokenfile -]
    if {$json} {
        WriteJson [dict merge [dict create token $secret] [dict remove $row folded usedat usedby] [dict create next [list $line]]]
        return
    }
    puts $secret
    Say "That is the token for [dict get $row profile] $name, good once, until [Stamp [dict get $row expires]]. It is not shown again."
    Say "On the machine, type this, and the token when it is asked for:"
    Next $line
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
