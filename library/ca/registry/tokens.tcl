# Tokens: a secret that is good for one request of one name and profile, until its end. Only its hash is kept.

oo::define ::sslkeys::registry {
    # Record a token.
    #   in      its secret; a token row without hash
    #   errors  STORE CONSTRAINT
    method addToken {secret row} {
        set hash [my Hash $secret]
        set now [expr {[dict exists $row created] ? [dict get $row created] : [clock seconds]}]
        set row [my Columns $row [dict create profile {} name {} san {} created $now expires 0 usedat 0 usedby {} who $Who]]
        dict set row folded [string tolower [dict get $row name]]
        dict set row hash $hash
        $Db transaction {
            my Insert tokens [dict merge $row [dict create sequence [my Next tokens sequence]]]
            my audit [dict get $row who] token [string range $hash 0 15] {} \
                [dict filter $row key profile name san expires] -now $now
        }
        return [dict remove $row sequence]
    }

    # Find the token of a secret, or {}.
    method token {secret} {
        return [dict remove [$Db row {SELECT * FROM tokens WHERE hash = :hash} [list hash [my Hash $secret]]] sequence]
    }

    # Spend a token on a request, in the transaction that opens it.
    #   errors  POLICY TOKEN when it is unknown, used or late
    method spendToken {secret id args} {
        set now [my Now $args]
        set hash [my Hash $secret]
        $Db transaction {
            if {![$Db change {
                UPDATE tokens SET usedat = :now, usedby = :id WHERE hash = :hash AND usedat = 0 AND (expires = 0 OR expires >= :now)
            } [list hash $hash now $now id $id]]} {
                throw {SSLKEYS POLICY TOKEN} "the token is unknown, used or over"
            }
            $Db change {UPDATE requests SET token = :hash WHERE id = :id} [list id $id hash $hash]
            my audit $Who spend [string range $hash 0 15] {} [list request $id] -now $now
        }
        return
    }

    # List tokens, the newest first.
    #   in   -name  with * and ?; -open 1  only those that can still be used; -limit; -after; -now
    #   out  dict rows, next
    method tokens {args} {
        set options [::sslkeys::ReadOptions $args {-name {} -open 0 -limit 100 -after {} -now {}}]
        dict with options {
            lassign [my Where [my Matches folded [string tolower ${-name}]]] sql params
            if {${-open}} {
                lappend sql {usedat = 0} {(expires = 0 OR expires >= :now)}
                dict set params now [expr {${-now} eq {} ? [clock seconds] : ${-now}}]
            }
            set page [my Page tokens [list $sql $params] {sequence DESC} ${-limit} ${-after}]
        }
        dict set page rows [lmap row [dict get $page rows] {dict remove $row sequence}]
        return $page
    }

    # Remove an unused token.
    #   in      the beginning of its hash, 4 digits or more
    #   errors  POLICY UNKNOWN when it is no token's or more than one's
    method dropToken {hashprefix args} {
        set options [::sslkeys::ReadOptions $args [list -who $Who -now [clock seconds]]]
        set hash [string tolower $hashprefix]
        $Db transaction {
            set rows {}
            if {[regexp {^[0-9a-f]{4,64}$} $hash]} {
                set rows [$Db rows {
                    SELECT hash, name FROM tokens WHERE hash >= :hash AND hash < :end AND usedat = 0 LIMIT 2
                } [list hash $hash end ${hash}g]]
            }
            if {[llength $rows] != 1} {
                throw [list SSLKEYS POLICY UNKNOWN token [string range $hash 0 59]] \
                    "[llength $rows] unused tokens begin with \"[string range $hash 0 59]\""
            }
            my RemoveToken [lindex $rows 0] [dict get $options -who] {} [dict get $options -now]
        }
        return
    }

    # Remove the unused tokens of a name.
    method EndTokens {folded who now} {
        foreach row [$Db rows {SELECT hash, name FROM tokens WHERE folded = :folded AND usedat = 0} [list folded $folded]] {
            my RemoveToken $row $who {its certificate was revoked} $now
        }
    }

    method RemoveToken {row who why now} {
        $Db change {DELETE FROM tokens WHERE hash = :hash} [dict filter $row key hash]
        my audit $who droptoken [string range [dict get $row hash] 0 15] $why [dict filter $row key name] -now $now
    }

    # A secret leaves no trace in an error.
    method Hash {secret} {
        ::sslkeys::Discreetly {
            ::sslkeys::token hash $secret
        }
    }
}
