# Every command of `sslkeys::about commands` with some of its options, good values and hostile ones, in a scratch directory: it
# answers, or fails with a code that is listed, and neither message nor trace shows a key or a passphrase.

namespace eval ::fuzz::options {
    variable rows {}     ;# what about commands says
    variable codes {}    ;# CLASS REASON of about errors
    variable pools       ;# word or placeholder -> good values
    variable hostile {}
    variable secrets {}  ;# what no message may show; the first is a passphrase
    variable moved 0     ;# whether a passphrase may stand where none belongs, so that it is no secret
    variable password "correct horse battery"
    variable tickers {}
    variable scripts {}  ;# the commands that run a script of their caller's
    variable told {}     ;# what jobs told, each as the words behind the prefix
    array set pools {}
}

proc ::fuzz::options::begin {} {
    variable rows
    variable codes
    variable kept $::sslkeys::keydirectory
    # The limit of descriptors is the process's, and cannot be raised again.
    set rows [lmap row [sslkeys::about commands] {expr {[dict get $row command] eq {sslkeys::process descriptors} ? [continue] : $row}}]
    variable scripts [lmap row $rows {expr {{script} in [dict get $row words] ? [dict get $row command] : [continue]}}]
    set codes [lmap row [sslkeys::about errors] {lrange $row 0 1}]
    set ::sslkeys::keydirectory keys
    file mkdir other
    MakePools
    MakeHostile
}

proc ::fuzz::options::end {} {
    variable kept
    variable tickers
    set ::sslkeys::keydirectory $kept
    foreach token $tickers {
        sslkeys::ticker stop $token
    }
}

proc ::fuzz::options::MakePools {} {
    variable pools
    variable secrets
    variable password
    sslkeys::initialize CN Root
    set key [sslkeys::key generate]
    set sealed [sslkeys::key encrypt $key -password $password]
    set other [sslkeys::key generate -keytype ed25519]
    set cakey [sslkeys::key generate]
    set ca [dict get [sslkeys::certificate selfsign root -key $cakey CN Root] certificate]
    set leaf [dict get [sslkeys::certificate issue server -ca $ca -cakey $cakey CN a.example] certificate]
    array set pools [list \
        key [list $key $sealed $other $cakey] certificate [list $ca $leaf $ca$leaf] certificates [list $ca $leaf$ca] \
        request [list [sslkeys::request create -key $key CN a] [sslkeys::request create -key $other -san DNS:a.example CN a]] \
        passphrase [list $password $password "${password}s" [string repeat $password 100]] \
        {{file|env|command value}} {{file keys/passphrase} {env SSLKEYS_FUZZ} {env HOME} {file keys/ca.crt} {command {string cat x}} {command error}} \
        path {keys/ca.crt keys/ca.key keys/x.crt nonexistent/a other/file keys other} directory {keys other nonexistent keys/ca.crt} \
        name {a b a.example ca x} type {server client peer operator ocsp intermediate root} profile {server client peer root} \
        seconds [list [clock seconds] 0 2000000000 253402300799] boolean {0 1 yes false} permissions {0600 0644 0o600 384} \
        host {a.example 192.0.2.1} data [list "some text" [binary format H* 00ff80] $leaf] script {{set x 1} {error told} break} \
        prefix ::fuzz::options::Told job {job1 job2 x} number {0 1 -1} token {1} channel {stdin nosuch file1} attribute {CN O OU C EMAIL DC UID SN} value {a a.example AT a@b.example "\u00d6"} \
        san {DNS:a.example {DNS:a IP:::1} {EMAIL:a@b.example URI:urn:x}}]
    set secrets [list $password {*}[lmap pem [list $key $sealed $other $cakey] {string range [lindex [split $pem \n] 1] 0 30}]]
}

