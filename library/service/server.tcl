# The enrolment port: the article's line protocol, or HTTP, told by the first line. Anyone may knock.
# Wires wire/ to ca/, and once a second lets ca/ do what is due; decides nothing itself.

oo::class create ::sslkeys::server {
    variable Listener Registry Owned Policy Issuer Revocation Directory Times Keep Handlers Enrolment Ticker Beats Offset Pruning

    # Serve a key directory.
    #   in      -directory, -keyfile and -certfile of the server, -port, -address (a list; empty: all), limits of connections and seconds
    #           -registry   an open registry; else that of the directory, which is made where there is none
    #           -policy     settings as ::sslkeys::policy takes them; without, whoever asks first gets a client certificate at once (auto)
    #           -stale -overlap -crldays -cakeypasswordfrom  of ::sslkeys::revocation
    #           -keep       options of the registry's prune
    #           -handlers   objects that are asked for the answer to an HTTP request, in turn, until one has one
    #   errors  those of listener, tls::context, registry and policy
    constructor {args} {
        set options [::sslkeys::ReadOptions $args [list -directory $::sslkeys::keydirectory -keyfile {} -certfile {} \
            -port 9901 -address {} -connections 800 -peraddress 64 -handshaketime 10 -headertime 10 -bodytime 30 -idletime 60 \
            -registry {} -policy {approval {{0 auto}} issue-per-minute {{0 0}} issue-per-address {{0 0}}} -stale 600 -overlap 0 -crldays 7 -cakeypasswordfrom {} -keep {} -handlers {}]]
        set Directory [dict get $options -directory]
        set Times [dict filter $options key -headertime -bodytime -idletime]
        set Handlers [dict get $options -handlers]
        set Keep [dict get $options -keep]
        my Open $options
        # Identity is for those who have a good certificate, whatever it is for: a server renews its own here. To have none is no fault.
        # How long an expired one may renew is the policy's, which may change; no policy has more than that.
        set context [::sslkeys::tls::context -keyfile [dict get $options -keyfile] -certfile [dict get $options -certfile] \
            -cafile [file join $Directory ca.crt] -require 0 -purpose any -grace [expr {3650 * 86400}] -verify [list $Revocation knock {client server peer operator}]]
        set Listener [::sslkeys::listener new [namespace code {my Serve}] -tls $context -log ::sslkeys::log::event \
            -group ::sslkeys::network::group \
            {*}[dict filter $options key -port -address -connections -peraddress -handshaketime]]
        # There is a list from the beginning.
        $Revocation poll [clock seconds]
        set Beats 0
        set Offset [expr {[clock milliseconds] - [::sslkeys::ticker now]}]
        set Pruning [expr {[::sslkeys::ticker now] + 1800000}]
        my DistrustClock
        set Ticker [::sslkeys::ticker start [namespace code {my Beat}]]
    }

    destructor {
        if {[info exists Ticker]} {
            ::sslkeys::ticker stop $Ticker
        }
        foreach part {Listener Enrolment Issuer Policy Revocation Owned} {
            if {[info exists $part]} {
                [set $part] destroy
            }
        }
    }

    # The port, also where 0 was asked for.
    method port {} {
        return [$Listener port]
    }

    # A -verify prefix for the application's port.
    method verifier {{profiles {client peer}}} {
        return [list $Revocation judge $profiles]
    }

    # What works here.
    method registry {} {
        return $Registry
    }
    method revocation {} {
        return $Revocation
    }
    method issuer {} {
        return $Issuer
    }

    # Go on with other settings: -policy, -stale, -overlap, -crldays, -keep.
    #   errors  POLICY RULE, and then nothing changes
    method configure {args} {
        set options [::sslkeys::ReadOptions $args {-policy {} -stale 600 -overlap 0 -crldays 7 -keep {}}]
        set policy [::sslkeys::policy new [dict get $options -policy]]
        $Issuer use $policy
        $Policy destroy
        set Policy $policy
        set Keep [dict get $options -keep]
        $Revocation configure -grace [my Grace] {*}[dict filter $options key -stale -overlap -crldays]
    }

    # Take no more connections.
    method refuse {} {
        $Listener refuse
    }

    method Open {options} {
        set Registry [dict get $options -registry]
        if {$Registry eq {}} {
            set Registry [::sslkeys::registry new $Directory -create 1 -busy 0.25]
            set Owned $Registry
        }
        set Policy [::sslkeys::policy new [dict get $options -policy]]
        set Revocation [::sslkeys::revocation new $Directory $Registry -log ::sslkeys::log::event \
            -revoked [namespace code {my CloseRevoked}] -lost [namespace code {my CloseKnown}] -grace [my Grace] {*}[dict filter $options key -stale -overlap -crldays -cakeypasswordfrom]]
        set Issuer [::sslkeys::issuer new $Directory $Registry $Policy {*}[dict filter $options key -cakeypasswordfrom]]
        lappend Handlers [set Enrolment [::sslkeys::enrolment new $Issuer $Directory -log ::sslkeys::log::event]]
    }

    method Grace {} {
        return [expr {[$Policy get grace-days] * 86400}]
    }

    # End the connections of certificates that are revoked from now on, on all ports of this process.
    method CloseRevoked {serials} {
        my CloseAll [::sslkeys::tls::showing $serials] "its certificate was revoked"
    }

    # End the connections of all who were let in, when nobody can tell any more who still may.
    method CloseKnown {} {
        my CloseAll [::sslkeys::tls::showing] "the registry is out of reach for too long"
    }

    method CloseAll {chans reason} {
        foreach chan $chans {
            # Whoever has not finished the handshake is nobody yet, and goes all the same.
            set peer [dict filter [::sslkeys::tls::peer $chan] key name]
            ::sslkeys::log::event info closed {*}$peer reason $reason
            if {[info coroutine] eq {}} {
                ::sslkeys::connection::abandon $chan
            } else {
                # It may be the one that revokes.
                after 0 [list ::sslkeys::connection::abandon $chan]
            }
        }
    }

    # What is due, once a second: the revoked set and its list; requests whose time is over, each minute; old rows, each hour.
    method Beat {now} {
        incr Beats
        my Try [list $Revocation poll [clock seconds]]
        my Try [list $Issuer settle]
        if {$Beats % 60 == 1} {
            my Try [list $Issuer sweep [clock seconds]]
        }
        my Try [list [namespace which my] Prune $now [clock milliseconds]]
    }

    # Remove old rows, a portion each second until none is left, then an hour later. What a clock that jumped takes for old may
    # not be: it is not believed for a week.
    #   in  milliseconds of the ticker, and of the clock
    method Prune {now clock} {
        if {abs($clock - $now - $Offset) > 3600000} {
            ::sslkeys::log::event warning clock-jumped seconds [expr {($clock - $now - $Offset) / 1000}]
            set Pruning [expr {$now + 7 * 86400000}]
        }
        set Offset [expr {$clock - $now}]
        if {$now >= $Pruning} {
            set removed [tcl::mathop::+ {*}[dict values [$Registry prune {*}$Keep -now [expr {$clock / 1000}]]]]
            set Pruning [expr {$now + ($removed ? 1000 : 3600000)}]
        }
    }

    # At the start the records tell what time it was last; a month later the clock may be wrong, or this server was off.
    method DistrustClock {} {
        set last [[$Registry db] value {SELECT MAX(at) FROM audit}]
        if {$last ne {} && [clock seconds] - $last > 30 * 86400} {
            set Pruning [expr {[::sslkeys::ticker now] + 7 * 86400000}]
        }
    }

    # One thing that fails must not keep the others from what is due.
    method Try {command} {
        try {
            {*}$command
        } on error {message details} {
            ::sslkeys::log::event error sweep-failed code [dict get $details -errorcode] reason $message
        }
    }

    # Read the first line and let it choose the protocol.
    method Serve {chan address} {
        ::sslkeys::connection::limit $chan [dict get $Times -headertime]
        set buffer {}
        while {[set end [string first \n $buffer]] < 0 && [string length $buffer] <= 1024} {
            set bytes [::sslkeys::connection::read $chan]
            if {$bytes eq {}} {
                return
            }
            ::sslkeys::connection::occupy $chan
            append buffer $bytes
        }
        if {[string match {certificate *} $buffer] && ![regexp {^[^\n]* HTTP/[0-9.]+\r?\n} $buffer]} {
            set line [string range $buffer 0 [expr {$end < 0 ? {end} : $end}]]
            ::sslkeys::lineprotocol::answer $chan $line [namespace code [list my Issue $address]] \
                [namespace code [list my Withdraw $address]] [dict get $Times -bodytime]
            return
        }
        ::sslkeys::http::serve $chan [namespace code {my Respond}] -buffer $buffer {*}$Times \
            -failed [namespace code [list my Failed $address]]
    }

    method Issue {address name email} {
        try {
            set issued [$Issuer issue $name $email $address]
        } on error {message details} {
            ::sslkeys::log::event info denied address $address name $name code [dict get $details -errorcode] reason $message
            return -options $details $message
        }
        ::sslkeys::log::event info issued address $address name $name serial [dict get $issued serial]
        return $issued
    }

    method Withdraw {address issued message} {
        $Issuer withdraw $issued
        ::sslkeys::log::event warning withdrawn address $address name [dict get $issued name] \
            serial [dict get $issued serial] reason $message
    }

    method Failed {address message details} {
        ::sslkeys::log::event error failed address $address code [dict get $details -errorcode] reason $message
    }

    # The HTTP side: whoever has an answer; and what nobody has to be known for.
    method Respond {request} {
        foreach handler $Handlers {
            set response [$handler respond $request]
            if {$response ne {}} {
                return $response
            }
        }
        if {[dict get $request path] ne {/ca.crt}} {
            return [::sslkeys::http::response 404 "there is nothing here\n"]
        }
        if {[dict get $request method] ni {GET HEAD}} {
            return [::sslkeys::http::response 405 "GET or HEAD\n" text/plain Allow {GET, HEAD}]
        }
        set response [::sslkeys::http::response 200 {} application/x-pem-file]
        dict set response file [file join $Directory ca.crt]
        return $response
    }
}
