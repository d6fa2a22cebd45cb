# sslkeys rollover: the change from one CA to the next. A step that was done already is told and not done, nor recorded, again.

proc ::sslkeys::cli::DoRolloverStatus {options words} {
    TellRollover $options
}

# Make the next CA; again it goes on where it was broken off, or takes the certificate that came.
proc ::sslkeys::cli::DoRolloverPrepare {options words} {
    LoadFile setup
    set attributes [Attributes {rollover prepare} $words]
    set isBrought [expr {[dict get $options -certificatefile] ne {}}]
    set state [dict get [::sslkeys::rollover status] state]
    CheckNewCa {rollover prepare} $options $attributes [expr {$isBrought || $state in {requested prepared}}]
    OpenRegistry $options
    if {!$isBrought && $state eq {prepared}} {
        RequireSame $options $attributes ca-next
        return [TellRollover $options]
    }
    if {!$isBrought && $state eq {requested}} {
        return [TellAsked $options $attributes]
    }
    set made [WithCaKey $options [list ::sslkeys::cli::PrepareNext $options $attributes]]
    if {[dict exists $made requestfile]} {
        return [TellRequest $options $made "The next CA" {rollover prepare}]
    }
    TellRollover $options
}

# Tell again of the request that waits for its certificate.
#   errors  ARGS CONFLICT where something else is wished now
proc ::sslkeys::cli::TellAsked {options attributes} {
    set stem [file join [dict get $options -keys] ca-next]
    set info [::sslkeys::request info [ReadFile $stem.csr]]
    if {[llength $attributes] && [lsort -stride 2 $attributes] ne [lsort -stride 2 [dict get $info subject]]} {
        throw [list SSLKEYS ARGS CONFLICT there $stem.csr option subject] "the next CA is asked for already, as [dict get $info subjectname]"
    }
    return [TellRequest $options [dict create keyfile $stem.key requestfile $stem.csr keyfingerprint [dict get $info keyfingerprint]] \
        "The next CA" {rollover prepare}]
}

proc ::sslkeys::cli::PrepareNext {options attributes password} {
    ::sslkeys::Discreetly {
        ::sslkeys::rollover prepare {*}[NewCa $options "New passphrase of the next CA's key"] {*}$password {*}$attributes
    }
}

proc ::sslkeys::cli::DoRolloverActivate {options words} {
    OpenRegistry $options
    if {[dict get [::sslkeys::rollover status] state] ne {activated}} {
        ::sslkeys::rollover activate
    }
    TellRollover $options
}

proc ::sslkeys::cli::DoRolloverFinish {options words} {
    OpenRegistry $options
    set previous [dict get [::sslkeys::rollover status] previous]
    if {[llength $previous]} {
        if {[dict get $options -force]} {
            Confirm $options "End the trust in [join [lmap ca $previous {Cut [dict get $ca name]}] {, }], and in all that it signed?"
        }
        ::sslkeys::rollover finish -keep [dict get $options -keep] -force [dict get $options -force]
    }
    TellRollover $options
}

# Tell how far it is, and what comes next.
proc ::sslkeys::cli::TellRollover {options} {
    variable json
    set status [::sslkeys::rollover status]
    if {$json} {
        WriteJson [dict create state [dict get $status state] signing [dict get $status signing] \
            following [dict get $status next] previous [dict get $status previous]]
        return
    }
    Say "\"[Clean [dict get $status signing name]]\" signs, until [Stamp [dict get $status signing notafter]]."
    switch -- [dict get $status state] {
        none {
            Say "No other CA is trusted."
        }
        requested {
            Say "The next CA waits for its certificate. When it has come:"
            Next [Line $options rollover prepare -certificatefile FILE]
        }
        prepared {
            Say "\"[Clean [dict get $status next name]]\" is trusted beside it. When [file join [dict get $options -keys] ca.crt] is with all who verify:"
            Next [Line $options rollover activate]
        }
        activated {
            Say "\"[Clean [dict get [lindex [dict get $status previous] 0] name]]\" is still trusted. When what it signed is renewed:"
            Next [Line $options rollover finish]
        }
        broken {
            Say "The next CA was being made. Type that again:"
            Next [Line $options rollover prepare CN=NAME]
        }
    }
}
