# The CA of a key directory as the crash tests see it while it is asked for, brought, prepared or
# swapped: judges like those of keystore.tcl. `allowed` are the pairs ca.key and ca.crt that there may
# be: the one before and the one after the call, the latter alone when the call had returned.

namespace eval ::keystore {
    dict set judges prepare  {caWhole caSigns caStarts prepareAgain}
    dict set judges activate {caWhole caSigns caStarts activateAgain finishAfter}
    dict set judges request  {caUntouched requestAgain}
    dict set judges certify  {caUntouched certifyStarts certifyAgain}
}

# What the CA signed before is good with ca.crt.
proc ::keystore::bobTroubles {keys} {
    set troubles {}
    Expect troubles "what the CA signed before is not trusted" \
        [expr {![catch {::sslkeys::certificate verify [::support::readFile $keys/bob.crt] -cafile $keys/ca.crt}]}]
    return $troubles
}

# Nothing is called: who reads ca.crt trusts both.
proc ::keystore::caWhole {keys allowed} {
    set troubles [bobTroubles $keys]
    Expect troubles "not yet there" [expr {[llength $allowed] > 1 || [pair $keys ca] in $allowed}]
    return $troubles
}

# A process that issues knows of no rollover.
proc ::keystore::caSigns {keys allowed} {
    set troubles [caTroubles $keys]
    Expect troubles "createAndSign: [Describe [pair $keys ca] $allowed]" [expr {[pair $keys ca] in $allowed}]
    lappend troubles {*}[bobTroubles $keys] {*}[foreignTroubles $keys]
}

# The call of every start.
proc ::keystore::caStarts {keys allowed} {
    set troubles {}
    ::sslkeys::initialize CN Another
    Expect troubles "initialize: [Describe [pair $keys ca] $allowed]" [expr {[pair $keys ca] in $allowed}]
    Expect troubles "initialize left [leftovers $keys]" [expr {[leftovers $keys] eq ""}]
    lappend troubles {*}[foreignTroubles $keys] {*}[bobTroubles $keys] {*}[caTroubles $keys]
}

# The step is called again, and goes on to its end.
proc ::keystore::prepareAgain {keys allowed} {
    set troubles {}
    ::sslkeys::rollover prepare CN New
    set status [::sslkeys::rollover status]
    Expect troubles "prepare: $status" [expr {[dict get $status state] eq "prepared" && [dict get $status next name] eq "New"}]
    Expect troubles "prepare left [leftovers $keys]" [expr {[leftovers $keys] eq ""}]
    ::sslkeys::rollover activate
    lappend troubles {*}[swapTroubles $keys]
}

proc ::keystore::activateAgain {keys allowed} {
    ::sslkeys::rollover activate
    set troubles [swapTroubles $keys]
    Expect troubles "activate: [Describe [pair $keys ca] $allowed]" [expr {[pair $keys ca] eq [lindex $allowed end]}]
    Expect troubles "activate left [leftovers $keys]" [expr {[leftovers $keys] eq ""}]
    return $troubles
}

proc ::keystore::finishAfter {keys allowed} {
    set troubles {}
    ::sslkeys::rollover activate
    ::sslkeys::rollover finish -force 1
    set left [lmap path [glob -tails -directory $keys ca-* ca.key ca.crt] {expr {$path in $::keystore::foreign ? [continue] : $path}}]
    Expect troubles "finish left $left" [expr {[lsort $left] eq {ca.crt ca.key}}]
    lappend troubles {*}[caTroubles $keys]
}

proc ::keystore::swapTroubles {keys} {
    set troubles {}
    set status [::sslkeys::rollover status]
    set previous [lindex [dict get $status previous] 0]
    Expect troubles "swap: $status" [expr {[dict get $status state] eq "activated" && [dict get $status signing name] eq "New"
        && [dict get $previous name] eq "MyCA" && ![file exists $keys/ca-next.key] && ![file exists $keys/ca-next.crt]}]
    Expect troubles "the CA does not belong together" [matches [pair $keys ca]]
    Expect troubles "the CA before was lost" [matches [pair $keys [file rootname [file tail [dict get $previous keyfile]]]]]
    lappend troubles {*}[foreignTroubles $keys] {*}[bobTroubles $keys] {*}[caTroubles $keys]
}

# A request is there with its key after the next call, whatever was there.
proc ::keystore::requestAgain {keys allowed} {
    set troubles {}
    set asked [::sslkeys::initialize -request 1 CN Issuing]
    set key [::support::readFile $keys/ca.key]
    Expect troubles "the request is not for the key" \
        [expr {[dict get [::sslkeys::key info $key] keyfingerprint] eq [dict get $asked keyfingerprint]}]
    Expect troubles "the key was lost" [expr {{{} {}} in $allowed || [list $key {}] in $allowed}]
    Expect troubles "the request left [leftovers $keys]" [expr {[leftovers $keys] eq ""}]
    return $troubles
}

# The certificate came or did not; brought again, it is there.
proc ::keystore::certifyStarts {keys allowed} {
    set troubles {}
    set refusal [Refusal {::sslkeys::initialize CN Another}]
    Expect troubles "initialize says $refusal" [expr {$refusal eq "" || ($refusal eq "REQUESTED" && [llength $allowed] > 1)}]
    Expect troubles "initialize: [Describe [pair $keys ca] $allowed]" [expr {[pair $keys ca] in $allowed}]
    return $troubles
}

proc ::keystore::certifyAgain {keys allowed} {
    ::sslkeys::initialize -certificatefile [file dirname $keys]/back.pem
    set troubles [caTroubles $keys]
    Expect troubles "certify: [Describe [pair $keys ca] $allowed]" [expr {[pair $keys ca] eq [lindex $allowed end]}]
    Expect troubles "certify left [glob -nocomplain -tails -directory $keys *.csr]" [expr {![file exists $keys/ca.csr]}]
    return $troubles
}
