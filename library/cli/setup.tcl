# sslkeys init: the CA with its registry. What a new CA is, and the request for one, rollover.tcl asks for as well.

# Make the key directory, the CA and the registry; what is there stays.
proc ::sslkeys::cli::DoInit {options words} {
    set directory [dict get $options -keys]
    set attributes [Attributes init $words]
    set isThere [file exists [file join $directory ca.crt]]
    set isBrought [expr {[dict get $options -certificatefile] ne {}}]
    CheckNewCa init $options $attributes [expr {$isThere || $isBrought || [file exists [file join $directory ca.csr]]}]
    if {$isThere && !$isBrought && !([dict get $options -request] && [dict get $options -force])} {
        RequireSame $options $attributes ca
        set attributes {}
    }
    if {!$isThere && !$isBrought && ([HasRegistry $options] || [file exists [file join $directory ca.crl]])} {
        throw [list SSLKEYS CA MISSING registry [RegistryFile $options]] \
            "there is no CA in \"[Cut $directory]\", but the records of one: another CA would not be the one that its certificates are of"
    }
    if {[HasRegistry $options]} {
        OpenRegistry $options
    }
    if {![llength $attributes] && !$isBrought} {
        # One is there, or asked for: no name is needed, and none counts.
        set attributes {CN CA}
    }
    set made [WithCaKey $options [list ::sslkeys::cli::Initialize $options $attributes]]
    if {[dict exists $made requestfile]} {
        return [TellRequest $options $made "The CA" init]
    }
    set count [MakeRegistry $options]
    Answer [dict merge $made [dict create directory $directory certificates $count]] \
        "[expr {$isThere && !$isBrought ? "The CA was there already" : "The CA is made"}]: [file join $directory ca.crt],\
        [expr {[dict get $made profile] eq {root} ? {} : "(below another CA) "}]until [Stamp [dict get $made notafter]]"
    Say "Its fingerprint (SHA-256), for those who have to trust it:"
    Next [dict get $made fingerprint]
    Say "What may come next: a certificate made here, or the server that machines enroll with."
    Next [Line $options issue client alice] [Line $options serve]
    Say "On a machine, with the fingerprint from above:"
    Next [EnrollLine $options NAME]
    return
}

# Check what the command line says of a new CA, before anything is made.
#   in      isNamed  whether its name is known without attributes
#   errors  ARGS USAGE; STORE REGISTERED
proc ::sslkeys::cli::CheckNewCa {command options attributes isNamed} {
    if {![llength $attributes] && !$isNamed} {
        Misuse $command "a CA needs a name: $command CN='Example CA'"
    }
    if {[llength $attributes] && ![dict exists $attributes CN]} {
        Misuse $command "a CA needs a CN beside its other attributes: $command CN='Example CA' ..."
    }
    set above [dict get $options -cakeyfile]
    if {$above eq {} && [dict get $options -capasswordfile] ne {}} {
        Misuse $command "-capasswordfile is for the key of the CA above, which -cakeyfile names"
    }
    # What a CA signs is on its record.
    if {$above ne {} && [file exists [file join [file dirname $above] registry.db]]} {
        throw [list SSLKEYS STORE REGISTERED above [file dirname $above]] \
            "the CA above keeps a registry in \"[Cut [file dirname $above]]\", and signs nothing that is not on record there"
    }
}

# Refuse what the command line says of a CA that is there already, and that is not so.
#   in      what its files are called
#   errors  ARGS CONFLICT; KEY PASSWORD
proc ::sslkeys::cli::RequireSame {options attributes name} {
    set info [::sslkeys::certificate info [ReadFile [file join [dict get $options -keys] $name.crt]]]
    set isSealed [::sslkeys::Discreetly {
        dict get [::sslkeys::key info [ReadFile [file join [dict get $options -keys] $name.key]]] encrypted
    }]
    set days [expr {round(([dict get $info notafter] - [dict get $info notbefore]) / 86400.0)}]
    set differing [lmap {option isOther} [list \
        subject [expr {[llength $attributes] && [lsort -stride 2 $attributes] ne [lsort -stride 2 [dict get $info subject]]}] \
        -days [expr {[dict get $options -days] ni [list {} $days]}] \
        -cakeyfile [expr {[dict get $options -cakeyfile] ne {} && [dict get $info profile] eq {root}}] \
        -passwordfile [expr {[dict get $options -passwordfile] ne {} && !$isSealed}] \
        {*}[concat {*}[lmap field {keytype curve bits pathlength permitted excluded} {
            set wished [Given $options -$field]
            list -$field [expr {$wished ne {} && [lsort [lindex $wished 1]] ne [lsort [dict get $info $field]]}]
        }]] \
    ] {expr {$isOther ? $option : [continue]}}]
    if {[llength $differing]} {
        throw [list SSLKEYS ARGS CONFLICT there [file join [dict get $options -keys] $name.crt] option [lindex $differing 0]] \
            "there is a CA already, [dict get $info subjectname], with another [join $differing {, }]; it stays as it is"
    }
    if {$isSealed && [dict get $options -passwordfile] ne {}} {
        ::sslkeys::Discreetly {
            ::sslkeys::key decrypt [ReadFile [file join [dict get $options -keys] $name.key]] \
                {*}[Passphrase $options -passwordfile -passwordfrom "Passphrase of the CA's key"]
        }
    }
}

# Call sslkeys::initialize with what the command line says of the CA.
proc ::sslkeys::cli::Initialize {options attributes password} {
    set force [expr {[dict get $options -force] && ([dict get $options -request] || [dict get $options -certificatefile] ne {})}]
    ::sslkeys::Discreetly {
        set made [::sslkeys::initialize {*}[NewCa $options "New passphrase of the CA's key"] \
            {*}[Given $options {-pathlength -permitted -excluded}] {*}[expr {$force ? {-force 1} : {}}] {*}$password {*}$attributes]
        if {[dict exists $made certfile]} {
            dict set made profile [dict get [::sslkeys::certificate info [ReadFile [dict get $made certfile]]] profile]
        }
        return $made
    }
}

# What the command line says of a new CA, as options of the package.
proc ::sslkeys::cli::NewCa {options prompt} {
    return [list {*}[KeyOptions $options $prompt] {*}[Given $options {-days -cafile -cakeyfile -certificatefile}] \
        {*}[expr {[dict get $options -request] ? {-request 1} : {}}]]
}

# Tell of a CA's request, and who does what with it.
#   in  whose it is, the command that takes what comes back
#   out 4: it waits for another CA
proc ::sslkeys::cli::TellRequest {options made whose command} {
    set path [dict get $made requestfile]
    set signed [file rootname [file tail $path]]-signed.crt
    Answer [dict remove $made request] "$whose's request is made: $path"
    Say "The fingerprint of its key (SHA-256):"
    Next [dict get $made keyfingerprint]
    Say "Let the CA above sign it. Where that is sslkeys, its operator types:"
    Next "sslkeys sign intermediate [file tail $path] -out $signed"
    Say "With what comes back, type here:"
    Next [Line $options {*}$command -certificatefile $signed]
    return 4
}

# Open the registry, made where there is none, and answer how many certificates it knows.
proc ::sslkeys::cli::MakeRegistry {options} {
    set registry [OpenRegistry $options [expr {[dict get $options -force] ? {-anew} : {-create}}] 1]
    return [[$registry db] value {SELECT COUNT(*) FROM certificates}]
}
