# Revocation lists of 100,000 entries, signed, looked up in and judged by; and judging a chain of three with a list of each CA.

proc writeText {path text} {
    set channel [open $path w]
    puts -nonewline $channel $text
    close $channel
}
proc readText {path} {
    set channel [open $path]
    try {return [read $channel]} finally {close $channel}
}

if {[bench::wanted crl-sign] || [bench::wanted crl-find] || [bench::wanted crl-verify]} {
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
    writeText $crlFile $crlList
    set crlAsked {}
    for {set i 0} {$i < 1000} {incr i} {
        lappend crlAsked [lindex $crlRevoked [expr {2 * (($i * 7907) % 100000)}]]
    }
    set crlList [readText $crlFile]
    proc findAll {} {
        foreach serial $::crlAsked {
            sslkeys::crl find $::crlList $serial
        }
    }
    bench::row crl-find "an OpenSSL program in C++" 0.8 1.0 1/s {expr {1000 * [bench::rate 100 findAll]}} \
        {bench::program crl find $crlFile 100000 {*}$crlAsked}

    # The text of a file is parsed, and its signature checked, once.
    set crlLeaf [dict get [sslkeys::certificate issue client -ca $crlCa -cakey $crlKey CN client1] certificate]
    foreach {name value} [list leaf $crlLeaf ca $crlCa] {
        writeText $bench::scratch/crl-$name.pem $value
    }
    set crlText [readText $crlFile]
    proc verifyByList {} {
        sslkeys::certificate verify $::crlLeaf -ca $::crlCa -crl $::crlText
    }
    bench::row crl-verify "an OpenSSL program in C++" 0.8 1.0 1/s {bench::rate 2000 verifyByList} \
        {bench::program crl verify 50 $bench::scratch/crl-leaf.pem $bench::scratch/crl-ca.pem $bench::scratch/crl-ca.pem $crlFile}
    unset crlRevoked crlAsked crlList crlText
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
        writeText [lindex $verifyFiles end] $value
    }
    proc verifyOne {} {
        sslkeys::certificate verify $::verifyLeaf -ca $::verifyRoot -untrusted $::verifyMiddle -crl $::verifyLists -purpose client
    }
    bench::row verify "an OpenSSL program in C++" 0.8 1.0 1/s {bench::rate 2000 verifyOne} \
        {bench::program crl verify 2000 {*}$verifyFiles}
}
