# sslkeys show: a certificate and what is on record of it, a request, or whatever a file holds, for people to read.

proc ::sslkeys::cli::DoShow {options words} {
    lassign $words word
    if {$word eq {ca}} {
        set word [file join [dict get $options -keys] ca.crt]
    }
    if {[IsFile $word]} {
        return [ShowFile $options $word]
    }
    set registry [OpenRegistry $options]
    if {![llength [$registry find $word]] && [llength [$registry findRequests $word]]} {
        return [ShowQueued $options [LocateRequest $options $word]]
    }
    ShowRow $options $registry [LocateRow $options $word]
}

# Show all that a file holds.
proc ::sslkeys::cli::ShowFile {options path} {
    set bundle [::sslkeys::Discreetly {
        ::sslkeys::bundle open [ReadFile $path] {*}[Passphrase $options -passwordfile -passwordfrom "Passphrase of $path"]
    }]
    BeginArray
    set parts 0
    foreach {kind procedure} {
        certificates ShowCertificate requests ShowRequest crls ShowCrl keys ShowKey publickeys ShowPublicKey unsupported ShowUnsupported
    } {
        foreach pem [dict get $bundle $kind] {
            if {[incr parts] > 1} {
                Say {}
            }
            $procedure $options $pem
        }
    }
    return
}

proc ::sslkeys::cli::ShowRow {options registry row} {
    variable json
    if {[dict get $options -pem]} {
        puts -nonewline [dict get $row certificate]
        return
    }
    set standing [$registry standing [dict get $row serial]]
    if {$json} {
        WriteJson [dict merge [dict remove [::sslkeys::certificate info [dict get $row certificate]] extensions faults] \
            [CertificateRecord $registry $row]]
        return
    }
    set revoked {}
    if {[dict exists $row revoked]} {
        set revoked "[Stamp [dict get $row revoked]], [dict get $row reason][expr {[dict get $row note] eq {} ? {} : " ([dict get $row note])"}]"
    }
    Fields [list Name [dict get $row name] State $standing Revoked $revoked Issued [Stamp [dict get $row at]] By [dict get $row who] \
        Through [dict get $row origin] Request [dict get $row request] {In place of} [dict get $row parent]]
    puts {}
    ShowCertificate $options [dict get $row certificate]
    return
}

# Show a request of the queue.
proc ::sslkeys::cli::ShowQueued {options row} {
    variable json
    if {$json} {
        WriteJson [RequestRecord $options $row]
        return
    }
    set before [Superseded $options $row]
    set approvals [expr {[dict get $row needed] > 1 ? "[dict get $row approvals] of [dict get $row needed]" : {}}]
    Fields [list Request [dict get $row id] Name [dict get $row name] Type [dict get $row profile] Asks [dict get $row operation] \
        State [dict get $row state] Approvals $approvals Why [dict get $row why] Subject [Pairs [dict get $row subject]] \
        {Alternative names} [join [dict get $row san] {, }] From [dict get $row address] User [dict get $row user] \
        Opened [Stamp [dict get $row opened]] Expires [Stamp [dict get $row expires]] Key [dict get $row keytype] \
        {Key fingerprint} [dict get $row keyfingerprint] {Renews} [dict get $row authserial] \
        {In place of} [expr {$before eq {} ? {} : "[dict get $before serial], key [dict get $before keyfingerprint]"}] Certificate [dict get $row serial]]
    return
}

proc ::sslkeys::cli::Pairs {subject} {
    return [join [lmap {attribute value} $subject {string cat $attribute = $value}] {, }]
}

proc ::sslkeys::cli::ShowCertificate {options pem} {
    variable json
    if {[dict get $options -pem]} {
        puts -nonewline $pem
    } elseif {$json} {
        WriteJson [dict remove [::sslkeys::certificate info $pem] extensions faults]
    } else {
        foreach line [split [string trimright [::sslkeys::certificate info $pem -text 1]] \n] {
            puts [Clean $line]
        }
    }
}

proc ::sslkeys::cli::ShowRequest {options pem} {
    ShowInfo $options $pem [::sslkeys::request info $pem] {
        Request subjectname {Alternative names} san Key keytype Bits bits {Key fingerprint} keyfingerprint
    }
}

proc ::sslkeys::cli::ShowCrl {options pem} {
    ShowInfo $options $pem [::sslkeys::crl info $pem] {
        {Revocation list of} issuername Number number From thisupdate {Next due} nextupdate Certificates count
    }
}

# A private key is told of, and never shown.
proc ::sslkeys::cli::ShowKey {options pem} {
    ShowInfo $options {} [::sslkeys::key info $pem] {
        {Private key} keytype Bits bits Curve curve {Key fingerprint} keyfingerprint
    }
}

# A key that is there and of no use to us; all that is known of it is why.
proc ::sslkeys::cli::ShowUnsupported {options why} {
    ShowInfo $options {} [dict create unsupported $why] {{Not supported} unsupported}
}

proc ::sslkeys::cli::ShowPublicKey {options pem} {
    ShowInfo $options $pem [::sslkeys::key info $pem] {
        {Public key} keytype Bits bits Curve curve {Key fingerprint} keyfingerprint
    }
}

proc ::sslkeys::cli::ShowInfo {options pem info names} {
    variable json
    if {[dict get $options -pem] && $pem ne {}} {
        puts -nonewline $pem
        return
    }
    if {$json} {
        WriteJson [dict remove $info extensions]
        return
    }
    set fields {}
    foreach {name key} $names {
        set value {}
        if {[dict exists $info $key]} {
            set value [dict get $info $key]
        }
        if {$key in {thisupdate nextupdate} && $value ne {}} {
            set value [Stamp $value]
        }
        lappend fields $name $value
    }
    Fields $fields
}
