# Whom a machine trusts before it has anything: a CA certificate that somebody gave it, or one whose fingerprint somebody gave it.
# What an unknown server says is worth nothing until it has that fingerprint.

namespace eval ::sslkeys::client {}

# Find the file of the CA that is trusted, and keep it as ca.crt for later.
#   in      host; options -directory, -cafile, -fingerprint, -port
#   out     its path
#   errors  CA MISSING, WIRE FINGERPRINT, POSIX ...
proc ::sslkeys::client::Trust {host options} {
    set own [file join [dict get $options -directory] ca.crt]
    set given [dict get $options -cafile]
    set fingerprint [NormalFingerprint [dict get $options -fingerprint]]
    if {$given ne {}} {
        CheckFingerprint $given $fingerprint
        if {![file exists $own]} {
            KeepAuthority $own [ReadFile $given]
        }
        return $given
    }
    if {[file exists $own]} {
        CheckFingerprint $own $fingerprint
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

proc ::sslkeys::client::CheckFingerprint {path fingerprint} {
    if {$fingerprint ne {} && [Choose [dict get [::sslkeys::bundle open [ReadFile $path]] certificates] $fingerprint] eq {}} {
        throw [list SSLKEYS WIRE FINGERPRINT file $path] "no certificate in $path has that fingerprint"
    }
}

# Ask whoever answers for the CA's certificates, on a connection that is trusted for nothing else, and believe the fingerprint.
proc ::sslkeys::client::FetchAuthority {host port fingerprint} {
    set chan [::sslkeys::tls::stranger $host $port]
    try {
        set place [dict create host $host port $port]
        set certificates [Authorities $chan $place]
        if {$certificates eq {}} {
            # A server from before EST.
            ::sslkeys::tls::close $chan
            set chan [::sslkeys::tls::stranger $host $port]
            set answer [Exchange $chan $place GET /ca.crt]
            if {[dict get $answer status] == 200} {
                set certificates [dict get [::sslkeys::bundle open [dict get $answer body]] certificates]
            }
        }
    } finally {
        ::sslkeys::tls::close $chan
    }
    set chosen [Choose $certificates $fingerprint]
    if {$chosen eq {}} {
        throw [list SSLKEYS WIRE FINGERPRINT host $host port $port] "no CA certificate that $host offers has that fingerprint; is it the right server?"
    }
    return $chosen
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
