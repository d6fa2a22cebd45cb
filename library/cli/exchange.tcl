# sslkeys export and import: pairs and certificates, to and from other programs.

# Write the pair of a name as PKCS#12, or its certificate and chain as PEM or PKCS#7.
proc ::sslkeys::cli::DoExport {options words} {
    lassign $words name
    set row [LocateRow $options $name]
    set name [dict get $row name]
    set format [dict get $options -format]
    set out [dict get $options -out]
    if {$out eq {}} {
        set out $name.[dict get {pkcs12 p12 pem pem pkcs7 p7b} $format]
    }
    if {$out ne {-} && [file exists $out] && ![dict get $options -force]} {
        throw [list SSLKEYS STORE EXISTS path $out] "\"[Cut $out]\" is there already"
    }
    set chain [ChainOf $options [dict get $row certificate]]
    switch -- $format {
        pem    {set data [join $chain {}]}
        pkcs7  {set data [::sslkeys::bundle pkcs7 [join $chain {}]]}
        pkcs12 {set data [Pkcs12 $options $row $chain]}
    }
    WriteFile $out $data [dict get {pkcs12 0600 pem 0644 pkcs7 0644} $format] [dict get $options -force]
    if {$out ne {-}} {
        Answer [dict create path $out name $name serial [dict get $row serial] format $format] \
            "$out: the certificate of [Cut $name] with its chain[expr {$format eq {pkcs12} ? " and key" : {}}]"
    }
    return
}

# Seal key, certificate and chain in a PKCS#12.
#   errors  ARGS PASSPHRASE, STORE ABSENT
proc ::sslkeys::cli::Pkcs12 {options row chain} {
    set name [dict get $row name]
    set path [file join [dict get $options -keys] $name.key]
    if {![file exists $path]} {
        throw [list SSLKEYS STORE ABSENT name $name] "there is no key of \"[Cut $name]\" here: it was made elsewhere, and is there"
    }
    ::sslkeys::Discreetly {
        set key [ReadFile $path]
        if {[dict get [::sslkeys::key info $key] encrypted]} {
            set words [Passphrase [dict create -keypasswordfile [expr {[IsTerminal stdin] ? {-} : {}}]] -keypasswordfile -password "Passphrase of $name.key"]
            set key [::sslkeys::key decrypt $key {*}$words]
        }
        if {[dict get $options -passwordfile] eq {} && [IsTerminal stdin]} {
            dict set options -passwordfile -
        }
        set words [Passphrase $options -passwordfile -password "New passphrase of the PKCS#12" 1]
        if {$words eq {}} {
            throw {SSLKEYS ARGS PASSPHRASE} "a PKCS#12 needs a passphrase"
        }
        return [::sslkeys::bundle pkcs12 -key $key -certificate [lindex $chain 0] -chain [join [lrange $chain 1 end] {}] -name $name \
            -legacy [dict get $options -legacy] {*}$words]
    }
}

# List a certificate and those above it, up to the root, as far as they are at hand.
proc ::sslkeys::cli::ChainOf {options certificate} {
    set known [dict get [::sslkeys::bundle open [string cat $certificate [ReadFile [file join [dict get $options -keys] ca.crt]]]] certificates]
    set leaf [lindex [dict get [::sslkeys::bundle open $certificate] certificates] 0]
    set chain [list $leaf]
    while {[llength $chain] <= 20} {
        set below [::sslkeys::certificate info [lindex $chain end]]
        set above {}
        foreach candidate $known {
            set info [::sslkeys::certificate info $candidate]
            if {[dict get $info subjectname] eq [dict get $below issuername] && [dict get $info fingerprint] ne [dict get $below fingerprint]
                    && [dict get $below authoritykeyid] in [list {} [dict get $info subjectkeyid]]} {
                set above $candidate
                break
            }
        }
        if {$above eq {} || $above in $chain} {
            return $chain
        }
        lappend chain $above
    }
    return $chain
}

# Take certificates of our CA into the registry.
proc ::sslkeys::cli::DoImport {options words} {
    OpenRegistry $options
    return [Each import $options $words [list ::sslkeys::cli::ImportFile $options]]
}

# Import what one file holds; other certificates in it, such as its chain, are no reason to fail when one of them is ours.
proc ::sslkeys::cli::ImportFile {options path} {
    set registry [OpenRegistry $options]
    set bundle [::sslkeys::bundle open [ReadFile $path]]
    if {![llength [dict get $bundle certificates]]} {
        throw {SSLKEYS CERTIFICATE PEM} "\"[Cut $path]\" holds no certificate"
    }
    set leaves [lmap pem [dict get $bundle certificates] {expr {[dict get [::sslkeys::certificate info $pem] ca] ? [continue] : $pem}}]
    foreach pem [expr {[llength $leaves] ? $leaves : [dict get $bundle certificates]}] {
        $registry import $pem [Who]
        set row [lindex [$registry find [dict get [::sslkeys::certificate info $pem] fingerprint]] 0]
        Answer [dict remove $row certificate folded withdrawn] \
            "On record now: [Cut [dict get $row name]], [dict get $row profile], serial [dict get $row serial]"
    }
    return 0
}
