# The article's client: gets itself a certificate from demos/server.tcl, then asks the HTTPS service with it.
# `tclsh client.tcl host name ?email?`, then -enrolport N -port N -peername NAME where they differ from the usual.

set build [file join [file dirname [file dirname [file normalize [info script]]]] build]
if {[file isdirectory $build]} {
    lappend auto_path $build
}
package require sslkeys
package require http
array set option {-enrolport 9901 -port 9902 -peername {}}
set options [lassign $argv host name email]
if {[string match -* $email]} {
    set options [lassign $argv host name]
    set email ""
}
if {$host == "" || $name == "" || [llength $options] % 2
        || [array size option] * 2 != [llength [dict merge [array get option] $options]]} {
    puts stderr "Usage: [info script] host name ?email?"
    exit 1
}
array set option $options
if {$email == ""} {
    set email "$name@localhost"
}
set cafile [file join keys-client ca.crt]
set keyfile [file join keys-client $name.key]
set certfile [file join keys-client $name.crt]
# Where a person approves, it may take a while; who ends this meanwhile starts it again later.
proc waiting {what about} {
    puts [expr {$what eq "older" ? "stderr" : "stdout"}] [expr {$what eq "pending" ?
        "Waiting. The operator types: [dict get $about command]" : "[string totitle $what]: [dict get $about reason]"}]
}

try {
    # On the server's own machine the CA certificate is at hand; elsewhere, copy it here by a way that you trust.
    file mkdir keys-client
    if {![file exists $cafile] && [file exists [file join keys ca.crt]]} {
        file copy [file join keys ca.crt] $cafile
    }
    if {![file exists $certfile] || ![file exists $keyfile]} {
        sslkeys::client::enrol $host $name $email -port $option(-enrolport) -peername $option(-peername) -progress waiting
        puts "SSL keys retrieved"
    } else {
        puts "SSL keys already present"
    }

    sslkeys::tls::init -cafile $cafile -keyfile $keyfile -certfile $certfile -peername $option(-peername)
    http::register https 443 sslkeys::tls::socket
    set place [expr {[string match *:* $host] ? "\[$host\]" : $host}]
    # http::geturl, with clear words for what goes wrong.
    set token [sslkeys::client::geturl "https://$place:$option(-port)/test"]
} trap {} {message} {
    puts stderr "client.tcl: $message"
    exit 1
}

puts " OK; HTTP code: [http::ncode $token]"
puts " Response size: [http::size $token] bytes"
puts " Response: [http::data $token]"
exit [expr {[http::ncode $token] != 200}]
