# A machine gets its certificate and renews it: the whole course, from trust to the pair on disk. The key is made here and never
# leaves; what came is checked before it is stored; and whatever ends this process, the next call goes on with the same request.

namespace eval ::sslkeys::client {
    namespace export enrol renew

    # -wait: seconds to wait for a person's decision; -progress: prefix called with what is new (pending, busy, away, older) and a
    # dict; -anew 1: forget a request for something else that was begun before
    variable common {-directory keys-client -port 9901 -peername {} -cafile {} -wait 86400 -keytype ec -progress {} -anew 0}
    variable purposes {client client server server peer {client server} operator client}
}

# Get a certificate, by EST or, from an older server, by the article's line protocol, and store the pair durably.
#   in      host, name, e-mail (may be empty); -directory (holds ca.crt, gets the pair), -port, -peername (expected in the server's
#           certificate), -profile, -san, -token, -fingerprint (of the CA's certificate, SHA-256), -cafile, -wait, -keytype, -progress, -anew
#   out     dict keyfile certfile
#   errors  WIRE PENDING id, BUSY, DENIED, EST, FINGERPRINT and the channel's; CHAIN ... for the server's or the new certificate;
#           CA MISSING without a CA to trust; STORE EXISTS, NAME ...; ARGS CONFLICT where another request waits under that name
proc ::sslkeys::client::enrol {host name email args} {
    variable common
    return [::sslkeys::Discreetly {
        set options [::sslkeys::ReadOptions $args [dict merge $common {-profile client -san {} -token {} -fingerprint {}}]]
        ::sslkeys::connection::perform [list ::sslkeys::client::Enrol $host $name $email $options]
    }]
}

proc ::sslkeys::client::Enrol {host name email options} {
    CheckName $name
    set directory [dict get $options -directory]
    file mkdir $directory
    set wishfile [file join $directory $name.pending]
    if {[set finished [Finished $directory $name $wishfile]] ne {}} {
        return $finished
    }
    if {[Pair $directory $name] ne {}} {
        throw [list SSLKEYS STORE EXISTS name $name] "there is a pair $name in $directory already"
    }
    set place [dict create host $host port [dict get $options -port] peername [dict get $options -peername] \
        cafile [Trust $host $options] keyfile {} certfile {}]
    lassign [Knock $place] chan authorities
    if {$authorities eq {}} {
        return [ByLine $place $name $email $wishfile $options]
    }
    try {
        set subject [concat [list CN $name] [expr {$email eq {} ? {} : [list EMAIL $email]}]]
        set wish [Wish $wishfile $options $subject [dict get $options -san]]
        set credentials [expr {[dict get $options -token] eq {} ? {} : [::sslkeys::est::makeBasic $name [dict get $options -token]]}]
        set certificate [Obtain $place simpleenroll [dict get $options -profile] $wishfile $wish $credentials $options chan]
    } finally {
        Hang chan
    }
    set chain [Check $certificate $wish $name [dict get $options -profile] $place $authorities]
    try {
        set stored [::sslkeys::durable pair $directory $name -key [dict get $wish key] -certificate $chain]
    } trap {SSLKEYS STORE EXISTS} {message details} {
        # Another call that went on with the same request may have been faster.
        set stored [PairOf $directory $name $wish]
        if {$stored eq {}} {
            return -options $details $message
        }
    }
    file delete $wishfile
    return $stored
}

# Get the successor of a certificate with a new key, and put both in the place of the old pair.
#   in      host, name; -directory, -port, -peername, -cafile, -wait, -keytype, -progress, -anew
#   out     dict keyfile certfile
#   errors  STORE ABSENT without a pair; else as enrol
proc ::sslkeys::client::renew {host name args} {
    variable common
    set options [::sslkeys::ReadOptions $args $common]
    return [::sslkeys::Discreetly {
        ::sslkeys::connection::perform [list ::sslkeys::client::Renew $host $name $options]
    }]
}

