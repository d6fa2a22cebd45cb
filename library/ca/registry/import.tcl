# Certificates that were made without the registry: what stands in the key directory when the registry is made, and what is
# brought later. Our CA's signature decides whether one is ours. None becomes an operator's by this, which looks like a
# client's and is told by its row alone; none takes the place of one on record; none is current that the CRL names.

oo::define ::sslkeys::registry {
    # Put a certificate on record that our CA signed elsewhere. Where others of its name are on record it is older than all.
    #   in      PEM; who; -origin; -name  when it is not its CN
    #   out     its serial number
    #   errors  CERTIFICATE PEM, PROFILE; CHAIN UNTRUSTED, REVOKED; STORE EXISTS
    method import {certificate who args} {
        set options [::sslkeys::ReadOptions $args {-origin import -name {} -now {}}]
        set info [::sslkeys::certificate info $certificate]
        my RequireOurs $certificate $info
        set serial [dict get $info serial]
        if {[dict exists [my ListedRevoked] $serial]} {
            throw [list SSLKEYS CHAIN REVOKED serial $serial] "the certificate $serial is on the revocation list"
        }
        set now [my Now [list -now [dict get $options -now]]]
        set row [dict create certificate $certificate profile [dict get $info profile] origin [dict get $options -origin] \
            who $who at $now]
        if {[dict get $options -name] ne {}} {
            dict set row name [dict get $options -name]
        }
        my PutOld [my Complete $row] issued $now
        return $serial
    }

    # Take in what stands in the directory of a registry that is being made: certificates, and who is on the revocation list.
    method TakeIn {} {
        set revoked [my ListedRevoked]
        set taken 0
        set left {}
        foreach path [my StandingFiles] {
            try {
                my TakeFile $path
                incr taken
            } trap SSLKEYS {} {
                lappend left [file tail $path]
            }
        }
        dict for {serial entry} $revoked {
            my CarryRevoked $serial $entry
        }
        my NoteKeys
        my meta crlnumber [my ListedNumber]
        my audit $Who create registry {} [list taken $taken left $left revoked [dict size $revoked]]
    }

    # The certificates in the directory but for the CA's own, the oldest first.
    method StandingFiles {} {
        set found {}
        foreach path [glob -nocomplain -directory $Directory -types f *.crt] {
            if {![regexp -nocase {^ca(?:-.*)?\.crt$} [file tail $path]]} {
                lappend found [list [my Begins $path] $path]
            }
        }
        return [lmap pair [lsort -integer -index 0 [lsort -index 1 $found]] {lindex $pair 1}]
    }

    method Begins {path} {
        try {
            return [dict get [::sslkeys::certificate info [::sslkeys::ReadFile $path]] notbefore]
        } trap SSLKEYS {} {
            return 0
        }
    }

    method TakeFile {path} {
        set certificate [::sslkeys::ReadFile $path]
        set info [::sslkeys::certificate info $certificate]
        my RequireOurs $certificate $info
        set row [my Complete [dict create certificate $certificate profile [dict get $info profile] origin import \
            name [file rootname [file tail $path]] at [dict get $info notbefore]]]
        my InsertCertificate [dict replace $row state issued]
        my audit $Who import [dict get $row serial] {} [dict filter $row key name profile origin]
    }

    # Refuse what none of our CA's certificates signed, those before and after a rollover among them.
    #   errors  CHAIN UNTRUSTED; CERTIFICATE PROFILE
    method RequireOurs {certificate info} {
        if {[dict get $info profile] in {{} root}} {
            throw [list SSLKEYS CERTIFICATE PROFILE serial [dict get $info serial]] \
                "the certificate [dict get $info serial] fits no profile that is issued"
        }
        foreach authority [my Authorities] {
            try {
                ::sslkeys::certificate verify $certificate -ca $authority -depth 0 -purpose any -now [dict get $info notbefore]
                return
            } trap {SSLKEYS CHAIN} {} {
                # Another one may have.
            }
        }
        throw [list SSLKEYS CHAIN UNTRUSTED serial [dict get $info serial]] "the certificate [dict get $info serial] was not signed by our CA"
    }

    # The certificates that our CA signs with, now or in a rollover.
    method Authorities {} {
        set found {}
        foreach path [glob -nocomplain -directory $Directory -types f ca.crt ca-*.crt] {
            lappend found [lindex [dict get [::sslkeys::bundle open [::sslkeys::ReadFile $path]] certificates] 0]
        }
        return $found
    }

    # Note the keys of our CA, by which a backup is told from another CA's.
    method NoteKeys {} {
        set known [my meta cakeys]
        foreach authority [my Authorities] {
            lappend known [dict get [::sslkeys::certificate info $authority -fields keyfingerprint] keyfingerprint]
        }
        my meta cakeys [lsort -unique $known]
    }

    # Who is on the directory's own revocation lists: serial -> dict time, reason.
    method ListedRevoked {} {
        set revoked [dict merge {*}[lmap list [my StandingLists 1] {dict get $list revoked}]]
        return [dict map {serial entry} $revoked {dict merge {reason unspecified} $entry}]
    }

    method ListedNumber {} {
        set number [lindex [lmap list [my StandingLists 0] {dict get $list number}] 0]
        return [expr {[string is entier -strict $number] ? $number : 0}]
    }

    # What the directory's own lists say: that of the CA that signs, and in a rollover those of the ones before.
    #   errors  CRL PEM
    method StandingLists {withRevoked} {
        set path [file join $Directory ca.crl]
        if {![file exists $path]} {
            return {}
        }
        set lists [::sslkeys::crlfile::lists [::sslkeys::ReadFile $path]]
        try {
            if {![llength $lists]} {
                throw {SSLKEYS CRL PEM} "there is none in it"
            }
            return [lmap list $lists {::sslkeys::crl info $list -revoked $withRevoked}]
        } trap {SSLKEYS CRL PEM} {} {
            throw [list SSLKEYS CRL PEM path $path] "the revocation list \"$path\" is damaged: bring it back from a backup, or move it away"
        }
    }

    # See to it that a serial number is revoked here, whether its certificate is on record or not.
    #   out  whether it was not before
    method CarryRevoked {serial entry} {
        set state [$Db value {SELECT state FROM certificates WHERE serial = :serial} [list serial $serial]]
        if {$state eq {revoked}} {
            return 0
        }
        if {$state eq {}} {
            # Nothing is known of it but that it is revoked; so it stays on the list for ever.
            my InsertCertificate [dict create serial $serial name {} folded {} profile {} subject {} san {} \
                fingerprint serial:$serial keyfingerprint {} notbefore 0 notafter 253402300799 certificate {} state issued \
                request {} parent {} origin crl at [dict get $entry time] who $Who owner {} revoked 0 reason {} note {} withdrawn 0 changed 0]
        }
        $Db change {
            UPDATE certificates SET state = 'revoked', revoked = :time, reason = :reason, changed = :changed WHERE serial = :serial
        } [list serial $serial time [dict get $entry time] reason [dict get $entry reason] changed [my Count changes]]
        return 1
    }

    # Insert a certificate that is older than what is on record of its name.
    method PutOld {row state now} {
        set serial [dict get $row serial]
        $Db transaction {
            if {[$Db value {SELECT 1 FROM certificates WHERE serial = :serial} [list serial $serial]] ne {}} {
                throw [list SSLKEYS STORE EXISTS serial $serial] "the certificate $serial is on record already"
            }
            my InsertCertificate [dict replace $row state $state]
            if {![my IsAlone [dict get $row folded] $serial]} {
                $Db change {
                    UPDATE certificates SET sequence = (SELECT MIN(sequence) FROM certificates) - 1 WHERE serial = :serial
                } [list serial $serial]
            }
            my audit [dict get $row who] import $serial {} [dict filter $row key name profile origin] -now $now
        }
    }

    method IsAlone {folded serial} {
        return [expr {[$Db value {
            SELECT 1 FROM certificates WHERE folded = :folded AND serial <> :serial LIMIT 1
        } [list folded $folded serial $serial]] eq {}}]
    }
}
