# sslkeys sign and request: PKCS#10, both ends.

# Sign a request that came as a file.
proc ::sslkeys::cli::DoSign {options words} {
    set attributes [Attributes sign [lassign $words type path]]
    set type [ReadType sign $type]
    set bundle [::sslkeys::bundle open [ReadFile $path]]
    if {[llength [dict get $bundle requests]] != 1} {
        throw {SSLKEYS REQUEST PEM} "\"[Cut $path]\" holds [llength [dict get $bundle requests]] requests, not one"
    }
    set request [lindex [dict get $bundle requests] 0]
    if {![llength $attributes]} {
        set attributes [dict get [::sslkeys::request info $request] subject]
    }
    set out [dict get $options -out]
    if {$out eq {}} {
        set out $path
        if {$path ne {-}} {
            set out [file rootname $path].crt
        }
    }
    if {$out ne {-} && [file exists $out] && ![dict get $options -force]} {
        throw [list SSLKEYS STORE EXISTS path $out] "\"[Cut $out]\" is there already"
    }
    OpenRegistry $options
    set made [WithCaKey $options [list ::sslkeys::cli::SignOne $options $type $request $attributes]]
    set certificate [dict get $made certificate]
    if {$type eq {intermediate}} {
        # A CA has to know all above it.
        LoadFile exchange
        set certificate [join [ChainOf $options $certificate] {}]
    }
    WriteFile $out $certificate 0644 [dict get $options -force]
    if {$out ne {-}} {
        set name [dict get $made name]
        set known [expr {$name eq [dict get $attributes CN] ? {} : ", on record as $name"}]
        Answer [dict merge [dict create certfile $out profile $type] [dict remove $made certificate chain]] \
            "$out: $type$known, until [Until $made]"
    }
    return
}

proc ::sslkeys::cli::SignOne {options type request attributes password} {
    set registry [OpenRegistry $options]
    ::sslkeys::Discreetly {
        set issuer [::sslkeys::issuer new [dict get $options -keys] $registry [::sslkeys::policy new {}] -who [Who]]
        try {
            $issuer sign $request $type {*}[Given $options {-days -san -pathlength -permitted -excluded -crlurl -ocspurl -caissuers}] \
                -name [NameFor $attributes] -force [dict get $options -force] {*}$password {*}$attributes
        } finally {
            $issuer destroy
        }
    }
}

# The name by which the owner of a subject is on record: its CN, without what no name has.
proc ::sslkeys::cli::NameFor {attributes} {
    if {![dict exists $attributes CN]} {
        return
    }
    return [string range [regsub -all {[^A-Za-z0-9._@-]+} [regsub {^[^A-Za-z0-9]+} [dict get $attributes CN] {}] -] 0 63]
}

# Make a key and a request for a CA elsewhere; the key stays here.
proc ::sslkeys::cli::DoRequest {options words} {
    set attributes [Attributes request [lassign $words name]]
    RequireName $name
    set attributes [WithName $name $attributes]
    set keyfile [file join [dict get $options -out] $name.key]
    set requestfile [file join [dict get $options -out] $name.csr]
    foreach path [list $keyfile $requestfile] {
        if {[file exists $path] && ![dict get $options -force]} {
            throw [list SSLKEYS STORE EXISTS path $path] "\"[Cut $path]\" is there already"
        }
    }
    lassign [MakeRequest $options $attributes] key request
    ::sslkeys::Discreetly {
        ::sslkeys::durable write $keyfile $key -mode 0600 -exclusive [expr {![dict get $options -force]}]
    }
    ::sslkeys::durable write $requestfile $request -exclusive [expr {![dict get $options -force]}]
    set fingerprint [dict get [::sslkeys::request info $request] keyfingerprint]
    Answer [dict create keyfile $keyfile requestfile $requestfile keyfingerprint $fingerprint] \
        "$keyfile stays here; $requestfile goes to the CA."
    Say "The fingerprint of its key (SHA-256), for the CA's operator to compare:"
    Next $fingerprint
    Say "The operator types, for a client's certificate:"
    Next "sslkeys sign client $name.csr"
    return
}

proc ::sslkeys::cli::MakeRequest {options attributes} {
    ::sslkeys::Discreetly {
        set words [KeyOptions $options "New passphrase of the key"]
        set secret [dict filter $words key -password*]
        set key [::sslkeys::key generate {*}[dict remove $words {*}[dict keys $secret]]]
        set request [::sslkeys::request create -key $key {*}[Given $options -san] {*}$attributes]
        if {[dict size $secret]} {
            set key [::sslkeys::key encrypt $key {*}$secret]
        }
        return [list $key $request]
    }
}
