# What the tests of OCSP share: two CAs of one name, another, a client, a delegate, and calls at a fixed time.

set now 1800000000
proc newRoot {name args} {
    set key [sslkeys::key generate]
    list [dict get [sslkeys::certificate selfsign root -key $key -now [expr {$::now - 172800}] {*}$args CN $name] certificate] $key
}
lassign [newRoot Root] ca caKey
lassign [newRoot Root] twin twinKey
lassign [newRoot Other] other otherKey

proc issued {profile args} {
    sslkeys::certificate issue $profile -ca $::ca -cakey $::caKey -now $::now {*}$args
}
# Options, at our time unless they say another.
proc at {arguments} {
    dict merge [dict create -now $::now] $arguments
}
set leaf [dict get [issued client CN alice] certificate]
set serial [dict get [sslkeys::certificate info $leaf] serial]
set responder [issued ocsp CN responder]
set signer [dict get $responder certificate]
set signerKey [dict get $responder key]

proc request {args} {
    sslkeys::ocsp request -ca $::ca -certificate $::leaf {*}$args
}
proc respond {request args} {
    sslkeys::ocsp respond $request -ca $::ca {*}[at [linsert $args 0 -cakey $::caKey]]
}
proc delegated {request args} {
    sslkeys::ocsp respond $request -ca $::ca -signer $::signer -signerkey $::signerKey {*}[at $args]
}
proc verify {response args} {
    sslkeys::ocsp verify $response -ca $::ca {*}[at $args]
}
proc statuses {answers} {
    set told {}
    dict for {serial answer} $answers {
        lappend told $serial [dict get $answer status]
    }
    return $told
}