proc ::sslkeys::client::Renew {host name options} {
    CheckName $name
    set directory [dict get $options -directory]
    set pair [::sslkeys::durable settle $directory $name]
    set wishfile [file join $directory $name.renewal]
    if {[set finished [Finished $directory $name $wishfile]] ne {}} {
        return $finished
    }
    set present [::sslkeys::certificate info [::sslkeys::ReadFile [dict get $pair certfile]]]
    set profile [dict get $present profile]
    set place [dict create host $host port [dict get $options -port] peername [dict get $options -peername] \
        cafile [Trust $host [dict replace $options -fingerprint {}]] \
        keyfile [dict get $pair keyfile] certfile [dict get $pair certfile]]
    lassign [Knock $place] chan authorities
    if {$authorities eq {}} {
        throw {SSLKEYS WIRE EST} "the server does not speak EST, so it renews nothing"
    }
    try {
        set wish [Wish $wishfile $options [dict get $present subject] [dict get $present san]]
        set certificate [Obtain $place simplereenroll client $wishfile $wish {} $options chan]
    } finally {
        Hang chan
    }
    set commonName [dict get [dict get $present subject] CN]
    set chain [Check $certificate $wish $commonName $profile $place $authorities]
    set stored [::sslkeys::durable pair $directory $name -key [dict get $wish key] -certificate $chain -force 1]
    file delete $wishfile
    return $stored
}

proc ::sslkeys::client::CheckName {name} {
    if {![regexp {^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$} $name]} {
        throw [list SSLKEYS STORE NAME name [string range $name 0 59]] "the name \"[string range $name 0 59]\" cannot be a file name here"
    }
}

# The pair that stands under a name, or nothing.
proc ::sslkeys::client::Pair {directory name} {
    try {
        return [::sslkeys::durable settle $directory $name]
    } trap {SSLKEYS STORE ABSENT} {} {
        return
    }
}

# What a call has stored that was ended before it could tidy up: its pair stands already, and only the wish is left.
proc ::sslkeys::client::Finished {directory name wishfile} {
    set wish [ReadWish $wishfile]
    if {$wish eq {} || [set pair [PairOf $directory $name $wish]] eq {}} {
        return
    }
    file delete $wishfile
    return $pair
}

# The pair that stands under a name, if it is what a wish was for; else nothing.
proc ::sslkeys::client::PairOf {directory name wish} {
    set pair [Pair $directory $name]
    if {$pair ne {} && [::sslkeys::certificate match [::sslkeys::ReadFile [dict get $pair certfile]] [dict get $wish key]]} {
        return $pair
    }
}

# Ask an older server by the article's protocol, where key and certificate are made on the server.
#   errors  WIRE EST for what it cannot give, and where a request was begun that only a server with EST took
proc ::sslkeys::client::ByLine {place name email wishfile options} {
    if {[dict get $options -anew]} {
        file delete $wishfile
    }
    if {[file exists $wishfile]} {
        throw [list SSLKEYS WIRE EST file $wishfile] "the server does not speak EST any more, by which the request in $wishfile was begun; with -anew 1 that is given up"
    }
    if {[dict get $options -profile] ne {client} || [dict get $options -san] ne {} || [dict get $options -token] ne {}} {
        throw {SSLKEYS WIRE EST} "the server does not speak EST; by the older protocol there are client certificates alone, without names and tokens"
    }
    if {$email eq {}} {
        set email [expr {[string first @ $name] < 0 ? "$name@localhost" : $name}]
    }
    Report $options older [dict create reason "the server is from before EST: it makes the key itself and sends it"]
    set chan [Open $place]
    try {
        set pair [::sslkeys::lineprotocol::ask $chan $name $email]
    } finally {
        ::sslkeys::tls::close $chan
    }
    set chain [Check [dict get $pair certificate] $pair $name client $place {}]
    return [::sslkeys::durable pair [dict get $options -directory] $name -key [dict get $pair key] -certificate $chain]
}

# Check what came: its chain, key, name and purpose.
#   out     the certificate, and after it those that lead from it to the root, as its owner shows them
#   errors  CHAIN ..., STORE MISMATCH
proc ::sslkeys::client::Check {certificate wish name profile place authorities} {
    variable purposes
    foreach purpose [expr {[dict exists $purposes $profile] ? [dict get $purposes $profile] : {client}}] {
        set identity [::sslkeys::certificate verify $certificate -cafile [dict get $place cafile] -purpose $purpose \
            {*}[expr {$authorities eq {} ? {} : [list -untrusted [join $authorities {}]]}]]
    }
    if {[dict get $identity name] ne $name} {
        throw {SSLKEYS CHAIN INVALID} "the server gave a certificate for another name"
    }
    if {![::sslkeys::certificate match $certificate [dict get $wish key]]} {
        throw [list SSLKEYS STORE MISMATCH name $name] "the server gave a certificate of another key"
    }
    set chain $certificate
    set issuer [dict get [::sslkeys::certificate info $certificate] issuername]
    foreach - $authorities {
        foreach above $authorities {
            set info [::sslkeys::certificate info $above]
            if {[dict get $info subjectname] eq $issuer && [dict get $info issuername] ne $issuer} {
                append chain $above
                set issuer [dict get $info issuername]
                break
            }
        }
    }
    return $chain
}
