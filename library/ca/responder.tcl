# OCSP answers from the registry: good is what it issued, revoked what it revoked, and all else unknown. After a rollover the
# previous CA answers for what it signed. RFC 6960; the octets of HTTP are service/publish.tcl's.

oo::class create ::sslkeys::responder {
    variable Directory Registry Options Authorities Stamp

    # Answer for a key directory.
    #   in  the directory, its registry; -cakeypasswordfrom  as for `sslkeys::ocsp respond`;  -holds  seconds
    constructor {directory registry args} {
        set Directory $directory
        set Registry $registry
        set Options [::sslkeys::ReadOptions $args {-cakeypasswordfrom {} -holds 600}]
        set Authorities {}
        set Stamp {}
    }

    # Answer a request.
    #   in   the request in DER; -now seconds
    #   out  list: the response in DER; whether it may be kept, as one that was signed and bound to no nonce
    method answer {der args} {
        set now [dict get [::sslkeys::ReadOptions $args [list -now [clock seconds]]] -now]
        try {
            set asked [::sslkeys::ocsp info $der]
            if {[dict get $asked kind] ne {request}} {
                return [list [::sslkeys::ocsp refuse malformedrequest] 0]
            }
            lassign [my Standings [dict get $asked serials]] known revoked
            set ca [my AuthorityOf $asked]
            set words [list -cafile [lindex $ca 0] -cakeyfile [lindex $ca 1] -known $known -revoked $revoked \
                -now $now -nextupdate [expr {$now + [dict get $Options -holds]}]]
            if {[dict get $Options -cakeypasswordfrom] ne {}} {
                lappend words -cakeypasswordfrom [dict get $Options -cakeypasswordfrom]
            }
            return [list [::sslkeys::ocsp respond $der {*}$words] [expr {[dict get $asked nonce] eq {}}]]
        } trap {SSLKEYS OCSP REQUEST} {} - trap {SSLKEYS OCSP RESPONSE} {} {
            return [list [::sslkeys::ocsp refuse malformedrequest] 0]
        } trap {SSLKEYS STORE} {} - trap POSIX {} {
            return [list [::sslkeys::ocsp refuse trylater] 0]
        } trap SSLKEYS {} {
            return [list [::sslkeys::ocsp refuse internalerror] 0]
        }
    }

    # Whether a key fingerprint is that of a CA of ours, which signs or signed.
    method isOurs {fingerprint} {
        my Learn
        return [dict exists $Authorities $fingerprint]
    }

    # What the registry says of serial numbers.
    #   out  list: those that were issued, dict of the revoked ones
    method Standings {serials} {
        set known {}
        set revoked {}
        foreach serial $serials {
            try {
                set row [$Registry certificate $serial]
            } trap {SSLKEYS POLICY UNKNOWN} {} {
                continue
            }
            if {[dict get $row state] in {issued revoked}} {
                lappend known $serial
            }
            if {[dict get $row state] eq {revoked}} {
                dict set revoked $serial [list time [dict get $row revoked] reason [dict get $row reason]]
            }
        }
        return [list $known $revoked]
    }

    # Find the CA that is asked: the first where it is none of ours, which then says that it does not know.
    method AuthorityOf {asked} {
        my Learn
        set id [list [dict get $asked digest] [dict get $asked issuernamehash] [dict get $asked issuerkeyhash]]
        foreach ca [dict values $Authorities] {
            if {$id in [lindex $ca 2]} {
                return $ca
            }
        }
        return [lindex [dict values $Authorities] 0]
    }

    # Read our CAs when another one signs: key fingerprint -> {certificate file, key file, names that requests have for it}.
    method Learn {} {
        set path [file join $Directory ca.crt]
        file stat $path stat
        if {$Stamp eq [list $stat(ino) $stat(size) $stat(mtime)]} {
            return
        }
        set authorities {}
        foreach file [list $path {*}[lsort [glob -nocomplain -directory $Directory ca-*.crt]]] {
            if {[file tail $file] eq {ca-next.crt}} {
                continue
            }
            set channel [open $file r]
            try {
                set info [::sslkeys::certificate info [read $channel]]
            } finally {
                close $channel
            }
            set ids [lmap digest {sha1 sha256} {
                set named [::sslkeys::ocsp info [::sslkeys::ocsp request -cafile $file -serials 01 -nonce 0 -digest $digest]]
                list [dict get $named digest] [dict get $named issuernamehash] [dict get $named issuerkeyhash]
            }]
            if {![dict exists $authorities [dict get $info keyfingerprint]]} {
                dict set authorities [dict get $info keyfingerprint] [list $file [file rootname $file].key $ids]
            }
        }
        set Authorities $authorities
        set Stamp [list $stat(ino) $stat(size) $stat(mtime)]
    }
}
