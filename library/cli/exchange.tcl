# sslkeys export and import: pairs and certificates, to and from other programs.

# Write a pair as PKCS#12, or a certificate and its chain as PEM or PKCS#7, or itself as DER.
proc ::sslkeys::cli::DoExport {options words} {
    lassign $words word
    set found [Locate $options $word]
    set row [dict get $found row]
    RequireGood $options $row
    if {$row ne {}} {
        set name [dict get $row name]
    } else {
        set name [file rootname [file tail $word]]
    }
    set format [dict get $options -format]
    set out [dict get $options -out]
    if {$out eq {}} {
        set out $name.[dict get {pkcs12 p12 pem pem pkcs7 p7b der der} $format]
    }
    if {$out ne {-} && [file exists $out] && ![dict get $options -force]} {
        throw [list SSLKEYS STORE EXISTS path $out] "\"[Cut $out]\" is there already"
    }
    set chain [ChainOf $options [dict get $found certificate]]
    switch -- $format {
        pem    {set data [join $chain {}]}
        pkcs7  {set data [::sslkeys::bundle pkcs7 [join $chain {}]]}
        der    {set data [binary decode base64 [regsub -all -line {^-.*$} [lindex $chain 0] {}]]}
        pkcs12 {set data [Pkcs12 $options $name $row $chain]}
    }
    WriteFile $out $data [dict get {pkcs12 0600 pem 0644 pkcs7 0644 der 0644} $format] [dict get $options -force]
    if {$out ne {-}} {
        set serial [dict get [::sslkeys::certificate info [lindex $chain 0]] serial]
        Answer [dict create path $out name $name serial $serial format $format] "$out: the certificate of [Cut $name]\
            [dict get {pkcs12 {with its chain and key} pem {with its chain} pkcs7 {with its chain} der alone} $format]"
    }
    return
}

# What was revoked goes to nobody, unless -force says so.
#   errors  POLICY STANDING
proc ::sslkeys::cli::RequireGood {options row} {
    if {$row ne {} && [dict get $row state] ne {issued} && ![dict get $options -force]} {
        throw [list SSLKEYS POLICY STANDING serial [dict get $row serial] standing [dict get $row state]] \
            "the certificate [dict get $row serial] of [Cut [dict get $row name]] is [dict get $row state]"
    }
}

# Seal key, certificate and chain in a PKCS#12.
#   errors  ARGS PASSPHRASE, STORE ABSENT, KEY ENCRYPTED, PASSWORD
proc ::sslkeys::cli::Pkcs12 {options name row chain} {
    set path [file join [dict get $options -keys] $name.key]
    ::sslkeys::Discreetly {
        set key [expr {$row ne {} && [file exists $path] ? [OpenKey $options $path] : {}}]
        if {$key eq {} || ![::sslkeys::certificate match [lindex $chain 0] $key]} {
            throw [list SSLKEYS STORE ABSENT key $name] "the key of this certificate of \"[Cut $name]\" is not here"
        }
        if {[dict get $options -passwordfile] eq {} && [IsTerminal stdin]} {
            dict set options -passwordfile -
        }
        set words [Passphrase $options -passwordfile -passwordfrom "New passphrase of the PKCS#12" 1]
        if {$words eq {}} {
            throw {SSLKEYS ARGS PASSPHRASE option -passwordfile} "a PKCS#12 needs a passphrase"
        }
        return [::sslkeys::bundle pkcs12 -key $key -certificate [lindex $chain 0] -chain [join [lrange $chain 1 end] {}] -name $name \
            -legacy [dict get $options -legacy] {*}$words]
    }
}

# Read a pair's key, opened where it is sealed.
#   errors  KEY ENCRYPTED, PASSWORD
proc ::sslkeys::cli::OpenKey {options path} {
    set key [ReadFile $path]
    if {![dict get [::sslkeys::key info $key] encrypted]} {
        return $key
    }
    if {[dict get $options -keypasswordfile] eq {} && [IsTerminal stdin]} {
        dict set options -keypasswordfile -
    }
    set words [Passphrase $options -keypasswordfile -passwordfrom "Passphrase of $path"]
    if {$words eq {}} {
        throw [list SSLKEYS KEY ENCRYPTED path $path] "\"[Cut $path]\" is encrypted"
    }
    return [::sslkeys::key decrypt $key {*}$words]
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
        Answer [CertificateRecord $registry $row] \
            "On record now: [Cut [dict get $row name]], [dict get $row profile], serial [dict get $row serial]"
    }
    return 0
}
