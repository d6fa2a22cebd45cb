# Run in a child under the recorder: make each call of an operation that touches a file fail, one
# after the other, and say what is wrong afterwards.
#
#     tclsh faults.tcl SCRATCH BEGIN SCRIPT LENGTH GAP ERROR NUMBER
#
# BEGIN makes a key directory in $keys, SCRIPT is the operation, LENGTH how many calls in a row fail
# (0: all from there on), GAP which one after the first fails, too (0: none), ERROR and NUMBER the
# errno. Writes a dict: calls (how many could fail), refused (how many were errors), troubles.

# tcltest would take the arguments for its own.
lassign $argv scratch begin script length gap error number
set argv {}
source [file join [file dirname [file normalize [info script]]] support.tcl]
source -encoding utf-8 [file join $support::directory recording.tcl]
source -encoding utf-8 [file join $support::directory keystore.tcl]

set keys $scratch/keys
set sslkeys::keydirectory $keys
set env(SSLKEYS_RECORD_ROOT) $scratch
set log $scratch.log
namespace eval :: $begin
set base [recording::scan $scratch]
set old [keystore::pair $keys alice]
set others [list [keystore::pair $keys ca] [keystore::pair $keys bob]]
set troubles {}
set refused 0

proc expect {what holds} {
    if {!$holds} {
        lappend ::troubles "call $::call: $what"
    }
}

# What must hold after a call that met a fault.
proc check {code errorcode} {
    global keys old others error
    if {$code} {
        incr ::refused
        expect "errorcode $errorcode" [expr {[lrange $errorcode 0 1] eq [list POSIX $error]}]
    }
    if {$::subject eq "pair"} {
        set refusal [keystore::Refusal {sslkeys::durable settle $keys alice}]
        set found [keystore::pair $keys alice]
        if {$found eq {{} {}}} {
            expect "lost" [expr {$code && $old eq {{} {}} && $refusal eq "ABSENT"}]
        } else {
            expect "no pair ($refusal)" [expr {$refusal eq "" && [keystore::matches $found]}]
            expect "the old one after a success" [expr {$code || $found ne $old}]
        }
        set refusal [keystore::Refusal {sslkeys::createAndSign client alice CN alice}]
        expect "then createAndSign says $refusal" [expr {$refusal eq ($found eq {{} {}} ? "" : "EXISTS")}]
        sslkeys::createAndSign client alice -force 1 CN alice
        expect "then -force made no pair" [keystore::matches [keystore::pair $keys alice]]
    }
    sslkeys::initialize CN MyCA
    foreach trouble [keystore::caTroubles $keys] {
        expect $trouble 0
    }
    expect "left [keystore::leftovers $keys]" [expr {[keystore::leftovers $keys] eq ""}]
    expect "mode of the directory" [expr {[support::mode $keys] eq "0755"}]
    if {$others ne {{{} {}} {{} {}}}} {
        expect "other pairs" [expr {$others eq [list [keystore::pair $keys ca] [keystore::pair $keys bob]]}]
        foreach trouble [keystore::foreignTroubles $keys] {
            expect $trouble 0
        }
    }
}

set subject [expr {$others eq {{{} {}} {{} {}}} ? "ca" : "pair"}]
for {set call 1} 1 {incr call} {
    file delete -force $scratch $log
    file mkdir $scratch
    recording::build $base $scratch
    set env(SSLKEYS_RECORD_LOG) $log
    set env(SSLKEYS_RECORD_FAULT) "$call [expr {$length ? $call + $length : 1000000}] $number [expr {$gap ? $call + $gap : 0}]"
    set code [catch $script message options]
    set env(SSLKEYS_RECORD_FAULT) ""
    set env(SSLKEYS_RECORD_LOG) ""
    if {![file exists $log] || ![regexp -line {^fault} [support::readFile $log]]} {
        break
    }
    if {[catch {check $code [expr {$code ? [dict get $options -errorcode] : ""}]} message options]} {
        expect "$message ([dict get $options -errorcode])" 0
    }
}
puts [dict create calls [incr call -1] refused $refused troubles $troubles]
