# The registry: whole, in step with the files, with the revocation list and the clock of expiry, and backed up.

# It opens, and SQLite finds no fault in it.
proc ::sslkeys::doctor::CheckRegistry {patient findingsName} {
    upvar 1 $findingsName findings
    set program [dict get $patient program]
    lassign [dict get $patient broken] message code
    set registry [dict get $patient registry]
    if {$registry eq {} && $code eq {}} {
        if {[file exists [file join [dict get $patient directory] ca.crl]]} {
            Add findings error noregistry "the registry was lost" "Nothing can be issued, renewed or revoked, and the server does not start." \
                "$program restore BACKUP"
        } elseif {[file exists [file join [dict get $patient directory] ca.crt]]} {
            Add findings warning noregistry "there is no registry" "Nothing that was issued is on record, and nothing can be revoked." "$program init"
        }
        return
    }
    if {$registry ne {}} {
        try {
            set faults [lmap row [[$registry db] rows {PRAGMA quick_check(5)}] {lindex $row 1}]
        } on error {message details} {
            set code [dict get $details -errorcode]
            set faults [list $message]
        }
        if {$faults eq {ok}} {
            return
        }
        set message [lindex $faults 0]
    }
    switch -glob -- $code {
        {SSLKEYS STORE NEWER*} {
            Add findings error newer $message {} "Use the release that wrote it, or a later one."
        }
        {SSLKEYS STORE FOREIGN*} {
            Add findings error foreign "ca.crt is not the CA that registry.db belongs to" \
                "What it would sign nobody who has a certificate trusts, and nothing on record could be revoked." \
                "cp -p BACKUP/ca.key BACKUP/ca.crt [Shell [dict get $patient directory]]/"
        }
        {SSLKEYS STORE BUSY*} {
            Add findings warning busy $message "Another process keeps it locked." "fuser -v [Path $patient registry.db]"
        }
        {POSIX EACCES*} {
            AddForeign $patient findings $message
        }
        default {
            Add findings error damaged "the registry is damaged" $message "$program restore BACKUP"
        }
    }
}

# Files and registry say the same. A certificate that a machine keeps for itself has no file here.
proc ::sslkeys::doctor::CheckRecord {patient findingsName} {
    upvar 1 $findingsName findings
    set registry [dict get $patient registry]
    if {$registry eq {}} {
        return
    }
    set db [$registry db]
    dict for {stem info} [dict get $patient certificates] {
        if {$info eq {}} {
            continue
        }
        set row [$db row {SELECT serial, name, state FROM certificates WHERE fingerprint = :fingerprint} $info]
        if {![dict size $row]} {
            if {[IsOurs $patient $stem.crt]} {
                Add findings warning unrecorded "$stem.crt is not on record" "It can be neither revoked nor renewed." \
                    "[dict get $patient program] import [Path $patient $stem.crt]"
            }
        } elseif {[dict get $row state] eq {issued} && [string equal -nocase $stem [dict get $row name]]
                && [$registry standing [dict get $row serial] -now [dict get $patient now]] eq {superseded}} {
            CheckLater $patient $stem $registry findings
        }
    }
}

# Whether our CA signed the certificate of a file, whatever time it is.
proc ::sslkeys::doctor::IsOurs {patient name} {
    set pem [Read $patient $name]
    try {
        ::sslkeys::certificate verify $pem -cafile [file join [dict get $patient directory] ca.crt] \
            -now [expr {[dict get [::sslkeys::certificate info $pem] notafter] - 1}]
        return 1
    } trap SSLKEYS {} {
        return 0
    } trap POSIX {} {
        return 0
    }
}

# A file that is older than the record: where its key is here, the newer certificate can be put beside it.
proc ::sslkeys::doctor::CheckLater {patient stem registry findingsName} {
    upvar 1 $findingsName findings
    set row [$registry newest $stem -now [dict get $patient now]]
    if {$row eq {} || ![file exists [file join [dict get $patient directory] $stem.key]] || [dict get $row origin] eq {est}} {
        return
    }
    Add findings warning older "$stem.crt is older than the one on record" "Its holder goes on with a certificate that was replaced." \
        "[dict get $patient program] reissue $stem"
}

