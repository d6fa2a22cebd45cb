# Who gets a certificate without being asked who they are, and the certificate: approval "auto" of the line protocol.
# Knows no channel. Every name comes from the network and is worth nothing until it passed here.

oo::class create ::sslkeys::issuer {
    variable Directory Revocation Reserved Known Scanned

    # Issue from a key directory.
    #   in  the directory, and the revocation object that withdraw tells
    constructor {directory revocation} {
        set Directory $directory
        set Revocation $revocation
        set Reserved {ca {} localhost {}}
        set Known {}
        set Scanned 0
        my Scan
    }

    # Decide about a request for a client certificate, and issue it.
    #   out     dict name email key certificate serial ...; the certificate is on disk, durably, the key is nowhere
    #   errors  STORE NAME; POLICY RESERVED, TAKEN, EMAIL; CA ...
    method issue {name email} {
        my CheckName $name
        my CheckEmail $email
        my Scan
        set folded [string tolower $name]
        if {[dict exists $Reserved $folded] || [string match ca-* $folded]} {
            throw [list SSLKEYS POLICY RESERVED name $name] "the name \"$name\" is reserved"
        }
        if {[dict exists $Known $folded] || [file exists [my Path $name .crt]] || [file exists [my Path $name .key]]} {
            throw [list SSLKEYS POLICY TAKEN name $name] "the name \"$name\" was issued before"
        }
        set issued [::sslkeys::certificate issue client -cafile [my Path ca .crt] -cakeyfile [my Path ca .key] CN $name EMAIL $email]
        try {
            ::sslkeys::Discreetly {
                # Below an intermediate CA its chain belongs to it: that is what its owner shows.
                dict append issued certificate [dict get $issued chain]
                ::sslkeys::durable write [my Path $name .crt] [dict get $issued certificate] -exclusive 1
            }
        } trap {SSLKEYS STORE EXISTS} {} {
            throw [list SSLKEYS POLICY TAKEN name $name] "the name \"$name\" was issued before"
        }
        dict set Known $folded $name.crt
        return [dict merge $issued [dict create name $name email $email]]
    }

    # Take back a certificate that did not reach who asked for it: it is revoked, and its name is free, unless by now
    # another certificate stands under that name.
    method withdraw {issued} {
        $Revocation revoke [dict get $issued serial] undelivered
        set path [my Path [dict get $issued name] .crt]
        ::sslkeys::durable lock $Directory {
            if {![file exists $path] || [my Read $path] eq [dict get $issued certificate]} {
                file delete $path
                dict unset Known [string tolower [dict get $issued name]]
            }
        }
        return
    }

    method Read {path} {
        set channel [open $path rb]
        try {
            return [read $channel]
        } finally {
            close $channel
        }
    }

    method Path {name extension} {
        return [file join $Directory $name$extension]
    }

    method CheckName {name} {
        if {![regexp {^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$} $name]} {
            throw [list SSLKEYS STORE NAME name [string range $name 0 59]] \
                "the name \"[string range $name 0 59]\" is not 1 to 64 of A-Z a-z 0-9 . _ @ - with a letter or digit first"
        }
    }

    # What RFC 5321 calls a mailbox, without quoting and without address literals.
    method CheckEmail {email} {
        set atom {[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+}
        set label {[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?}
        if {[string length $email] > 254 || ![regexp "^$atom\(?:\[.\]$atom\)*@$label\(?:\[.\]$label\)*\$" $email]} {
            throw [list SSLKEYS POLICY EMAIL email [string range $email 0 59]] \
                "\"[string range $email 0 59]\" is not an e-mail address"
        }
    }

    # Learn which names stand in the directory. Once a second is enough: a name of this very moment is met again as a file
    # that is there already; only the other names of a server made within this second are not known yet.
    method Scan {} {
        if {[clock seconds] == $Scanned} {
            return
        }
        set Scanned [clock seconds]
        set there {}
        foreach file [glob -nocomplain -directory $Directory -tails *.crt *.key] {
            set folded [string tolower [file rootname $file]]
            dict set there $folded $file
            if {![dict exists $Known $folded] && [file extension $file] eq {.crt}} {
                my Learn $file
            }
        }
        set Known $there
    }

    method Learn {file} {
        try {
            set channel [open [file join $Directory $file] r]
            try {
                set info [::sslkeys::certificate info [read $channel]]
            } finally {
                close $channel
            }
        } on error {} {
            # Whatever it is, its name is not for others.
            dict set Reserved [string tolower [file rootname $file]] {}
            return
        }
        set folded [string tolower [file rootname $file]]
        foreach {attribute value} [dict get $info subject] {
            if {$attribute eq {CN} && [string tolower $value] ne $folded} {
                dict set Reserved [string tolower $value] {}
            }
        }
        # An operator looks like a client; for those two the file's own name is enough.
        if {[dict get $info profile] eq {client}} {
            return
        }
        dict set Reserved $folded {}
        foreach name [dict get $info san] {
            dict set Reserved [string tolower [regsub {^[A-Z]+:} $name {}]] {}
        }
    }
}
