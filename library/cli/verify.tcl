# sslkeys verify: the verdict on a certificate by our CA, by the registry where it is at hand, and by the revocation list.

proc ::sslkeys::cli::DoVerify {options words} {
    lassign $words word
    set found [Locate $options $word]
    set isOurs [expr {[dict get $options -cafile] eq {}}]
    set cafile [dict get $options -cafile]
    if {$isOurs} {
        set cafile [file join [dict get $options -keys] ca.crt]
    }
    set row [dict get $found row]
    if {$isOurs && $row ne {} && [dict get $row state] eq {revoked}} {
        throw [list SSLKEYS CHAIN REVOKED serial [dict get $row serial]] \
            "the certificate of [Cut [dict get $row name]] was revoked on [Stamp [dict get $row revoked]] ([dict get $row reason])"
    }
    set identity [::sslkeys::certificate verify [dict get $found certificate] -cafile $cafile {*}[ListsFor $options $found $isOurs] \
        {*}[Given $options {-host -ip -email -purpose -now}]]
    Answer $identity "Good: [dict get $identity name], [dict get $identity profile], until [Stamp [dict get $identity notafter]]"
    return
}

# The revocation list counts for what our CA signed, where it is written already; for the CA itself there is none.
proc ::sslkeys::cli::ListsFor {options found isOurs} {
    set path [file join [dict get $options -keys] ca.crl]
    if {!$isOurs || ![file exists $path]} {
        return {}
    }
    set info [::sslkeys::certificate info [dict get $found certificate]]
    return [expr {[dict get $info subject] eq [dict get $info issuer] ? {} : [list -crlfile $path]}]
}
