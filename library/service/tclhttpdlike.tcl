# tclhttpd's procedures over sslkeys::http, for programs written to its API: one request at a time is kept in the global array
# Httpd$sock, and a handler answers by Httpd_Return..., during its call or later.

namespace eval ::sslkeys::tclhttpd {
    variable plain {}      ;# listener of the plain port
    variable prefixes {}   ;# prefix -> dict command callback filter readpost
    variable hooks {}      ;# access hooks, in order
    # Seconds in which a handler must have answered, as tclhttpd's timeout2.
    variable patience 120
    variable open          ;# socket -> the coroutine whose handler has yet to answer on it
    array set open {}
}

# Listen for HTTP.
proc Httpd_Server {{port 80} {name {}} {ipaddr {}}} {
    variable ::sslkeys::tclhttpd::plain
    if {$plain ne {}} {
        $plain destroy
        set plain {}
    }
    set ::Httpd(name) [expr {$name eq {} ? [info hostname] : $name}]
    set plain [::sslkeys::listener new [list ::sslkeys::tclhttpd::Serve http] -port $port -address $ipaddr -log ::sslkeys::log::event]
    set ::Httpd(port) [$plain port]
    set ::Httpd(ipaddr) $ipaddr
    set ::Httpd(listen) [lindex [$plain sockets] 0]
}

# Listen for HTTPS with the context of sslkeys::tls::init.
proc Httpd_SecureServer {{port 443} {name {}} {ipaddr {}}} {
    set ::Httpd(name) [expr {$name eq {} ? [info hostname] : $name}]
    ::sslkeys::tclhttpd::Listen [list ::sslkeys::tclhttpd::Serve https] $port $ipaddr 0
}

proc Httpd_ServerShutdown {} {
    variable ::sslkeys::tclhttpd::plain
    if {$plain ne {}} {
        $plain destroy
        set plain {}
    }
    return
}

proc Httpd_SecureServerShutdown {} {
    ::sslkeys::tclhttpd::Shutdown
}

proc Httpd_Port {{sock {}}} {
    if {$sock ne {}} {
        upvar #0 Httpd$sock data
        return [lindex $data(self) 2]
    }
    return [expr {[info exists ::Httpd(port)] ? $::Httpd(port) : {}}]
}

proc Httpd_SecurePort {} {
    return $::Httpd(https_port)
}

proc Httpd_Protocol {sock} {
    upvar #0 Httpd$sock data
    return [lindex $data(self) 0]
}

# Answer with data. As in tclhttpd, text is cut to bytes by who makes it.
proc Httpd_ReturnData {sock type content {code 200} {close 0}} {
    upvar #0 Httpd$sock data
    if {![::sslkeys::tclhttpd::IsExpected $sock]} {
        return
    }
    while {[info exists data(filter)] && [llength $data(filter)]} {
        set filter [lindex $data(filter) end]
        set data(filter) [lrange $data(filter) 0 end-1]
        set content [{*}$filter $sock $content]
    }
    ::sslkeys::tclhttpd::Reply $sock [dict create status $code headers [list Content-Type $type] body $content close $close]
}

proc Httpd_ReturnFile {sock type path {offset 0}} {
    if {$offset} {
        set file [open $path rb]
        try {
            seek $file $offset
            set body [read $file]
        } finally {
            close $file
        }
        return [Httpd_ReturnData $sock $type $body]
    }
    ::sslkeys::tclhttpd::Reply $sock [dict create status 200 headers [list Content-Type $type] file $path]
}

