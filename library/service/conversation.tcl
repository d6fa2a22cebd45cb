# A client's talk with an EST server: what trust it offers, asking for a certificate, and waiting for a person's decision, through
# the event loop, for as long as the caller likes. RFC 7030.

namespace eval ::sslkeys::client {
    variable sleeping   ;# coroutine -> token of its ticker
    array set sleeping {}
    # Bounds of what a server's Retry-After is taken for, and what counts where it says nothing.
    variable shortest 1
    variable longest 600
    variable usual 10
}

# Open a connection to the server of a place: dict host port peername cafile keyfile certfile.
proc ::sslkeys::client::Open {place} {
    dict with place {}
    return [::sslkeys::tls::socket -keyfile $keyfile -certfile $certfile -cafile $cafile -verify {} -require 1 \
        -peername $peername $host $port]
}

# Close the connection in a variable, if there is one.
proc ::sslkeys::client::Hang {chanName} {
    upvar 1 $chanName chan
    if {$chan ne {}} {
        ::sslkeys::tls::close $chan
        set chan {}
    }
}

# Open a connection and see whether the server speaks EST. The article's own server closes on what it does not know, in its own
# way; so does a network that breaks, but hardly twice.
#   in      place; the prefix that opens a connection to it
#   out     list: the channel, the certificates of the CAs; both empty when it does not
proc ::sslkeys::client::Knock {place {opener ::sslkeys::client::Open}} {
    foreach isLast {0 1} {
        set chan [{*}$opener $place]
        set authorities {}
        try {
            set authorities [Authorities $chan $place]
            break
        } trap {SSLKEYS WIRE CLOSED before 0} {message details} {
            return -options $details $message
        } trap {SSLKEYS WIRE CLOSED} {} {
            if {$isLast} break
        } finally {
            if {$authorities eq {}} {
                Hang chan
            }
        }
    }
    return [list $chan $authorities]
}

# Send a request and read its answer.
proc ::sslkeys::client::Exchange {chan place method path {headers {}} {body {}}} {
    set host [dict get $place host]
    if {[string first : $host] >= 0} {
        set host "\[$host\]"
    }
    return [::sslkeys::http::exchange $chan \
        [::sslkeys::http::formatRequest $method $host:[dict get $place port] $path $headers $body]]
}

# Ask for the certificates of the CAs; by that it is seen whether the server speaks EST.
#   out     list of them; empty when it does not
proc ::sslkeys::client::Authorities {chan place} {
    try {
        set answer [Exchange $chan $place GET [::sslkeys::est::makePath cacerts]]
    } trap {SSLKEYS WIRE HTTP status 502} {} {
        return
    }
    switch -- [dict get $answer status] {
        200 {
            return [::sslkeys::est::parseCertificates [dict get $answer body]]
        }
        404 {
            return
        }
    }
    Refused $answer {}
}

# Ask for a certificate until there is one, or a refusal, or the time for waiting is over.
#   in      place, operation, profile, the file that keeps the wish, the wish, Authorization or nothing, options -wait and -progress,
#           the variable of a connection that is open already; it is closed
#   out     the certificate
#   errors  WIRE PENDING id retryafter, BUSY retryafter, DENIED status, EST; those of the channel
proc ::sslkeys::client::Obtain {place operation profile wishfile wish credentials options chanName} {
    upvar 1 $chanName chan
    set headers {Content-Type application/pkcs10 Content-Transfer-Encoding base64 Connection close}
    if {$credentials ne {}} {
        lappend headers Authorization $credentials
    }
    set body [::sslkeys::est::makeRequest [dict get $wish request]]
    set path [::sslkeys::est::makePath $operation $profile]
    set until [expr {[::sslkeys::ticker now] + 1000 * [dict get $options -wait]}]
    set state {}
    while {1} {
        try {
            if {$chan eq {}} {
                set chan [Open $place]
            }
            set answer [Exchange $chan $place POST $path $headers $body]
        } trap {SSLKEYS WIRE} {message details} {
            # A server that goes away while a person thinks comes back; one that never was there does not.
            if {$state eq {} || [lindex [dict get $details -errorcode] 2] ni {CONNECT CLOSED TIMEOUT}} {
                return -options $details $message
            }
            set answer [dict create status away headers {} body {} details $details message $message]
        } finally {
            Hang chan
        }
        switch -- [dict get $answer status] {
            200 {
                return [lindex [::sslkeys::est::parseCertificates [dict get $answer body]] 0]
            }
            202 - 429 - 503 - away {
                set pause [Pause [dict get $answer headers]]
                Tell state $answer $wish $options
                set left [expr {($until - [::sslkeys::ticker now]) / 1000.0}]
                if {$left <= 0} {
                    GiveUp $answer $wish $pause
                }
                Sleep [expr {min($left, $pause)}]
            }
            default {
                Refused $answer $wishfile
            }
        }
    }
}

