# The article's server: a certificate authority, a port where clients get their certificates, and an HTTPS
# service for those who have one. `tclsh server.tcl`, or with -enrolport N -port N -address A (port 0: a free one).

set build [file join [file dirname [file dirname [file normalize [info script]]]] build]
if {[file isdirectory $build]} {
    lappend auto_path $build
}
package require sslkeys

array set option {-enrolport 9901 -port 9902 -address {}}
foreach {name value} $argv {
    if {![info exists option($name)] || [llength $argv] % 2} {
        puts stderr "Usage: [info script] ?-enrolport N? ?-port N? ?-address A?"
        exit 1
    }
    set option($name) $value
}

set server "server1"

proc secureWebServerHandle {sock suffix} {
    # Who it is comes from the verdict on its certificate, never from text in it.
    set client [dict get [sslkeys::tls::peer $sock] name]
    Httpd_ReturnData $sock text/plain "Clock: [clock seconds]; Client: $client"
}

try {
    sslkeys::initialize CN "CertificateAuthority"

    set sslkey [file join $sslkeys::keydirectory $server.key]
    set sslcert [file join $sslkeys::keydirectory $server.crt]
    if {![file exists $sslcert]} {
        set names [list DNS:$server DNS:localhost]
        # Not every host's name can stand in a certificate: my_host cannot.
        if {[regexp -nocase {^(?=.*[a-z])(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.?)+$} [info hostname]]} {
            set names [lsort -unique [list {*}$names DNS:[info hostname]]]
        }
        sslkeys::createAndSign server $server -san [list {*}$names IP:127.0.0.1 IP:::1] CN $server
    }

    # Certificates on demand, for anyone who knocks.
    set authority [sslkeys::server new -keyfile $sslkey -certfile $sslcert \
        -port $option(-enrolport) -address $option(-address)]

    # The service, for those whose certificate is good and not revoked.
    sslkeys::tls::init -keyfile $sslkey -certfile $sslcert \
        -cafile [file join $sslkeys::keydirectory ca.crt] \
        -require true -verify [$authority verifier]
    package require tclhttpdinit
    Httpd_SecureServer $option(-port) {} $option(-address)
    Url_PrefixInstall / secureWebServerHandle
} trap {} {message} {
    puts stderr "server.tcl: $message"
    exit 1
}

puts "Ready: enrolment on port [$authority port], HTTPS on port [Httpd_SecurePort]"
flush stdout
vwait forever
