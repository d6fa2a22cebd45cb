# EST's messages and its door, without a socket: whatever a body, a path and headers are, there is one answer that can be sent, the
# issuer sees nothing but requests in PEM, and nothing of a secret comes back.

namespace eval ::fuzz::est {
    variable door
    variable requests     ;# good bodies
    variable answers      ;# good PKCS#7 bodies
    variable asked {}
}

# An issuer that reads what it is asked for as ours does, and answers in every way that it may.
proc ::fuzz::est::issuer {ask asked} {
    lappend ::fuzz::est::asked $asked
    set info [sslkeys::request info [dict get $asked request]]
    switch [::fuzz::random 4] {
        0 {return [dict create state pending id [string range [dict get $info keyfingerprint] 0 15]-1 retryafter [::fuzz::random 100]]}
        1 {throw {SSLKEYS POLICY TOKEN} "there is no such token"}
        2 {throw [list SSLKEYS POLICY FULL retryafter 5] "there is no room for \"[dict get $info subjectname]\""}
    }
    return [dict create state issued serial 01 certificate $::fuzz::est::certificate]
}

proc ::fuzz::est::begin {} {
    variable door
    variable certificate
    variable requests
    variable answers
    file mkdir keys
    set key [sslkeys::key generate]
    set certificate [dict get [sslkeys::certificate selfsign root -key $key CN "Example CA"] certificate]
    sslkeys::durable write keys/ca.crt $certificate
    set door [sslkeys::enrolment new ::fuzz::est::issuer keys]
    foreach options {{} {-san DNS:a.example.org} {-challenge "token 4711"}} {
        set request [sslkeys::request create -key $key {*}$options CN printer7]
        set base64 [sslkeys::est::makeRequest $request]
        set der [binary decode base64 $base64]
        lappend requests $base64 $base64\n [binary encode base64 -maxlen 64 $der]\n $der $request
    }
    set body [sslkeys::est::makeCertificates $certificate]
    set answers [list $body [binary decode base64 $body] [sslkeys::est::makeCertificates $certificate$certificate]]
}

proc ::fuzz::est::end {} {
    variable door
    $door destroy
}

proc ::fuzz::est::once {} {
    switch [::fuzz::random 4] {
        0 {CheckMessages}
        1 {CheckAnswer}
        default {CheckDoor}
    }
}

# Call a parser: it answers, or refuses as it says.
#   out  whether it answered
proc ::fuzz::est::Parses {script resultName args} {
    upvar 1 $resultName result
    try {
        set result [uplevel 1 $script]
        return 1
    } on error {message details} {
        foreach pattern $args {
            if {[string match $pattern [dict get $details -errorcode]]} {
                return 0
            }
        }
        return -options $details $message
    }
}

proc ::fuzz::est::CheckMessages {} {
    variable requests
    variable answers
    set bytes [set ::fuzz::input [::fuzz::mutate [::fuzz::pick $requests]]]
    if {[Parses {sslkeys::est::parseRequest $bytes} pem {SSLKEYS WIRE EST}]} {
        ::fuzz::check [regexp {^-----BEGIN CERTIFICATE REQUEST-----\n(?:[A-Za-z0-9+/=]{1,64}\n)*-----END CERTIFICATE REQUEST-----\n$} $pem] \
            "a body is one PEM" $pem
        # What came as DER may be longer in base64 than what is read.
        set again [sslkeys::est::makeRequest $pem]
        ::fuzz::check [expr {[string length $again] > $sslkeys::est::maxRequest || [sslkeys::est::parseRequest $again] eq $pem}] \
            "what was parsed can be sent on"
        if {[Parses {sslkeys::request info $pem} info {SSLKEYS *}]} {
            ::fuzz::check [expr {[dict get $info subject] eq {CN printer7}}] "a signed request says what was signed" $info
        }
    }
    set bytes [set ::fuzz::input [::fuzz::mutate [::fuzz::pick $answers]]]
    if {[Parses {sslkeys::est::parseCertificates $bytes} list {SSLKEYS WIRE EST}]} {
        ::fuzz::check [expr {[llength $list] > 0}] "an answer has certificates"
        foreach one $list {
            Parses {sslkeys::certificate info $one} - {SSLKEYS CERTIFICATE *}
        }
    }
    set bytes [set ::fuzz::input [::fuzz::mutate "Basic [binary encode base64 "printer7:s3cr:et"]"]]
    if {[Parses {sslkeys::est::parseBasic $bytes} pair {SSLKEYS WIRE EST}]} {
        ::fuzz::check [expr {[llength $pair] in {0 2} && ![regexp {[\u0000-\u001f\u007f]} [join $pair {}]]}] "credentials are two clean words" $pair
    }
    set bytes [set ::fuzz::input [::fuzz::mutate [::fuzz::pick {120 "Tue, 24 Nov 2026 02:00:10 GMT"}]]]
    set seconds [sslkeys::est::parseRetryAfter $bytes 1795485600]
    ::fuzz::check [expr {$seconds eq {} || ([string is wideinteger -strict $seconds] && $seconds >= 0)}] "a time to wait is a number" $seconds
}