# Answer with an error page; the detail is the handler's and goes out as it is.
proc Httpd_Error {sock code {detail {}}} {
    upvar #0 Httpd$sock data
    set url [expr {[info exists data(url)] ? $data(url) : {}}]
    set quoted [string map {& &amp; < &lt; > &gt; \" &quot;} $url]
    set page "<title>Httpd_Error: $code</title>\n<h2>$code [::sslkeys::http::status $code]</h2>\n<p>$quoted<br>$detail\n"
    ::sslkeys::tclhttpd::Reply $sock [dict create status $code headers {Content-Type text/html} body $page]
}

proc Httpd_Redirect {newurl sock} {
    set quoted [string map {& &amp; < &lt; > &gt; \" &quot;} $newurl]
    ::sslkeys::tclhttpd::Reply $sock [dict create status 302 headers [list Content-Type text/html Location $newurl] \
        body "<title>Found</title>\nThis document has moved to <a href=\"$quoted\">$quoted</a>\n"]
}

# Add headers to the answer to come.
proc Httpd_AddHeaders {sock args} {
    upvar #0 Httpd$sock data
    if {![::sslkeys::tclhttpd::IsExpected $sock]} {
        return
    }
    foreach {header value} $args {
        lappend data(headers) [string trimright $header :] $value
    }
}

# How many bytes of a posted body were not taken yet.
proc Httpd_PostDataSize {sock} {
    upvar #0 Httpd$sock data
    return $data(count)
}

# Append posted data to a variable.
#   out  how many bytes are left
proc Httpd_GetPostData {sock varName {size -1}} {
    upvar #0 Httpd$sock data
    upvar 1 $varName buffer
    set size [expr {$size < 0 ? $data(count) : min($size, $data(count))}]
    append buffer [string range $data(post) 0 $size-1]
    set data(post) [string range $data(post) $size end]
    return [incr data(count) -$size]
}

proc Httpd_RequestComplete {sock} {
    upvar #0 Httpd$sock data
    return [expr {![info exists data(url)] || [info exists data(reply)]}]
}

# tclhttpd stops its timer and its events with these; ours need no telling.
proc Httpd_Suspend {sock {timeout {}}} {}
proc Httpd_Resume {sock {timeout {}}} {}

# Let a command answer for a prefix of the URL space.
#   in  prefix, command (gets sock and suffix), a boolean that is ignored (threads), or -callback, -filter, -readpost, -thread
proc Url_PrefixInstall {prefix command args} {
    variable ::sslkeys::tclhttpd::prefixes
    set options {-callback {} -filter {} -readpost 1 -thread 0}
    if {[llength $args] != 1} {
        set options [::sslkeys::ReadOptions $args $options]
    }
    dict set prefixes $prefix [dict merge [list -command $command] $options]
    return
}

proc Url_PrefixRemove {prefix} {
    variable ::sslkeys::tclhttpd::prefixes
    dict unset prefixes $prefix
    return
}

# Ask a command before each request; it answers ok, denied, skip, or returns an answer itself.
proc Url_AccessInstall {proc} {
    variable ::sslkeys::tclhttpd::hooks
    if {$proc ni $hooks} {
        lappend hooks $proc
    }
    return
}

proc ::sslkeys::tclhttpd::Serve {protocol chan address} {
    upvar #0 ::Httpd$chan data
    set port [expr {$protocol eq {https} ? $::Httpd(https_port) : $::Httpd(port)}]
    # As in tclhttpd, the plain port knows no certificate, and the secure one always has the field, empty or not.
    set certificate [expr {$protocol eq {https} ? [list cert [::sslkeys::tls::peerCertificate $chan]] : {}}]
    try {
        ::sslkeys::http::serve $chan [list ::sslkeys::tclhttpd::Handle [list $protocol $::Httpd(name) $port] $certificate] \
            -failed ::sslkeys::tclhttpd::Failed
    } finally {
        unset -nocomplain data
    }
}

proc ::sslkeys::tclhttpd::Failed {message details} {
    ::sslkeys::log::event error failed code [dict get $details -errorcode] reason $message
}

# Answer one request, and take replies for it only until then.
proc ::sslkeys::tclhttpd::Handle {self certificate request} {
    variable open
    set sock [dict get $request channel]
    set open($sock) [info coroutine]
    try {
        return [Ask $sock $self $certificate $request]
    } finally {
        unset -nocomplain open($sock)
    }
}

# Fill the array, ask the hooks, call who has the longest prefix, wait for the reply.
proc ::sslkeys::tclhttpd::Ask {sock self certificate request} {
    variable patience
    upvar #0 ::Httpd$sock data
    unset -nocomplain data
    Fill data $self $certificate $request
    set entry [Find $data(url) prefix suffix]
    set data(prefix) $prefix
    set data(suffix) $suffix
    try {
        Dispatch $sock $entry $suffix
    } trap HTTPD_REDIRECT {- details} {
        Httpd_Redirect [lindex [dict get $details -errorcode] 1] $sock
    } trap HTTPD_SUSPEND {} {
        # The answer comes later.
    }
    if {![info exists data(reply)]} {
        ::sslkeys::connection::limit $sock $patience
        while {![info exists data(reply)]} {
            ::sslkeys::connection::pause $sock
        }
    }
    set reply $data(reply)
    if {[info exists data(headers)]} {
        dict lappend reply headers {*}$data(headers)
    }
    if {$entry ne {} && [dict get $entry -callback] ne {}} {
        {*}[dict get $entry -callback] $sock {}
    }
    return $reply
}

proc ::sslkeys::tclhttpd::Fill {dataName self certificate request} {
    upvar 1 $dataName data
    # A proxy's form of the target names us first, RFC 9112 3.2.2; hooks and prefixes are about what comes after.
    set url [lindex [split [regsub -nocase {^https?://[^/?#]+} [dict get $request target] {}] ?] 0]
    if {$url eq {}} {
        set url /
    }
    array set data [list self $self ipaddr [dict get $request address] proto [dict get $request method] \
        url [regsub -all /+ $url /] query [dict get $request query] \
        uri [dict get $request target] version [string range [dict get $request version] 0 end] \
        post [dict get $request body] count [string length [dict get $request body]]]
    array set data $certificate
    dict for {name value} [dict get $request headers] {
        set data(mime,$name) $value
        lappend data(mimeorder) $name
        lappend data(headerlist) $name $value
    }
}

# Find the longest prefix that ends at a slash or at the end.
#   out  its entry or {}; prefix and suffix
proc ::sslkeys::tclhttpd::Find {url prefixName suffixName} {
    upvar 1 $prefixName prefix $suffixName suffix
    variable prefixes
    set prefix [string trimright $url /]
    while {$prefix ne {}} {
        if {[dict exists $prefixes $prefix]} {
            set suffix [string range $url [string length $prefix] end]
            return [dict get $prefixes $prefix]
        }
        set prefix [string range $prefix 0 [expr {[string last / $prefix] - 1}]]
    }
    set prefix /
    set suffix [string trimleft $url /]
    return [expr {[dict exists $prefixes /] ? [dict get $prefixes /] : {}}]
}

proc ::sslkeys::tclhttpd::Dispatch {sock entry suffix} {
    variable hooks
    upvar #0 ::Httpd$sock data
    foreach hook $hooks {
        switch -- [uplevel #0 [list {*}$hook $sock $data(url)]] {
            ok {
                break
            }
            return - denied {
                if {![info exists data(reply)]} {
                    Httpd_Error $sock 403
                }
                return
            }
        }
    }
    if {$entry eq {}} {
        Httpd_Error $sock 404
        return
    }
    if {[dict get $entry -filter] ne {}} {
        lappend data(filter) [dict get $entry -filter]
    }
    if {[dict get $entry -readpost] && $data(count)} {
        append data(query) [expr {$data(query) eq {} ? {} : {&}}] $data(post)
        set data(post) {}
        set data(count) 0
    }
    uplevel #0 [list {*}[dict get $entry -command] $sock $suffix]
}

# Whether a request waits for its reply on a socket. A second reply, or one after the time-out, is logged and leaves no trace.
proc ::sslkeys::tclhttpd::IsExpected {sock} {
    variable open
    # A coroutine that was ended from outside could not tidy up.
    if {[info exists open($sock)] && [llength [info commands $open($sock)]] && ![info exists ::Httpd${sock}(reply)]} {
        return 1
    }
    ::sslkeys::log::event warning unexpected socket $sock reason "no request waits for this reply"
    return 0
}

# Keep the reply, and wake the connection if it waits for it.
proc ::sslkeys::tclhttpd::Reply {sock reply} {
    variable open
    if {![IsExpected $sock]} {
        return
    }
    set ::Httpd${sock}(reply) $reply
    if {[info coroutine] ne $open($sock)} {
        # Not at once: what its handler says twice in one breath would find the next request open.
        after 0 [list ::sslkeys::tclhttpd::Wake $sock $open($sock)]
    }
    return
}

proc ::sslkeys::tclhttpd::Wake {sock coroutine} {
    variable open
    if {[info exists open($sock)] && $open($sock) eq $coroutine && [llength [info commands $coroutine]]} {
        ::sslkeys::connection::wake $sock
    }
    return
}
