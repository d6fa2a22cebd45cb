# The article's protocol on the server's own port handler, over plain TCP, with its real issuer on a scratch key directory: one
# answer, and a file for nobody but who got a certificate.

namespace eval ::fuzz::lineprotocol {
    variable listener
    variable server
    variable files    ;# what stands in the scratch directory
    variable count 0
}

proc ::fuzz::lineprotocol::begin {} {
    variable listener
    variable server
    variable files
    set kept $::sslkeys::keydirectory
    set ::sslkeys::keydirectory keys
    try {
        sslkeys::initialize CN CertificateAuthority
        sslkeys::createAndSign server server1 -san DNS:host.example CN localhost
        sslkeys::createAndSign client taken CN taken
    } finally {
        set ::sslkeys::keydirectory $kept
    }
    set server [sslkeys::server new -directory keys -keyfile keys/server1.key -certfile keys/server1.crt -port 0 -address 127.0.0.1 \
        -policy {approval {{0 auto}} issue-per-minute {{0 0}} issue-per-address {{0 0}} failures-per-minute {{0 0}}}]
    sslkeys::log::configure -level error -channel [open log w]
    # The port's handler without the TLS around it.
    set listener [sslkeys::listener new [list [info object namespace $server]::my Serve] -address 127.0.0.1 -log ::sslkeys::log::event]
    set files [List]
}

proc ::fuzz::lineprotocol::end {} {
    variable listener
    variable server
    $listener destroy
    $server destroy
    sslkeys::log::configure -level info -channel stderr
}

proc ::fuzz::lineprotocol::List {} {
    return [lsort [glob -nocomplain -types {f d l} * .* keys/* keys/.*]]
}

# A name that is free, and one that is not; what may stand around them.
proc ::fuzz::lineprotocol::Make {} {
    variable count
    set fresh c[incr count]-[::fuzz::random 1000000]
    set name [::fuzz::pick [list $fresh $fresh $fresh TAKEN taken ca CA localhost server1 HOST.example ../$fresh .$fresh $fresh/x -x \
        $fresh.key $fresh.crt a@b [string repeat a 64] [string repeat a 65] $fresh\0 nul "" * \[exit\] \$x \{]]
    set email [::fuzz::pick [list a@b.example $fresh@localhost a@b@c a.b@c-d @ a@ @b "" .a@b a..b@c [string repeat a 250]@b \
        "\"a b\"@c" a@\[1.2.3.4\] a\xe9@b a,CN=admin@b [string repeat a 64]@b.example a@-b a@b.]]
    set line "certificate $name $email[::fuzz::pick {"\n" "\n" "\r\n" "" "\r" "\n\n" "\nmore\n" " HTTP/1.1\r\n"}]"
    return [expr {[::fuzz::oneIn 2] ? [::fuzz::mutate $line] : $line}]
}

proc ::fuzz::lineprotocol::once {} {
    variable listener
    variable files
    set bytes [set ::fuzz::input [Make]]
    # Who leaves with the line gets no certificate; who waits does.
    set isWhole [expr {[string match "certificate *" $bytes] && ([string first \n $bytes] >= 0 || [string length $bytes] > 1024)
        && ![regexp {^[^\n]* HTTP/[0-9.]+\r?\n} $bytes]}]
    set heard [::fuzz::exchange [$listener port] $bytes [expr {!$isWhole}]]
    ::fuzz::settle {[$listener connections] == 0} "a connection that ended is not counted"
    ::fuzz::check [expr {[file size log] == 0}] "the server has no fault of its own" [Read log]
    set now [List]
    set fresh [lmap file $now {expr {$file in $files ? [continue] : $file}}]
    ::fuzz::check [expr {[llength $now] == [llength $files] + [llength $fresh]}] "no file goes away"
    set files $now
    set line [lindex [regexp -inline {^[^\n]*} $bytes] 0]
    if {[string match "true *" $heard]} {
        CheckIssued $heard $line $fresh
        return
    }
    ::fuzz::check [expr {$fresh eq {}}] "no file is made for who gets no certificate" $fresh
    ::fuzz::check [expr {$heard in [list {} "false 0 0\n"] || [regexp {^HTTP/1\.1 [45]\d\d [^\r\n]+\r\n} $heard]}] \
        "there is one answer" $heard
    ::fuzz::check [expr {$heard ne {} || !$isWhole}] "a whole line is answered"
    ::fuzz::check [expr {![regexp {^certificate c\d+-\d+ a@b\.example\r?\n} $bytes]}] "a good line gets a certificate" $heard
}

proc ::fuzz::lineprotocol::Read {file} {
    set channel [open $file rb]
    try {
        return [read $channel]
    } finally {
        close $channel
    }
}

proc ::fuzz::lineprotocol::CheckIssued {heard line fresh} {
    ::fuzz::check [regexp {^certificate ([A-Za-z0-9][A-Za-z0-9._@-]{0,63}) ([\x21-\x7e]+@[\x21-\x7e]+)\r?$} $line - name email] \
        "a certificate is for a good name alone" $line
    ::fuzz::check [expr {[string tolower $name] ni {ca localhost server1 host.example taken}}] "and for none that is not free" $name
    ::fuzz::check [expr {$fresh eq "keys/$name.crt"}] "its certificate is all that is kept" $fresh
    ::fuzz::check [regexp {^true (\d+) (\d+)\n} $heard head keySize certificateSize] "the answer is true" $heard
    set parts [string range $heard [string length $head] end]
    ::fuzz::check [expr {[string length $parts] == $keySize + $certificateSize}] "the answer is as long as it says"
    set certificate [string range $parts $keySize end]
    ::fuzz::check [sslkeys::certificate match $certificate [string range $parts 0 $keySize-1]] "the key is the certificate's"
    ::fuzz::check [expr {$certificate eq [Read keys/$name.crt]}] "what is kept was sent"
    set info [sslkeys::certificate info $certificate]
    ::fuzz::check [expr {[dict get $info subject] eq [list CN $name EMAIL $email]}] "the certificate is for that name" $info
    sslkeys::certificate verify $certificate -cafile keys/ca.crt -purpose client
}