# The line that gives a certificate its successor: where its key is.
proc ::sslkeys::doctor::Successor {patient row} {
    set name [Shell [dict get $row name]]
    if {[dict get $row origin] in {est line}} {
        return "sslkeys renew HOST $name"
    }
    if {![file exists [file join [dict get $patient directory] [dict get $row name].key]]} {
        return "[dict get $patient program] sign [dict get $row profile] $name.csr -force"
    }
    return "[dict get $patient program] reissue $name"
}

# Certificates that are weak, or good for longer than a secret should be.
proc ::sslkeys::doctor::CheckNames {patient findingsName} {
    upvar 1 $findingsName findings
    variable longest
    if {[dict get $patient registry] eq {}} {
        return
    }
    set db [[dict get $patient registry] db]
    set current "state = 'issued' AND notafter >= :now AND NOT EXISTS (SELECT 1 FROM certificates AS later
        WHERE later.folded = certificates.folded AND later.state = 'issued' AND later.sequence > certificates.sequence)"
    set values [list now [dict get $patient now] longest [expr {$longest * 86400}]]
    foreach row [$db rows "SELECT name, profile, origin, notbefore, notafter FROM certificates WHERE notafter - notbefore > :longest + 600
            AND profile <> 'intermediate' AND $current ORDER BY notafter DESC LIMIT 20" $values] {
        Add findings note long "the certificate of [dict get $row name] is good for [Span [expr {[dict get $row notafter] - [dict get $row notbefore]}]]" \
            "Whoever steals its key has it for as long." "[Successor $patient $row][expr {[dict get $row origin] in {est line} ? {} : { -days 365}}]"
    }
    foreach row [$db rows "SELECT name, profile, origin, certificate FROM certificates WHERE origin = 'import' AND $current LIMIT 1000" [dict remove $values longest]] {
        set info [::sslkeys::certificate info [dict get $row certificate]]
        if {[regexp -nocase {md5|sha1} [dict get $info signature]] || ([dict get $info keytype] eq {rsa} && [dict get $info bits] < 2048)} {
            Add findings warning weak "the certificate of [dict get $row name] is weak: [dict get $info signature], [dict get $info keytype] [dict get $info bits]" \
                "It can be forged." [Successor $patient $row]
        }
    }
}

# What ends soon: others' services hang on servers' certificates, so each of those is told of; of clients only how many.
proc ::sslkeys::doctor::CheckExpiry {patient findingsName} {
    upvar 1 $findingsName findings
    variable ahead
    set registry [dict get $patient registry]
    if {$registry eq {}} {
        return
    }
    set now [dict get $patient now]
    set program [dict get $patient program]
    foreach profile {server peer ocsp operator intermediate} {
        foreach state {current expired} {
            set filter [expr {$state eq {current} ? [list -expiring [expr {[dict get $ahead server] * 86400}]] : {-state expired}}]
            foreach row [dict get [$registry certificates {*}$filter -profile $profile -limit 20 -now $now] rows] {
                set left [expr {[dict get $row notafter] - $now}]
                # What ended long ago, nobody misses.
                if {$left < -90 * 86400} {
                    continue
                }
                Add findings [expr {$left < 0 ? {error} : {warning}}] expiry \
                    "the certificate of [dict get $row name] ($profile) [expr {$left < 0 ? "ended [Span [expr {-$left}]] ago" : "ends in [Span $left]"}]" \
                    "Nobody trusts it then." [Successor $patient $row]
            }
        }
    }
    set rows [dict get [$registry certificates -profile client -expiring [expr {[dict get $ahead client] * 86400}] -limit 1000 -now $now] rows]
    if {[llength $rows]} {
        Add findings note clients "[llength $rows] client certificate[expr {[llength $rows] == 1 ? " ends" : "s end"}] within [dict get $ahead client] days" \
            "Clients renew by themselves in the last third; who does not, is shut out." "$program list -profile client -expiring [dict get $ahead client]d"
    }
}

