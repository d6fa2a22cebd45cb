# The article's line protocol: a client certificate for whoever asks first, under approval auto; the key is made in memory.

oo::define ::sslkeys::issuer {
    # Decide about a request for a client certificate, and issue it.
    #   out     dict name email key certificate serial ...; the certificate is on record and on disk, durably, the key is nowhere
    #   errors  STORE NAME; POLICY EMAIL, RESERVED, TAKEN, REFUSED, RATE; STORE BUSY, GONE, FULL; CA ...
    method issue {name email {address {}} {now {}}} {
        set asked [dict create operation enroll profile client peer {} address $address \
            now [expr {$now eq {} ? [clock seconds] : $now}]]
        my Count asked
        my RequireHeard $asked
        try {
            set days [my Allow $asked $name $email]
            my RequireRate $asked unasked
            ::sslkeys::Discreetly {
                set issued [my Make $asked $name $email $days]
            }
        } trap SSLKEYS {message details} {
            my NoteRefusal $asked [dict create name $name] [dict get $details -errorcode] $message
            throw [dict get $details -errorcode] $message
        }
        dict incr Counters issued
        return $issued
    }

    # Take back a certificate that did not reach who asked for it: it is revoked, and its name is free, unless by now
    # another certificate stands under that name. What cannot be now is done by settle.
    #   errors  STORE ..., POSIX: not yet
    method withdraw {issued {reason undelivered}} {
        set issued [dict filter $issued key name serial certificate]
        try {
            my Withdraw $issued $reason
        } on error {message details} {
            lappend Owed [list $issued $reason]
            return -options $details $message
        }
    }

    method Withdraw {issued reason} {
        set path [my Path [dict get $issued name] .crt]
        [$Registry db] transaction {
            $Registry withdraw [dict get $issued serial] $reason
            my Unpublish $path [dict get $issued certificate]
        }
        dict incr Counters withdrawn
        return
    }

    # Whether the line protocol may give this name to someone who is not known.
    #   out  the days of its certificate
    method Allow {asked name email} {
        ::sslkeys::policy::CheckName $name
        my CheckEmail $email
        set wish [dict create name $name subject {} san [list EMAIL:$email] keytype ec bits 256]
        set verdict [my Judge $asked $wish]
        my RequireFree $wish [dict get $asked now]
        # Whether the name was issued before, is asked once more when it is recorded.
        if {([dict get $verdict approval] ne {auto} && [$Registry everIssued $name]) || [file exists [my Path $name .key]]} {
            my ThrowTaken $name
        }
        if {[dict get $verdict approval] ne {auto}} {
            throw [list SSLKEYS POLICY REFUSED name $name line [dict get $verdict line]] "nothing is issued here unasked"
        }
        return [dict get $verdict days]
    }

    method Make {asked name email days} {
        set path [my Path $name .crt]
        my ClearLeft $path
        set issued [my WithCa {::sslkeys::certificate issue client} -days $days -now [dict get $asked now] CN $name EMAIL $email]
        set issued [my WithChain $issued]
        try {
            my Record [dict create name $name profile client new 1 certificate [dict get $issued certificate] origin line \
                at [dict get $asked now] who [my Asker $asked]] {
                ::sslkeys::durable write $path [dict get $issued certificate] -exclusive 1
            } {
                my Unpublish $path [dict get $issued certificate]
            }
        } trap {SSLKEYS STORE EXISTS} {} {
            my ThrowTaken $name
        }
        return [dict merge $issued [dict create name $name email $email]]
    }

    method ThrowTaken {name} {
        throw [list SSLKEYS POLICY TAKEN name $name] "the name \"$name\" was issued before"
    }

    # Remove a certificate from the directory, unless another one took its place.
    method Unpublish {path certificate} {
        ::sslkeys::durable lock $Directory {
            if {[file exists $path] && [::sslkeys::ReadFile $path] eq $certificate} {
                file delete $path
            }
        }
    }

    # Remove what a process left that died before its certificate was released.
    method ClearLeft {path} {
        if {![file exists $path]} {
            return
        }
        try {
            set certificate [::sslkeys::ReadFile $path]
            set serial [dict get [::sslkeys::certificate info $certificate] serial]
        } trap SSLKEYS {} {
            # Whatever it is, it is not ours.
            return
        }
        if {[$Registry standing $serial] eq {closed}} {
            my Unpublish $path $certificate
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
}
