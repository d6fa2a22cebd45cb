# The CA itself, as far as the registry is concerned: what was done to it is in the trail, and none is given up that counts.

oo::define ::sslkeys::registry {
    # Refuse to end the trust in a previous CA of a rollover while something that it signed counts; of what machines keep for
    # themselves no file is here.
    #   errors  CA INUSE
    method requireRetired {now} {
        set previous [dict create]
        foreach ca [dict get [::sslkeys::rollover status] previous] {
            set info [::sslkeys::certificate info [::sslkeys::ReadFile [dict get $ca certfile]] -fields subjectkeyid]
            dict set previous [dict get $info subjectkeyid] $ca
        }
        set counting [dict create]
        set next {}
        while {[dict size $previous]} {
            set page [my certificates -state current -order expiry -limit 1000 -after $next -now $now]
            foreach row [dict get $page rows] {
                set info [::sslkeys::certificate info [dict get $row certificate] -fields authoritykeyid]
                dict lappend counting [dict get $info authoritykeyid] [dict get $row name]
            }
            if {[set next [dict get $page next]] eq {}} {
                break
            }
        }
        dict for {signer ca} $previous {
            if {[dict exists $counting $signer]} {
                set names [dict get $counting $signer]
                throw [list SSLKEYS CA INUSE serial [dict get $ca serial] count [llength $names]] \
                    "\"[dict get $ca name]\" signed certificates on record that are still valid, [llength $names] in all, the first of\
                    \"[lindex $names 0]\": renew them, or give -force 1"
            }
        }
    }

    # Note in the audit trail what was done to the CA itself.
    method noteAuthority {action object} {
        $Db transaction {
            my NoteKeys
            my audit $Who $action $object {} [my Authority]
        }
    }

    # What the trail tells of the CA; it may be one that is asked for.
    method Authority {} {
        set path [file join $Directory ca.crt]
        if {![file exists $path]} {
            return {}
        }
        return [dict filter [::sslkeys::certificate info [::sslkeys::ReadFile $path]] key subject serial fingerprint]
    }
}
