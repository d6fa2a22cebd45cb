# Revocation lists of 100,000 entries, signed and looked up in; and judging a chain of three with a list of each CA.

if {[bench::wanted crl-sign] || [bench::wanted crl-find]} {
    set crlKey [sslkeys::key generate]
    set crlCa [dict get [sslkeys::certificate selfsign root -key $crlKey CN "Bench CA"] certificate]
    set crlRevoked {}
    for {set i 0} {$i < 100000} {incr i} {
        dict set crlRevoked [format %016x%016x [expr {0x12345678 + $i}] [expr {$i * 7919}]] \
            [dict create time [expr {1700000000 + $i}] reason keyCompromise]
    }

    # What a program that publishes lists does: the dict it has, to PEM.
    proc signList {} {
        string length [sslkeys::crl sign -ca $::crlCa -cakey $::crlKey -number 1 -revoked $::crlRevoked]
    }
    bench::row crl-sign "an OpenSSL program in C++" 1.0 1.5 1/s {bench::rate 5 signList} {bench::program crl sign 100000 3}

    set crlList [sslkeys::crl sign -ca $crlCa -cakey $crlKey -number 1 -revoked $crlRevoked]
    set crlFile $bench::scratch/bench.crl
    set channel [open $crlFile w]
    puts -nonewline $channel $crlList
    close $channel
    set crlAsked {}
    for {set i 0} {$i < 1000} {incr i} {
        lappend crlAsked [lindex $crlRevoked [expr {2 * (($i * 7907) % 100000)}]]
    }
    set channel [open $crlFile]
    set crlList [read $channel]
    close $channel
    proc findAll {} {
        foreach serial $::crlAsked {
            sslkeys::crl find $::crlList $serial
        }
    }
    bench::row crl-find "an OpenSSL program in C++" 0.8 1.0 1/s {expr {1000 * [bench::rate 100 findAll]}} \
        {bench::program crl find $crlFile 100000 {*}$crlAsked}
    unset crlRevoked crlAsked crlList
}

if {[bench::wanted verify]} {
    proc issueCa {ca caKey} {
        set made [sslkeys::certificate issue intermediate -ca $ca -cakey $caKey CN "Bench Issuing CA"]
        list [dict get $made certificate] [dict get $made key]
    }
    set verifyKey [sslkeys::key generate]
    set verifyRoot [dict get [sslkeys::certificate selfsign root -key $verifyKey CN "Bench Root"] certificate]
    lassign [issueCa $verifyRoot $verifyKey] verifyMiddle verifyMiddleKey
    set verifyLeaf [dict get [sslkeys::certificate issue client -ca $verifyMiddle -cakey $verifyMiddleKey CN client1] certificate]
    set verifyLists [list \
        [sslkeys::crl sign -ca $verifyMiddle -cakey $verifyMiddleKey -number 1 -revoked {1a2b {time 1700000000}}] \
        [sslkeys::crl sign -ca $verifyRoot -cakey $verifyKey -number 1 -revoked {1a2b {time 1700000000}}]]
    set verifyFiles {}
    foreach value [list $verifyLeaf $verifyRoot $verifyMiddle {*}$verifyLists] {
        lappend verifyFiles $bench::scratch/verify[llength $verifyFiles].pem
        set channel [open [lindex $verifyFiles end] w]
        puts -nonewline $channel $value
        close $channel
    }
    proc verifyOne {} {
        sslkeys::certificate verify $::verifyLeaf -ca $::verifyRoot -untrusted $::verifyMiddle -crl $::verifyLists -purpose client
    }
    bench::row verify "an OpenSSL program in C++" 0.8 1.0 1/s {bench::rate 2000 verifyOne} \
        {bench::program crl verify 2000 {*}$verifyFiles}
}
