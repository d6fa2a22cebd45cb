# Tokens: whoever shows one has the approval of whoever made it, for one request of its name, profile and SANs.

oo::define ::sslkeys::issuer {
    # The secret that came with a request: Basic's password, else the challenge password; {} without.
    method Secret {asked wish} {
        set secret [dict get $asked secret]
        if {$secret eq {} && [dict get $wish challenge]} {
            set secret [::sslkeys::request challenge [dict get $asked request]]
        }
        return $secret
    }

    # Find the token that is shown; it is found by its hash, so that no time tells how near a guess was.
    #   out     the token's row; {} when no secret came
    #   errors  POLICY TOKEN: one and the same, whatever is wrong; the audit trail tells what
    method RequireToken {asked wish} {
        set secret [my Secret $asked $wish]
        if {$secret eq {}} {
            return {}
        }
        try {
            set token [$Registry token $secret]
        } trap {SSLKEYS ARGS RANGE} {} {
            # No token is that long.
            set token {}
        }
        if {![dict size $token] || ![my IsTokenFor $token $asked $wish]} {
            my ThrowToken
        }
        return $token
    }

    method ThrowToken {} {
        throw {SSLKEYS POLICY TOKEN} "the token is not known, was used, is over, or is for something else"
    }

    method IsTokenFor {token asked wish} {
        set name [string tolower [dict get $wish name]]
        set granted [my Folded [dict get [my Granted $asked $wish $token] san]]
        return [expr {[dict get $token usedat] == 0
            && ([dict get $token expires] == 0 || [dict get $token expires] >= [dict get $asked now])
            && [dict get $token folded] eq $name && [string tolower [dict get $asked user]] in [list {} $name]
            && [dict get $token profile] eq [dict get $asked profile]
            && [llength [my Without [my Folded [dict get $wish san]] $granted]] == 0}]
    }

    # What a token gives: its own name and SANs, whatever the request says.
    method Granted {asked wish token} {
        set wish [dict replace $wish name [dict get $token name] subject [list CN [dict get $token name]] san [dict get $token san]]
        return [my Expanded $asked $wish]
    }

    method Folded {san} {
        return [lmap entry $san {string tolower $entry}]
    }

    # The entries of a list that are not in another.
    method Without {list other} {
        return [lmap entry $list {
            if {$entry in $other} {
                continue
            }
            set entry
        }]
    }
}
