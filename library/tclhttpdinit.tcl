# tclhttpd's API for a program that serves pages: tclhttpd 3.5 itself where it is found (on auto_path or in $TCLHTTPD_HOME),
# the same procedures over our own engine where it is not. Either way the TLS port is ours, with its verdicts and limits.

package require sslkeys
package provide tclhttpdinit 0.1

namespace eval ::sslkeys::tclhttpd {
    variable listener {}  ;# of the secure port
}

# Whether tclhttpd is installed; tcllib has another package of that name, 4.x.
proc ::sslkeys::tclhttpd::IsThere {} {
    if {[info exists ::env(TCLHTTPD_HOME)]} {
        foreach directory [list $::env(TCLHTTPD_HOME) [file join $::env(TCLHTTPD_HOME) lib]] {
            if {[file exists [file join $directory pkgIndex.tcl]] && $directory ni $::auto_path} {
                lappend ::auto_path $directory
            }
        }
    }
    # Asking for what is not there makes Tcl read every index.
    catch {package require sslkeys::nosuchpackage}
    foreach version [package versions httpd] {
        if {[package vsatisfies $version 1.7]} {
            return 1
        }
    }
    return 0
}

# Open the secure port with the context of sslkeys::tls::init.
#   in  the command that gets channel and address after the handshake; -adopted 1 when the channel's life is its own business
proc ::sslkeys::tclhttpd::Listen {handler port address adopted} {
    variable listener
    if {$listener ne {}} {
        $listener destroy
        set listener {}
    }
    set listener [::sslkeys::listener new $handler -tls [::sslkeys::tls::context] -port $port -address $address \
        -log ::sslkeys::log::event -adopted $adopted]
    set ::Httpd(https_port) [$listener port]
    set ::Httpd(https_ipaddr) $address
    set ::Httpd(https_listen) [lindex [$listener sockets] 0]
}

proc ::sslkeys::tclhttpd::Shutdown {} {
    variable listener
    if {$listener ne {}} {
        $listener destroy
        set listener {}
    }
    return
}

apply {{} {
    set real [::sslkeys::tclhttpd::IsThere]
    uplevel #0 [list source -encoding utf-8 \
        [file join $::sslkeys::library service [expr {$real ? {tclhttpdreal.tcl} : {tclhttpdlike.tcl}}]]]
}}