# The revocation list is there, current, signed by our CA, and says what the registry says.
proc ::sslkeys::doctor::CheckRevocations {patient findingsName} {
    upvar 1 $findingsName findings
    set registry [dict get $patient registry]
    set now [dict get $patient now]
    set mend "[dict get $patient program] crl write"
    if {$registry eq {}} {
        return
    }
    lassign [$registry revokedSince 0] revoked
    if {![file exists [file join [dict get $patient directory] ca.crl]]} {
        if {[dict size $revoked]} {
            Add findings error nocrl "there is no revocation list, and [dict size $revoked] are revoked" "Others go on trusting them." $mend
        }
        return
    }
    try {
        # After a change of the CA the list of the one before follows.
        set lists [lmap crl [dict get [::sslkeys::bundle open [Read $patient ca.crl]] crls] {::sslkeys::crl info $crl -revoked 1}]
    } trap SSLKEYS {} {
        set lists {}
    }
    if {![llength $lists]} {
        Add findings error crldamaged "ca.crl is no revocation list" "Nobody can use it." $mend
        return
    }
    set info [lindex $lists 0]
    set left [expr {[dict get $info nextupdate] eq {} ? 0 : [dict get $info nextupdate] - $now}]
    set life [expr {[dict get $info nextupdate] eq {} ? 0 : [dict get $info nextupdate] - [dict get $info thisupdate]}]
    if {$left < 0} {
        Add findings error crlend "the revocation list ended [Span [expr {-$left}]] ago" "Who asks it trusts nobody, or everybody." $mend
    } elseif {$left < $life / 4} {
        Add findings warning crlend "the revocation list ends in [Span $left]" \
            "A server that runs writes the next one at half its life: none runs here, or it cannot." $mend
    }
    CompareList $patient $revoked [dict merge {*}[lmap list $lists {dict get $list revoked}]] $mend findings
    set ca [Info $patient ca.crt]
    if {$ca ne {} && [dict get $info issuer] ne [dict get $ca subject]} {
        Add findings error crlissuer "the revocation list is another CA's" "Nobody who trusts ours can use it." $mend
    }
}

proc ::sslkeys::doctor::CompareList {patient revoked listed mend findingsName} {
    upvar 1 $findingsName findings
    set registry [dict get $patient registry]
    set missing 0
    dict for {serial entry} $revoked {
        if {![dict exists $listed $serial] && [dict get [$registry certificate $serial] notafter] >= [dict get $patient now]} {
            incr missing
        }
    }
    if {$missing} {
        Add findings error crlmissing "[expr {$missing == 1 ? {a revoked certificate is} : "$missing revoked certificates are"}] not on the revocation list" \
            "Others go on trusting it." $mend
    }
    set unrevoked [dict keys [dict remove $listed {*}[dict keys $revoked]]]
    if {[llength $unrevoked]} {
        Add findings error unrevoked "[expr {[llength $unrevoked] == 1 ? {a certificate} : "[llength $unrevoked] certificates"}]\
            on the revocation list [expr {[llength $unrevoked] == 1 ? {is} : {are}}] not revoked in the registry" \
            "It was restored from an older copy, or revoked elsewhere." \
            "[dict get $patient program] revoke [join [lrange $unrevoked 0 19] " "] -yes"
    }
}

# A copy of the registry is not older than a week, unless nothing happened since.
proc ::sslkeys::doctor::CheckBackup {patient findingsName} {
    upvar 1 $findingsName findings
    set registry [dict get $patient registry]
    if {$registry eq {}} {
        return
    }
    set now [dict get $patient now]
    set mend "[dict get $patient program] backup registry-[clock format $now -gmt 1 -format %Y-%m-%d].db"
    set db [$registry db]
    set last [$db value {SELECT MAX(at) FROM audit WHERE action = 'backup'}]
    set first [$db value {SELECT MIN(at) FROM audit}]
    if {$last eq {}} {
        if {$first ne {} && $now - $first > 86400} {
            Add findings warning backup "the registry was never backed up" "Without it nothing can be revoked or renewed." $mend
        }
        return
    }
    set since [$db value {SELECT COUNT(*) FROM audit WHERE at > :last AND action <> 'backup'} [list last $last]]
    if {$now - $last > 7 * 86400 && $since > 0} {
        Add findings warning backup "the last backup is [Span [expr {$now - $last}]] old, and [expr {$since == 1 ? {a record has} : "$since records have"}] come since" {} $mend
    }
}

# Somebody waits.
proc ::sslkeys::doctor::CheckQueue {patient findingsName} {
    upvar 1 $findingsName findings
    if {[dict get $patient registry] eq {}} {
        return
    }
    set waiting [[dict get $patient registry] countRequests -state pending]
    if {$waiting > 0} {
        Add findings note queue "[expr {$waiting == 1 ? {a request waits} : "$waiting requests wait"}] for a decision" {} "[dict get $patient program] pending"
    }
}
