# What nobody needs trust for, over plain HTTP: the CA's certificates and revocation lists, OCSP, health; metrics on loopback.
# Request dict in, response dict out; knows no channel. RFC 2585 (types), RFC 5019 and RFC 6960 A.1 (OCSP over HTTP).

oo::class create ::sslkeys::publish {
    variable Directory Revocation Health

    # Publish what belongs to a key directory.
    #   in  the directory, the revocation object, a prefix that gives the health object's answers: `{*}health respond` or `metrics`
    constructor {directory revocation health} {
        set Directory $directory
        set Revocation $revocation
        set Health $health
    }

    # Answer a request.
    method respond {request} {
        set method [dict get $request method]
        set path [dict get $request path]
        if {$path eq {/ocsp} || [string match /ocsp/* $path]} {
            return [my Ocsp $request]
        }
        set content [my Content $path $request]
        if {$content eq {}} {
            return [::sslkeys::http::response 404 "there is nothing here\n"]
        }
        if {$method ni {GET HEAD}} {
            return [::sslkeys::http::response 405 "GET or HEAD\n" text/plain Allow {GET, HEAD}]
        }
        return [my Cached $request {*}$content]
    }

    # What stands at a path: a list of status, media type, seconds that it may be kept, bytes; empty for nothing.
    method Content {path request} {
        switch -regexp -matchvar found -- $path {
            {^/ca\.crt$}              {return [my File ca.crt application/x-pem-file 3600 0]}
            {^/(ca(?:-[0-9a-f]{1,64})?)\.cer$} {return [my File [lindex $found 1].crt application/pkix-cert 3600 1]}
            {^/ca\.crl$}              {return [my List ca.crl 0]}
            {^/ca\.crl\.pem$}         {return [my File ca.crl application/x-pem-file 60 0]}
            {^/ca-([0-9a-f]{1,64})\.crl$} {return [my List ca-[lindex $found 1].crl 0]}
            {^/health$}               {return [{*}$Health respond]}
            {^/metrics$} {
                # Who asks from elsewhere does not even learn that they are there.
                if {[::sslkeys::health::isLoopback [dict get $request address]]} {
                    return [{*}$Health metrics]
                }
            }
        }
    }

    # A file of the key directory, as it is or its first object as DER.
    method File {name type seconds der} {
        set path [file join $Directory $name]
        if {![file isfile $path]} {
            return
        }
        set bytes [::sslkeys::ReadFile $path]
        return [list 200 $type $seconds [expr {$der ? [::sslkeys::publish::Der $bytes] : $bytes}]]
    }

    # A revocation list in DER: what a certificate's distribution point leads to. RFC 5280 4.2.1.13.
    method List {name -} {
        # A minute, whatever nextUpdate says: a cache must not keep a revoked certificate alive for days.
        return [my File $name application/pkix-crl 60 1]
    }

    method Cached {request status type seconds bytes} {
        if {$status != 200 || $seconds == 0} {
            return [::sslkeys::http::response $status $bytes $type Cache-Control no-store]
        }
        set tag \"[string range [::sslkeys::publish::Hash $bytes] 0 31]\"
        set headers [list Cache-Control "max-age=$seconds, public, no-transform, must-revalidate" ETag $tag]
        if {[dict exists $request headers if-none-match] && $tag in [split [dict get $request headers if-none-match] {, }]} {
            return [::sslkeys::http::response 304 {} $type {*}$headers]
        }
        return [::sslkeys::http::response 200 $bytes $type {*}$headers]
    }

    # RFC 6960 A.1: POST with the request as body, or GET with it in base64 at the end of the path.
    method Ocsp {request} {
        set path [dict get $request path]
        switch -- [dict get $request method] {
            POST {
                if {[dict exists $request headers content-type]
                        && ![string match -nocase application/ocsp-request* [dict get $request headers content-type]]} {
                    return [::sslkeys::http::response 415 "application/ocsp-request\n"]
                }
                return [my OcspAnswer [dict get $request body] {Cache-Control no-store}]
            }
            GET - HEAD {
                set text [string range $path 6 end]
                if {$text eq {}} {
                    return [::sslkeys::http::response 405 "POST\n" text/plain Allow {POST, GET}]
                }
                # Some clients quote its +, / and =, some do not.
                return [my OcspAnswer [::sslkeys::publish::Base64 $text] {Cache-Control {max-age=60, public, no-transform, must-revalidate}}]
            }
        }
        return [::sslkeys::http::response 405 "GET or POST\n" text/plain Allow {POST, GET}]
    }

    method OcspAnswer {body headers} {
        lassign [$Revocation answer $body] answer holds
        if {!$holds} {
            set headers {Cache-Control no-store}
        }
        return [::sslkeys::http::response 200 $answer application/ocsp-response {*}$headers]
    }
}

namespace eval ::sslkeys::publish {}

# The first object of a PEM file.
proc ::sslkeys::publish::Der {pem} {
    # A regular expression would take time in the square of a long list.
    set begin [string first "\n" $pem [string first "-----BEGIN " $pem]]
    set end [string first "-----END " $pem $begin]
    if {[string first "-----BEGIN " $pem] < 0 || $begin < 0 || $end < 0} {
        throw {SSLKEYS CERTIFICATE PEM} "there is no PEM in a file that is to be published"
    }
    return [binary decode base64 [string range $pem $begin $end-1]]
}

# The octets that stand in a path, of which a few hundred make a request; empty where there are none.
proc ::sslkeys::publish::Base64 {text} {
    if {[string length $text] > 4096} {
        return {}
    }
    set text [Unquote $text]
    return [expr {[regexp {^[A-Za-z0-9+/]+={0,2}$} $text] ? [binary decode base64 $text] : {}}]
}

proc ::sslkeys::publish::Unquote {text} {
    while {[regexp -indices {%[0-9A-Fa-f]{2}} $text at]} {
        lassign $at from to
        scan [string range $text $from+1 $to] %x code
        if {$code == 37} {
            # Whoever quotes the sign itself means no base64.
            return {}
        }
        set text [string replace $text $from $to [format %c $code]]
    }
    return $text
}

# What tells contents apart for a cache; nothing rests on its strength.
proc ::sslkeys::publish::Hash {bytes} {
    return [format %08x%08x [zlib crc32 $bytes] [zlib adler32 $bytes]]-[string length $bytes]
}
