# tclhttpd 3.5 itself, started as a library, its secure port replaced by ours.

foreach {package version} {httpd 1.7 httpd::version 3.5 httpd::utils 1.0 httpd::counter 2.0 httpd::mtype 1.1} {
    package require $package $version
}
# Its modules load one another for this procedure; without a log of its own it writes to ours.
if {![llength [info commands ::Log]]} {
    proc ::Log {sock reason args} {
        ::sslkeys::log::event debug tclhttpd reason $reason detail [join $args]
    }
}
foreach package {httpd::url httpd::doc_error} {
    package require $package
}
Httpd_Init
Counter_Init
# With no prefix but / installed its dispatcher would stumble over the missing set; // never comes, as slashes are folded first.
if {![info exists ::Url(prefixset)]} {
    set ::Url(prefixset) //
}

# Listen for HTTPS with the context of sslkeys::tls::init.
proc Httpd_SecureServer {{port 443} {name {}} {ipaddr {}}} {
    set ::Httpd(name) [expr {$name eq {} ? [info hostname] : $name}]
    ::sslkeys::tclhttpd::Listen [list ::sslkeys::tclhttpd::Adopt] $port $ipaddr 1
}

proc Httpd_SecureServerShutdown {} {
    ::sslkeys::tclhttpd::Shutdown
}

proc Httpd_SecurePort {} {
    return $::Httpd(https_port)
}

# The handshake is over when tclhttpd gets the channel; its own step, which is ours below, comes at once.
proc ::sslkeys::tclhttpd::Adopt {chan address} {
    HttpdAccept [list https $::Httpd(name) $::Httpd(https_port)] $chan $address 0
}

# tclhttpd's takes whatever certificate was shown; where none is required, only an accepted one may stand in data(cert).
proc HttpdHandshake {sock} {
    upvar #0 Httpd$sock data
    set data(cert) [::sslkeys::tls::peerCertificate $sock]
    HttpdReset $sock $::Httpd(maxused)
}
