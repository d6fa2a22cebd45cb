# The operator signs: every profile, every name, and all of it on record.

oo::define ::sslkeys::issuer {
    # Sign a request as an operator says.
    #   in      request (PEM), profile; options of `certificate sign`, and -name  by which it is known (its CN),
    #           -force 1  also where the name has a current certificate, which this one then supersedes; attributes
    #   out     the dict of `certificate sign`, certificate with its chain
    #   errors  POLICY TAKEN; STORE NAME; those of `certificate sign` and of the registry
    method sign {request profile args} {
        lassign [my SplitOptions $args] own rest
        set now [expr {[dict exists $rest -now] ? [dict get $rest -now] : [clock seconds]}]
        ::sslkeys::Discreetly {
            set made [::sslkeys::certificate sign $request $profile -cafile [my Path ca .crt] -cakeyfile [my Path ca .key] \
                {*}$Passphrase {*}$rest]
        }
        set made [my WithChain $made]
        set name [dict get $own -name]
        if {$name eq {}} {
            set name [my CommonName [dict get [::sslkeys::certificate info [dict get $made certificate]] subject]]
        }
        ::sslkeys::policy::CheckName $name
        if {![string is boolean -strict [dict get $own -force]]} {
            throw [list SSLKEYS ARGS RANGE option -force] "-force takes a boolean"
        }
        [$Registry db] transaction {
            if {![dict get $own -force] && [dict size [$Registry newest $name -now $now]]} {
                throw [list SSLKEYS POLICY TAKEN name $name] \
                    "the name \"$name\" has a current certificate: revoke it, or sign with -force 1, which supersedes it"
            }
            my Record [dict create name $name profile $profile certificate [dict get $made certificate] origin command at $now who $Who]
        }
        dict incr Counters issued
        return [dict merge $made [dict create name $name]]
    }

    # Take our own options out of a call's.
    #   out  list: dict of ours, the others
    method SplitOptions {arguments} {
        set own {-name {} -force 0}
        set rest {}
        foreach {option value} $arguments {
            if {[dict exists $own $option]} {
                dict set own $option $value
            } else {
                lappend rest $option $value
            }
        }
        return [list $own $rest]
    }
}
