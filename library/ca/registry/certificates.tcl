# Certificates: recorded as prepared before anything leaves, as issued when it has, closed when it never did.

oo::define ::sslkeys::registry {
    # Record a certificate that is about to be issued, durably. Until it is released nobody may have it.
    #   in      a certificate row; what it lacks of serial, fingerprint, keyfingerprint, notbefore, notafter, subject and
    #           san is read from its certificate. With `new 1` its name must never have been issued.
    #   out     the row, whole
    #   errors  STORE CONSTRAINT; POLICY TAKEN
    method prepare {row} {
        set row [my Complete $row]
        $Db transaction {
            if {[dict exists $row new] && [dict get $row new] && ![my IsFree [dict get $row folded]]} {
                throw [list SSLKEYS POLICY TAKEN name [dict get $row name]] \
                    "the name \"[string range [dict get $row name] 0 59]\" was issued before"
            }
            my RequireAlone $row
            my InsertCertificate $row
        }
        return $row
    }

    # Let a prepared certificate leave: from now on it is issued; and revoked, where the one in whose place it comes was revoked
    # meanwhile, since by now it may stand in the key directory.
    #   errors  STORE CONSTRAINT when it was closed meanwhile, and then nothing may leave
    method release {serial args} {
        set now [my Now $args]
        $Db transaction {
            if {![$Db change {UPDATE certificates SET state = 'issued', sequence = :sequence WHERE serial = :serial AND state = 'prepared'} \
                    [list serial $serial sequence [my Next certificates sequence]]]} {
                throw [list SSLKEYS STORE CONSTRAINT serial $serial] \
                    "the certificate $serial is not prepared any more: nothing of it may leave"
            }
            set row [my certificate $serial]
            if {[dict get $row request] ne {}} {
                my issueRequest [dict get $row request] $serial -now $now
            }
            my audit [dict get $row who] issue $serial {} \
                [dict filter $row key name profile origin request parent] -now $now
            set before [$Db row {SELECT reason FROM certificates WHERE serial = :parent AND state = 'revoked'} [dict filter $row key parent]]
            if {[dict size $before]} {
                my RevokeRow $row [dict get $before reason] $Who "the certificate that it replaces was revoked" $now
            }
        }
        return
    }

    # Take back a certificate that did not reach who asked for it: a prepared one is closed, an issued one revoked, and its
    # name is free again. Again is once.
    #   errors  POLICY UNKNOWN
    method withdraw {serial reason args} {
        set now [my Now $args]
        $Db transaction {
            set row [my certificate $serial]
            switch -- [dict get $row state] {
                prepared {
                    my Close $serial $reason $now
                }
                issued {
                    $Db change {UPDATE certificates SET withdrawn = 1 WHERE serial = :serial} [list serial $serial]
                    # What others have asked for under this name is not his who went away.
                    my RevokeRow $row cessationOfOperation $Who $reason $now
                }
            }
        }
        return
    }

    # Give a certificate's row.
    #   errors  POLICY UNKNOWN
    method certificate {serial} {
        set row [$Db row {SELECT * FROM certificates WHERE serial = :serial} [list serial $serial]]
        if {![dict size $row]} {
            throw [list SSLKEYS POLICY UNKNOWN serial [string range $serial 0 59]] \
                "no certificate with the serial number \"[string range $serial 0 59]\" is on record"
        }
        return [my Shown $row]
    }

    # List the certificates that a text may mean: serial number, its beginning (4 digits or more), fingerprint; and name, which
    # may look like any of these, and hides none nor is hidden.
    method find {text} {
        set hex [string tolower [string map {: {}} $text]]
        set rows {}
        if {[regexp {^[0-9a-f]{4,64}$} $hex]} {
            set rows [$Db rows {SELECT * FROM certificates WHERE serial = :hex OR fingerprint = :hex} [list hex $hex]]
            if {![llength $rows]} {
                set rows [$Db rows {SELECT * FROM certificates WHERE serial >= :hex AND serial < :end ORDER BY serial LIMIT 100} \
                    [list hex $hex end ${hex}g]]
            }
        }
        set serials [lmap row $rows {dict get $row serial}]
        foreach row [$Db rows {SELECT * FROM certificates WHERE folded = :folded ORDER BY sequence DESC LIMIT 100} \
                [list folded [string tolower $text]]] {
            if {[dict get $row serial] ni $serials} {
                lappend rows $row
            }
        }
        return [lmap row $rows {my Shown $row}]
    }

    # Fill in what the certificate itself tells, and the defaults.
    method Complete {row} {
        set lacking [lmap field {serial fingerprint keyfingerprint notbefore notafter subject san profile} {
            expr {[dict exists $row $field] ? [continue] : $field}
        }]
        if {[llength $lacking]} {
            set row [dict merge [::sslkeys::certificate info [dict get $row certificate] -fields $lacking] $row]
        }
        set row [dict merge [dict create request {} parent {} origin command at [clock seconds] who $Who] $row]
        if {![dict exists $row name]} {
            dict set row name [my CommonName [dict get $row subject]]
        }
        return [dict merge $row [dict create folded [string tolower [dict get $row name]] state prepared \
            owner [my Process] revoked 0 reason {} note {} withdrawn 0 changed 0]]
    }

    method InsertCertificate {row} {
        set columns {serial name folded profile subject san fingerprint keyfingerprint notbefore notafter certificate
            state request parent origin at who owner revoked reason note withdrawn changed}
        my Insert certificates [dict merge [dict filter $row key {*}$columns] \
            [dict create sequence [my Next certificates sequence]]]
        foreach name [my NamesOf $row] {
            my Insert names [dict create name $name serial [dict get $row serial]]
        }
    }

    # A request gives one certificate, whoever polls for it at once.
    method RequireAlone {row} {
        set request [dict get $row request]
        if {$request ne {} && [$Db value {
            SELECT COUNT(*) FROM certificates WHERE request = :request AND request <> '' AND state IN ('prepared', 'issued')
        } [list request $request]]} {
            throw [list SSLKEYS STORE CONSTRAINT request $request] "a certificate for the request $request is being made already"
        }
    }

    method Close {serial reason now} {
        $Db change {UPDATE certificates SET state = 'closed', note = :note WHERE serial = :serial AND state = 'prepared'} \
            [list serial $serial note $reason]
        my audit $Who close $serial $reason {} -now $now
    }

    # Every name that a certificate speaks for, folded.
    method NamesOf {row} {
        set names [list [dict get $row folded]]
        foreach {attribute value} [dict get $row subject] {
            if {$attribute eq {CN}} {
                lappend names [string tolower $value]
            }
        }
        foreach name [dict get $row san] {
            lappend names [string tolower [regsub {^[A-Za-z]+:} $name {}]]
        }
        return [lsort -unique $names]
    }

    method CommonName {subject} {
        foreach {attribute value} $subject {
            if {$attribute eq {CN}} {
                return $value
            }
        }
        return {}
    }

    # A row as callers see it.
    method Shown {row} {
        set row [dict remove $row sequence owner changed]
        if {[dict get $row state] ne {revoked}} {
            set row [dict remove $row revoked reason]
        }
        return $row
    }
}