proc ::fuzz::options::MakeHostile {} {
    variable pools
    variable hostile
    set key [lindex $pools(key) 0]
    set hostile [list {} " " \0 "a\0b" "\n" [string repeat x 100000] [string repeat "\u20ac" 5000] "\ud800" "\udfff\ud800" "\u202ex" "\uffff" \
        "\U0001f600" "\xff\xfe" -1 0 1 00 0x7f 1e9 NaN Inf 2147483647 2147483648 -2147483649 4294967296 9223372036854775807 \
        9223372036854775808 -9223372036854775809 99999999999999999999999999 "\{" "a \}" "\"a" "\{a\}b" "\\" {[exit]} {$x} {a b c} \
        - -- -x -password -force -days DNS: IP: DNS:* URI:: EMAIL:@ "DNS:a\nDNS:b" a/../b .. . ../x* * ? {[a]} ,CN=admin /CN=admin \
        $key [string range $key 0 150] [lindex $pools(certificate) 0] [lindex $pools(request) 0] [lindex $pools(key) 1] "-----BEGIN " \
        [list $key $key] [lrepeat 200 DNS:a.example] [dict create a b] #4 {} true]
}

# A value for a word or an option's placeholder.
proc ::fuzz::options::Value {kind} {
    variable pools
    variable hostile
    if {$kind in {script prefix}} {
        # It is run: hostile ones are the caller's own.
        return [::fuzz::pick $pools($kind)]
    }
    if {[::fuzz::oneIn 4]} {
        return [::fuzz::pick $hostile]
    }
    if {[info exists pools($kind)]} {
        return [::fuzz::pick $pools($kind)]
    }
    if {[string match *DNS:* $kind]} {
        return [::fuzz::pick $pools(san)]
    }
    if {[regexp {^(\d+)\.\.(\d+)$} $kind - least most]} {
        return [::fuzz::pick [list $least $most [expr {$least - 1}] [expr {$most + 1}] $least]]
    }
    return [::fuzz::pick [split $kind |]]
}

proc ::fuzz::options::Make {} {
    variable rows
    variable moved
    set row [::fuzz::pick $rows]
    set command [dict get $row command]
    foreach word [dict get $row words] {
        lappend command [Value $word]
    }
    set needed [lmap group [dict get $row needed] {::fuzz::pick $group}]
    foreach option [dict get $row options] {
        # Making an RSA key takes a second.
        if {[::fuzz::oneIn [expr {[lindex $option 0] in $needed ? 8 : 2}]] || ([lindex $option 0] eq {-keytype} && ![::fuzz::oneIn 20])} continue
        lappend command [lindex $option 0] [Value [lindex $option 1]]
        if {[::fuzz::oneIn 20]} {
            lappend command [lindex $option 0] [Value [lindex $option 1]]
        }
    }
    if {[dict get $row attributes] || [::fuzz::oneIn 10]} {
        for {set count [::fuzz::random 4]} {$count > 0} {incr count -1} {
            lappend command [Value attribute] [Value value]
        }
    }
    # Without a word, or with one too many.
    set moved [expr {[set change [::fuzz::random 20]] < 3}]
    switch $change {
        0 {set command [lreplace $command end end]}
        1 {set command [linsert $command end [Value value]]}
        2 {set command [linsert $command [expr {2 + [::fuzz::random [llength $command]]}] [::fuzz::pick $::fuzz::options::hostile]]}
    }
    return $command
}

proc ::fuzz::options::once {} {
    variable tickers
    variable scripts
    set command [set ::fuzz::input [Make]]
    set status [catch {{*}$command} message details]
    if {[string match "sslkeys::ticker start*" $command] && $status == 0} {
        lappend tickers $message
    }
    set isScripts [expr {[lrange $command 0 1] in $scripts}]
    ::fuzz::check [expr {$status in {0 1} || $isScripts}] "a command answers or fails" $status
    if {$status == 1 && !($isScripts && $message eq {told})} {
        CheckError $message [dict get $details -errorcode] [list $details $::errorInfo [info errorstack]]
    }
    CheckJobs
}

# What a job tells, and a ticker, which tells nothing.
proc ::fuzz::options::Told {args} {
    variable told
    if {[lindex $args 0] in {ok error}} {
        lappend told $args
    }
}

# A job that was begun is told of once, whether or not it comes to an end.
proc ::fuzz::options::CheckJobs {} {
    variable told
    set told {}
    set jobs [sslkeys::job list]
    foreach job $jobs {
        if {[::fuzz::oneIn 2] || {rsa} in $::fuzz::input} {
            sslkeys::job cancel $job
        }
    }
    ::fuzz::settle {[sslkeys::job list] eq {}} "a job ends"
    ::fuzz::check [expr {[llength $told] == [llength $jobs]}] "a job is told of once" $told
    foreach answer $told {
        if {[lindex $answer 0] eq {error}} {
            CheckError [lindex $answer 1] [lindex $answer 2] {}
        }
    }
}

proc ::fuzz::options::CheckError {message code traces} {
    variable codes
    variable secrets
    variable moved
    set isListed [expr {[lindex $code 0] eq {SSLKEYS} ? [lrange $code 1 2] in $codes && [lindex $code 1] ne {INTERNAL} && [llength $code] % 2
        : [lindex $code 0] in {TCL POSIX ARITH}}]
    ::fuzz::check $isListed "an error's code is listed" $code $message
    ::fuzz::check [expr {$message ne {} && [string length $message] <= 1000}] "a message is short" [string length $message]
    ::fuzz::check [expr {![regexp {[\u0000-\u001f\u007f-\u009f\u202a-\u202e\ud800-\udfff]} $message]}] "a message is plain text" $message
    foreach secret [expr {$moved ? [lrange $secrets 1 end] : $secrets}] {
        ::fuzz::check [expr {[string first $secret [list $message $code $traces]] < 0}] "no message or trace shows a secret" $code
    }
}