# Seconds until we ask again: as the server says within reason, and a part more by chance, so that many do not come at once.
proc ::sslkeys::client::Pause {headers} {
    variable shortest
    variable longest
    variable usual
    set seconds {}
    if {[dict exists $headers retry-after]} {
        set seconds [::sslkeys::est::parseRetryAfter [dict get $headers retry-after] [clock seconds]]
    }
    if {$seconds eq {}} {
        set seconds $usual
    }
    return [expr {min($longest, max($shortest, $seconds)) * (1 + rand() / 4)}]
}

# The request's id as far as we know it: the server's, or the fingerprint of our key that it begins with.
proc ::sslkeys::client::RequestId {answer wish} {
    set keyfingerprint [dict get $wish info keyfingerprint]
    set id [::sslkeys::est::parsePending [dict get $answer body] $keyfingerprint]
    return [expr {$id eq {} ? [string range $keyfingerprint 0 15] : $id}]
}

# Tell the caller what is new.
proc ::sslkeys::client::Tell {stateName answer wish options} {
    upvar 1 $stateName state
    set now [list [dict get $answer status] [RequestId $answer $wish]]
    if {$now eq $state} {
        return
    }
    set state $now
    lassign $now status id
    switch -- $status {
        202 {
            set news [list pending [dict create id $id command "sslkeys approve $id"]]
        }
        away {
            set news [list away [dict create reason [dict get $answer message]]]
        }
        default {
            set news [list busy [dict create reason [::sslkeys::est::makeReason [dict get $answer body]]]]
        }
    }
    Report $options {*}$news
}

# Call who wants to know what is new.
proc ::sslkeys::client::Report {options what about} {
    if {[dict get $options -progress] ne {}} {
        uplevel #0 [list {*}[dict get $options -progress] $what $about]
    }
}

# The time for waiting is over.
proc ::sslkeys::client::GiveUp {answer wish pause} {
    set seconds [expr {int($pause)}]
    switch -- [dict get $answer status] {
        202 {
            set id [RequestId $answer $wish]
            throw [list SSLKEYS WIRE PENDING id $id retryafter $seconds] \
                "the request waits for a person's approval; the operator types: sslkeys approve $id"
        }
        away {
            return -options [dict get $answer details] [dict get $answer message]
        }
    }
    throw [list SSLKEYS WIRE BUSY retryafter $seconds] \
        "the server cannot take the request now: [::sslkeys::est::makeReason [dict get $answer body]]"
}

# Fail as the server said. What it denied is over, and its wish is forgotten; a token can be typed again. A renewal's wish
# stays: it holds the key of a successor that may be issued already, without which nobody renews any more.
proc ::sslkeys::client::Refused {answer wishfile} {
    set status [dict get $answer status]
    set reason [::sslkeys::est::makeReason [dict get $answer body]]
    if {$status == 503} {
        throw [list SSLKEYS WIRE BUSY retryafter [expr {int([Pause [dict get $answer headers]])}]] "the server cannot answer now: $reason"
    }
    if {$status ni {400 401 403 404 413}} {
        throw [list SSLKEYS WIRE EST status $status] "the server answered with status $status: $reason"
    }
    if {$wishfile ne {} && $status in {400 403 404} && [file extension $wishfile] ne {.renewal}} {
        file delete $wishfile
    }
    throw [list SSLKEYS WIRE DENIED status $status] "Request to generate certificate denied: $reason"
}

# Wait for some seconds on the monotonic clock.
proc ::sslkeys::client::Sleep {seconds} {
    variable sleeping
    set coroutine [info coroutine]
    set until [expr {[::sslkeys::ticker now] + int(1000 * $seconds)}]
    set sleeping($coroutine) [::sslkeys::ticker start [list ::sslkeys::client::Wake $coroutine $until]]
    try {
        while {[::sslkeys::ticker now] < $until} {
            yield
        }
    } finally {
        ::sslkeys::ticker stop $sleeping($coroutine)
        unset sleeping($coroutine)
    }
}

proc ::sslkeys::client::Wake {coroutine until now} {
    variable sleeping
    if {[info commands $coroutine] eq {}} {
        # Ended from outside.
        ::sslkeys::ticker stop $sleeping($coroutine)
        unset sleeping($coroutine)
    } elseif {$now >= $until} {
        $coroutine
    }
}
