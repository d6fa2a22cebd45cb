# The queue's door: EST (RFC 7030) on the enrolment port, as a handler of requests that needs no socket. It speaks; who gets what
# the issuer decides. The profile that is asked for is the path's prefix: /server/.well-known/est/simpleenroll.

namespace eval ::sslkeys::enrolling {
    # What an errorCode of the issuer means to who asked; the first that fits. Anything else is a fault of ours, 500.
    variable statuses {
        {SSLKEYS POLICY TOKEN*} 401
        {SSLKEYS POLICY FULL*} 503 {SSLKEYS POLICY RATE*} 503 {SSLKEYS POLICY *} 403
        {SSLKEYS WIRE EST*} 400 {SSLKEYS STORE NAME*} 400 {SSLKEYS REQUEST *} 400 {SSLKEYS NAME *} 400 {SSLKEYS KEY *} 400
        {SSLKEYS CERTIFICATE CONSTRAINT*} 403 {SSLKEYS CERTIFICATE *} 400
        {SSLKEYS STORE *} 503 {SSLKEYS CA *} 503 {POSIX *} 503
    }
    # Seconds after which to come again, where nobody said.
    variable again 60
}

oo::class create ::sslkeys::enrolment {
    variable Issuer Directory Log Profiles

    # Answer for an issuer and the key directory whose ca.crt all are to trust.
    #   in  the issuer: `ask` takes a dict operation profile (empty without a prefix) request peer address user secret, and answers a
    #       dict state ...
    #       -log: prefix, called with level, event, name value ...
    constructor {issuer directory args} {
        set options [::sslkeys::ReadOptions $args {-log {}}]
        set Issuer $issuer
        set Directory $directory
        set Log [dict get $options -log]
        set Profiles [dict get [::sslkeys::about features] profiles]
    }

    # Answer a request of the HTTP engine.
    #   out  the response; empty when the path is not EST's
    method respond {request} {
        set place [::sslkeys::est::parsePath [dict get $request path]]
        if {$place eq {}} {
            return
        }
        dict with place {}
        if {$label ne {}} {
            return [my Refuse 404 "there are no labels here; the profile stands first: /server/.well-known/est/OPERATION"]
        }
        if {$prefix ne {} && $prefix ni $Profiles} {
            return [my Refuse 404 "there is no such profile"]
        }
        set method [::sslkeys::est::methodOf $operation]
        if {$method eq {}} {
            return [my Refuse 404 "EST has no such operation"]
        }
        if {[dict get $request method] ne $method && ($method ne {GET} || [dict get $request method] ne {HEAD})} {
            return [my Refuse 405 "this is for $method" Allow [expr {$method eq {GET} ? {GET, HEAD} : $method}]]
        }
        switch -- $operation {
            cacerts {
                return [my Trust $request]
            }
            csrattrs {
                # We write the subject and everything else ourselves, so nothing is wished for. RFC 7030 4.5.2
                return [dict create status 204 headers {} body {}]
            }
            simpleenroll {
                return [my Enrol $request enroll $prefix]
            }
            simplereenroll {
                return [my Enrol $request renew $prefix]
            }
        }
        return [my Refuse 501 "$operation is not spoken here"]
    }

    # What all are to trust. RFC 7030 4.1.3
    method Trust {request} {
        try {
            set channel [open [file join $Directory ca.crt] r]
            try {
                set certificates [read $channel]
            } finally {
                close $channel
            }
            return [::sslkeys::http::response 200 [::sslkeys::est::makeCertificates $certificates] application/pkcs7-mime \
                Content-Transfer-Encoding base64]
        } on error {message details} {
            my Log error refused $request cacerts status 503 code [dict get $details -errorcode] reason $message
            return [my Refuse 503 "the CA cannot answer now" Retry-After $::sslkeys::enrolling::again]
        }
    }

    # Check what HTTP says of a request, and ask the issuer.
    method Enrol {request operation prefix} {
        if {[string tolower [string trim [lindex [split [my Header $request content-type] {;}] 0]]] ne {application/pkcs10}} {
            return [my Refuse 415 "the body has to be application/pkcs10"]
        }
        if {[string length [dict get $request body]] > $::sslkeys::est::maxRequest} {
            return [my Refuse 413 "a request is at most $::sslkeys::est::maxRequest bytes"]
        }
        if {$operation eq {renew} && [dict get $request peer] eq {}} {
            return [my Refuse 403 [my NoPeer $request]]
        }
        try {
            ::sslkeys::Discreetly {
                lassign [::sslkeys::est::parseBasic [my Header $request authorization]] user secret
                set answer [$Issuer ask [dict create operation $operation profile $prefix \
                    request [::sslkeys::est::parseRequest [dict get $request body]] peer [dict get $request peer] \
                    address [dict get $request address] user $user secret $secret]]
            }
        } on error {message details} {
            return [my Explain $request $operation $message $details]
        }
        return [my Answer $request $operation $answer]
    }

    method Answer {request operation answer} {
        set state [dict get $answer state]
        if {$state eq {issued}} {
            my Log info issued $request $operation serial [dict get $answer serial]
            # The certificate alone; who needs those above it asks for cacerts. RFC 7030 4.2.3
            set leaf [dict get $answer certificate]
            # A value that was made keeps what it is through a match, and not through a regular expression.
            if {[string match {*-----BEGIN *-----BEGIN *} $leaf]} {
                regexp -- {-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n?} $leaf leaf
            }
            return [::sslkeys::http::response 200 [::sslkeys::est::makeCertificates $leaf] \
                "application/pkcs7-mime; smime-type=certs-only" Content-Transfer-Encoding base64]
        }
        my Log info $state $request $operation id [dict get $answer id]
        return [::sslkeys::http::response 202 [::sslkeys::est::makePending [dict get $answer id]] text/plain \
            Retry-After [dict get $answer retryafter]]
    }

    # Say why there is no certificate: in full where it is about what was asked, in general where it is about us.
    method Explain {request operation message details} {
        set code [dict get $details -errorcode]
        foreach {pattern status} $::sslkeys::enrolling::statuses {
            if {[string match $pattern $code]} break
            set status {}
        }
        if {$status eq {}} {
            return -options $details $message
        }
        my Log [expr {$status == 503 ? {warning} : {info}}] refused $request $operation status $status code $code reason $message
        switch -- $status {
            401 {
                return [my Refuse 401 $message WWW-Authenticate {Basic realm="sslkeys", charset="UTF-8"}]
            }
            503 {
                set seconds $::sslkeys::enrolling::again
                if {[llength $code] % 2 && [dict exists [lrange $code 3 end] retryafter]} {
                    set seconds [dict get [lrange $code 3 end] retryafter]
                }
                return [my Refuse 503 [expr {[string match {SSLKEYS POLICY *} $code] ? $message : {the CA cannot answer now}}] \
                    Retry-After $seconds]
            }
        }
        return [my Refuse $status $message]
    }

    # Why nobody is known on this connection: without a certificate, or because of it.
    method NoPeer {request} {
        set reason [expr {[dict exists $request channel] ? [::sslkeys::tls::reason [dict get $request channel]] : {}}]
        if {$reason eq {}} {
            return "to renew a certificate, show it"
        }
        return "the certificate cannot be renewed: $reason"
    }

    method Header {request name} {
        return [expr {[dict exists $request headers $name] ? [dict get $request headers $name] : {}}]
    }

    # One line of text, whatever it quotes.
    method Refuse {status message args} {
        return [::sslkeys::http::response $status [::sslkeys::est::makeReason $message]\n text/plain {*}$args]
    }

    method Log {level event request operation args} {
        if {$Log ne {}} {
            set peer [dict get $request peer]
            if {$peer ne {}} {
                lappend args client [dict get $peer name]
            }
            {*}$Log $level $event address [dict get $request address] operation $operation {*}$args
        }
    }
}
