# sslkeys verify: the verdict on a certificate by our CA, by the registry where it is at hand, and by the revocation list.

proc ::sslkeys::cli::DoVerify {options words} {
    lassign $words word
    set found [Locate $options $word]
    set isOurs [expr {[dict get $options -cafile] eq {}}]
    set cafile [dict get $options -cafile]
    if {$isOurs} {
        set cafile [file join [dict get $options -keys] ca.crt]
    }
    if {$isOurs} {
        RequireStanding $options [dict get $found row]
    }
    set identity [::sslkeys::certificate verify [dict get $found certificate] -cafile $cafile {*}[ListsFor $options $found $isOurs] \
        {*}[Given $options {-host -ip -email -purpose -now}]]
    Answer $identity "Good: [dict get $identity name], [dict get $identity profile], until [Stamp [dict get $identity notafter]]"
    return
}

# Refuse what no door of ours lets in, though others, who know no registry, may: what is revoked, superseded or was never given away.
#   errors  CHAIN REVOKED, SUPERSEDED, UNKNOWN
proc ::sslkeys::cli::RequireStanding {options row} {
    if {$row eq {}} {
        return
    }
    set what "the certificate [dict get $row serial] of [Cut [dict get $row name]]"
    set registry [OpenRegistry $options]
    switch -- [$registry standing [dict get $row serial] {*}[Given $options -now]] {
        revoked {
            throw [list SSLKEYS CHAIN REVOKED serial [dict get $row serial]] \
                "$what was revoked on [Stamp [dict get $row revoked]] ([dict get $row reason])"
        }
        superseded {
            throw [list SSLKEYS CHAIN SUPERSEDED serial [dict get $row serial]] "$what is superseded: a later one took its place"
        }
        prepared - closed {
            throw [list SSLKEYS CHAIN UNKNOWN serial [dict get $row serial]] "$what was never given away"
        }
    }
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