# What a server says to a client.
proc ::fuzz::est::CheckAnswer {} {
    set head [set ::fuzz::input [::fuzz::mutate [::fuzz::pick [list "HTTP/1.1 200 OK\r\nContent-Type: x\r\nContent-Length: 120" \
        "HTTP/1.1 202 Accepted\r\nRetry-After: 5\r\nTransfer-Encoding: chunked" "HTTP/1.0 404 Not Found\r\nConnection: close"]]]]
    if {[Parses {sslkeys::http::parseStatus $head} answer {SSLKEYS WIRE HTTP status 502}]} {
        ::fuzz::check [expr {[dict get $answer status] >= 200 && [dict get $answer status] < 600 && [dict get $answer length] >= -2}] \
            "an answer has a status and an end" $answer
    }
    set text [set ::fuzz::input [::fuzz::mutate [sslkeys::est::makePending 0123456789abcdef-1]]]
    set id [sslkeys::est::parsePending $text 0123456789abcdef[string repeat 0 48]]
    ::fuzz::check [regexp {^(?:0123456789abcdef-[0-9]{1,9})?$} $id] "an id is our key's" $id
    ::fuzz::check [expr {![regexp {[^\x20-\x7e]} [sslkeys::est::makeReason $text]]}] "a reason is one clean line"
}

proc ::fuzz::est::CheckDoor {} {
    variable door
    variable requests
    variable asked
    set path [::fuzz::pick {/.well-known/est/simpleenroll /server/.well-known/est/simpleenroll /.well-known/est/simplereenroll
        /.well-known/est/cacerts /.well-known/est/x/simpleenroll /ca.crt}]
    set body [::fuzz::pick $requests]
    set headers [dict create content-type application/pkcs10 authorization [sslkeys::est::makeBasic printer7 s3cr:et]]
    switch [::fuzz::random 4] {
        0 {set path [::fuzz::mutate $path]}
        1 {set body [::fuzz::mutate $body]}
        2 {dict set headers [::fuzz::pick {content-type authorization}] [::fuzz::mutate [dict get $headers content-type]]}
    }
    set request [dict create method [::fuzz::pick {POST POST POST GET HEAD PUT}] path $path headers $headers body $body \
        address 192.0.2.1 peer [::fuzz::pick {{} {name alice serial 01}}]]
    set ::fuzz::input $request
    set asked {}
    set response [$door respond $request]
    if {$response eq {}} {
        ::fuzz::check [expr {[sslkeys::est::parsePath $path] eq {}}] "what is EST's is answered"
        return
    }
    set status [dict get $response status]
    ::fuzz::check [expr {$status in {200 202 204 400 401 403 404 405 413 415 501 503}}] "there is an answer" $response
    set bytes [sslkeys::http::formatResponse $response]
    ::fuzz::check [expr {[string first \r\n\r\n $bytes] < 1000}] "its header is short" $bytes
    ::fuzz::check [expr {![regexp {s3cr:et|-----BEGIN} $bytes]}] "it holds no secret" $bytes
    foreach one $asked {
        ::fuzz::check [string match "-----BEGIN CERTIFICATE REQUEST-----\n*" [dict get $one request]] "the issuer sees a request in PEM"
        ::fuzz::check [expr {[dict get $one operation] eq {enroll} || [dict get $one peer] ne {}}] "who renews is known" $one
    }
    ::fuzz::check [expr {$status != 202 || $asked ne {}}] "who waits was asked for"
}
