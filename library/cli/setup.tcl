# Setting up: the CA with its registry, and the change from one CA to the next.

# Make the key directory, the CA and the registry; what is there stays.
proc ::sslkeys::cli::DoInit {options words} {
    set directory [dict get $options -keys]
    set attributes [Attributes init $words]
    set there [file exists [file join $directory ca.crt]]
    set taking [expr {[dict get $options -certificatefile] ne {}}]
    if {![llength $attributes] && !$there && !$taking} {
        Misuse init "a CA needs a name: init CN='Example CA'"
    }
    if {[dict exists $attributes CN]} {} elseif {[llength $attributes]} {
        Misuse init "a CA needs a CN beside its other attributes: init CN='Example CA' ..."
    } else {
        set attributes [expr {$taking ? {} : {CN CA}}]
    }
    if {[HasRegistry $options]} {
        OpenRegistry $options
    }
    set made [WithCaKey $options [list ::sslkeys::cli::Initialize $options $attributes]]
    if {[dict exists $made requestfile]} {
        return [TellRequest $options $made]
    }
    set count [MakeRegistry $options]
    Answer [dict merge $made [dict create directory $directory certificates $count]] \
        "[expr {$there && !$taking ? "The CA was there already" : "The CA is made"}]: [file join $directory ca.crt],\
        [expr {[dict get $made profile] eq {root} ? {} : "(below another CA) "}]until [Stamp [dict get $made notafter]]"
    Say "Its fingerprint (SHA-256), for those who have to trust it:"
    Next [dict get $made fingerprint]
    Say "What may come next: a certificate made here, or the server that machines enroll with."
    Next [Line $options issue client alice] [Line $options serve]
    Say "On a machine, with the fingerprint from above:"
    Next "sslkeys enroll [info hostname] NAME -fingerprint [dict get $made fingerprint]"
    return
}

# Call sslkeys::initialize with what the command line says of the CA.
proc ::sslkeys::cli::Initialize {options attributes password} {
    ::sslkeys::Discreetly {
        set made [::sslkeys::initialize {*}[KeyOptions $options "New passphrase of the CA's key"] \
            {*}[Given $options {-days -pathlength -cafile -cakeyfile -certificatefile}] \
            {*}[expr {[dict get $options -request] ? {-request 1} : {}}] {*}[expr {[dict get $options -force] ? {-force 1} : {}}] \
            {*}[Given $options {-permitted -excluded}] {*}$password {*}$attributes]
        if {[dict exists $made certfile]} {
            dict set made profile [dict get [::sslkeys::certificate info [ReadFile [dict get $made certfile]]] profile]
        }
        return $made
    }
}

proc ::sslkeys::cli::TellRequest {options made} {
    dict unset made request
    Answer $made "The CA's request is made: [dict get $made requestfile]"
    Say "The fingerprint of its key (SHA-256):"
    Next [dict get $made keyfingerprint]
    Say "Let the CA above sign it. Where that is sslkeys, its operator types:"
    Next "sslkeys sign intermediate ca.csr -out ca-signed.crt"
    Say "With what comes back, type here:"
    Next [Line $options init -certificatefile ca-signed.crt]
    return 4
}

# Open the registry, made where there is none, and answer how many certificates it knows.
proc ::sslkeys::cli::MakeRegistry {options} {
    set registry [OpenRegistry $options [expr {[dict get $options -force] ? {-anew} : {-create}}] 1]
    return [[$registry db] value {SELECT COUNT(*) FROM certificates}]
}

# Tell how far the change to the next CA is.
proc ::sslkeys::cli::DoRolloverStatus {options words} {
    TellRollover $options [::sslkeys::rollover status]
}

# Make the next CA; again it goes on where it was broken off, or takes the certificate that came.
proc ::sslkeys::cli::DoRolloverPrepare {options words} {
    set attributes [Attributes {rollover prepare} $words]
    OpenRegistry $options
    set made [WithCaKey $options [list ::sslkeys::cli::PrepareNext $options $attributes]]
    if {[dict exists $made requestfile]} {
        Say "The next CA's request is made: [dict get $made requestfile]. Let the CA above sign it, then:"
        Next [Line $options rollover prepare -certificatefile FILE]
        return 4
    }
    TellRollover $options [::sslkeys::rollover status]
}

proc ::sslkeys::cli::PrepareNext {options attributes password} {
    ::sslkeys::Discreetly {
        ::sslkeys::rollover prepare {*}[KeyOptions $options "New passphrase of the next CA's key"] \
            {*}[Given $options {-days -cafile -cakeyfile -certificatefile}] \
            {*}[expr {[dict get $options -request] ? {-request 1} : {}}] {*}$password {*}$attributes
    }
}

proc ::sslkeys::cli::DoRolloverActivate {options words} {
    OpenRegistry $options
    ::sslkeys::rollover activate
    TellRollover $options [::sslkeys::rollover status]
}

proc ::sslkeys::cli::DoRolloverFinish {options words} {
    OpenRegistry $options
    ::sslkeys::rollover finish -keep [dict get $options -keep] -force [dict get $options -force]
    TellRollover $options [::sslkeys::rollover status]
}

proc ::sslkeys::cli::TellRollover {options status} {
    variable json
    if {$json} {
        puts [Json [dict create state [dict get $status state] signing [dict get $status signing name] \
            following [expr {[dict get $status next] eq {} ? {} : [dict get $status next name]}] \
            previous [lmap ca [dict get $status previous] {dict get $ca name}]]]
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
