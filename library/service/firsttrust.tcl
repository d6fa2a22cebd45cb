# Whom a machine trusts before it has anything: a CA certificate that somebody gave it, or one whose fingerprint somebody gave it.
# What an unknown server says is worth nothing until it has that fingerprint.

namespace eval ::sslkeys::client {}

# Find the file of the CA that is trusted, and keep it as ca.crt for later.
#   in      host; options -directory, -cafile, -fingerprint, -port
#   out     its path
#   errors  CA MISSING, DAMAGED; WIRE FINGERPRINT, EST; POSIX ...
proc ::sslkeys::client::Trust {host options} {
    set own [file join [dict get $options -directory] ca.crt]
    set given [dict get $options -cafile]
    set fingerprint [NormalFingerprint [dict get $options -fingerprint]]
    if {$given ne {}} {
        CheckAuthority $given $fingerprint
        if {![file exists $own]} {
            KeepAuthority $own [::sslkeys::ReadFile $given]
        }
        return $given
    }
    if {[file exists $own]} {
        CheckAuthority $own $fingerprint
        return $own
    }
    if {$fingerprint eq {}} {
        throw [list SSLKEYS CA MISSING file $own] \
            "there is no $own to trust; copy the CA's certificate there, or tell its fingerprint"
    }
    KeepAuthority $own [FetchAuthority $host [dict get $options -port] $fingerprint]
    return $own
}

# Bring a SHA-256 fingerprint, with or without colons, to lower-case hex.
#   errors  ARGS RANGE
proc ::sslkeys::client::NormalFingerprint {text} {
    if {$text eq {}} {
        return
    }
    set hex [string tolower [string map {: {} { } {}} [regsub -nocase {^sha-?256(?: fingerprint)?[: =]+} $text {}]]]
    if {![regexp {^[0-9a-f]{64}$} $hex]} {
        throw [list SSLKEYS ARGS RANGE option -fingerprint] "a SHA-256 fingerprint is 64 hex digits"
    }
    return $hex
}

# Make sure that a file holds the certificate of a CA, and one with the fingerprint, where that is given.
#   errors  CA DAMAGED, WIRE FINGERPRINT, POSIX ...
proc ::sslkeys::client::CheckAuthority {path fingerprint} {
    set text [::sslkeys::ReadFile $path]
    try {
        ::sslkeys::certificate info $text
        set certificates [dict get [::sslkeys::bundle open $text] certificates]
    } trap SSLKEYS {message} {
        throw [list SSLKEYS CA DAMAGED file $path] "\"$path\" is to hold the CA's certificate: $message; copy it there again"
    }
    if {$fingerprint ne {} && [Choose $certificates $fingerprint] eq {}} {
        throw [list SSLKEYS WIRE FINGERPRINT file $path] "no certificate in $path has that fingerprint"
    }
}

# Ask whoever answers for the CA's certificates, on a connection that is trusted for nothing else, and believe the fingerprint.
#   errors  WIRE FINGERPRINT; WIRE EST for the article's own server, which gives no CA's certificate
proc ::sslkeys::client::FetchAuthority {host port fingerprint} {
    set place [dict create host $host port $port]
    lassign [Knock $place ::sslkeys::client::OpenUnknown] chan certificates
    try {
        if {$certificates eq {}} {
            # A server from before EST.
            set chan [OpenUnknown $place]
            set answer [Exchange $chan $place GET /ca.crt]
            if {[dict get $answer status] == 200} {
                set certificates [dict get [::sslkeys::bundle open [dict get $answer body]] certificates]
            }
        }
    } trap {SSLKEYS WIRE CLOSED} {} - trap {SSLKEYS WIRE HTTP status 502} {} {
        throw [list SSLKEYS WIRE EST host $host port $port] \
            "the server at $host port $port is from before EST and does not hand out its CA's certificate: copy ca.crt from it by a way that you trust"
    } finally {
        Hang chan
    }
    set chosen [Choose $certificates $fingerprint]
    if {$chosen eq {}} {
        throw [list SSLKEYS WIRE FINGERPRINT host $host port $port] "no CA certificate that $host offers has that fingerprint; is it the right server?"
    }
    return $chosen
}

proc ::sslkeys::client::OpenUnknown {place} {
    return [::sslkeys::tls::stranger [dict get $place host] [dict get $place port]]
}

# The CA certificate with a fingerprint, or nothing.
proc ::sslkeys::client::Choose {certificates fingerprint} {
    foreach certificate $certificates {
        set info [::sslkeys::certificate info $certificate]
        if {[dict get $info fingerprint] eq $fingerprint && [dict get $info ca]} {
            return $certificate
        }
    }
}

proc ::sslkeys::client::KeepAuthority {path certificates} {
    try {
        ::sslkeys::durable write $path $certificates -exclusive 1
    } trap {SSLKEYS STORE EXISTS} {} {
        # Another call was faster; what it trusts was checked as well.
    }
}
