# The article's HTTPS server as its readers ran it, written anew after its text: tclhttpd itself with the tls package, neither with ours.
# What our door is measured against. tclsh article.tcl TCLHTTPD KEYS PORT; prints "ready" and serves until it is ended.

lassign $argv home keys port
lappend auto_path $home [file join $home lib]
foreach {package version} {tls 1.7 httpd 1.7 httpd::version 3.5 httpd::utils 1.0 httpd::counter 2.0 httpd::mtype 1.1} {
    package require $package $version
}
proc Log {sock args} {}
package require httpd::url
package require httpd::doc_error
Httpd_Init
Counter_Init
# Without any other prefix tclhttpd would stumble over this; and the tls package refuses its wish for SSL 2.
set Url(prefixset) //
set Config(USE_SSL2) 0

tls::init -keyfile [file join $keys server1.key] -certfile [file join $keys server1.crt] -cafile [file join $keys ca.crt] \
    -require true -ssl2 0
Httpd_SecureServer $port localhost 127.0.0.1

proc secureWebServerHandle {sock suffix} {
    set certinfo [dict get [tls::status $sock] subject]
    set client ""
    foreach item [split $certinfo ,/] {
        if {[regexp "^CN=(.*)\$" $item - client]} break
    }
    set text "Clock: [clock seconds]; Client: $client"
    Httpd_ReturnData $sock text/plain $text
}
Url_PrefixInstall / secureWebServerHandle

puts "ready"
flush stdout
vwait forever
