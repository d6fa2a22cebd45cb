# Renewal: exactly the profile, subject and SANs of the presented certificate, which must be current; nothing else, ever.

oo::define ::sslkeys::issuer {
    # Answer a renewal. A superseded certificate may only fetch its successor again.
    method Renew {asked wish} {
        if {![dict size [dict get $asked peer]]} {
            my ThrowRenewal "a renewal needs the certificate that is renewed"
        }
        set presented [my Presented $asked]
        set profile [dict get $presented profile]
        if {[dict get $asked profile] ni [list {} $profile]} {
            my ThrowRenewal "a certificate of profile $profile is renewed as such"
        }
        if {$profile ni {client server peer}} {
            my ThrowRenewal "a certificate of profile $profile is not renewed over the network"
        }
        dict set asked profile $profile
        dict set asked authserial [dict get $presented serial]
        set wish [my Same $asked $wish $presented]
        [$Registry db] together {
            set row [$Registry requestOf renew $profile [dict get $asked authserial] [dict get $wish csrhash]]
            if {[my Progress $row $asked] eq {issued}
                    && [$Registry standing [dict get $asked authserial] -now [dict get $asked now]] in {current superseded}} {
                dict incr Counters polled
                set answer [my Delivered [$Registry certificate [dict get $row serial]] [dict get $row id]]
            } else {
                my RequireRenewable $asked $presented
                set answer [my BeginRenewal $asked $wish $presented]
            }
        }
        return $answer
    }

    # Make sure that a renewal wishes for what is there; what is written then comes from the record.
    #   errors  POLICY RENEWAL
    method Same {asked wish presented} {
        set wished [my Expanded $asked $wish]
        set differs [expr {[lsort -stride 2 [dict get $wished subject]] ne [lsort -stride 2 [dict get $presented subject]] ? {subject}
            : [lsort [my Folded [dict get $wished san]]] ne [lsort [my Folded [dict get $presented san]]] ? {SANs} : {}}]
        if {$differs ne {}} {
            my ThrowRenewal "a renewal has exactly the subject and the SANs of its certificate; the request has other $differs"
        }
        return [dict merge $wish [dict filter $presented key subject san] [dict create name [dict get $presented name]]]
    }

    # Make sure that the presented certificate is current, or expired within its grace.
    #   errors  POLICY STANDING
    method RequireRenewable {asked presented} {
        set now [dict get $asked now]
        set standing [$Registry standing [dict get $presented serial] -now $now]
        set grace [expr {86400 * [$Policy get grace-days]}]
        if {$standing ne {current} && ($standing ne {expired} || $now > [dict get $presented notafter] + $grace)} {
            my ThrowStanding [dict get $presented serial] $standing
        }
    }

    method BeginRenewal {asked wish presented} {
        if {[dict get $wish keyfingerprint] eq [dict get $presented keyfingerprint] && [$Policy get renewal-key] eq {new}} {
            my ThrowRenewal "a renewal is for a new key here"
        }
        set verdict [my Judge $asked $wish]
        my RequireKey $wish
        dict incr Counters renewed
        return [my Finish [my Open $asked $wish $verdict auto] $asked]
    }

    method ThrowRenewal {message} {
        throw {SSLKEYS POLICY RENEWAL} $message
    }
}
