# How the server is: for who watches it (health, JSON with a status that tells) and for Prometheus (text format 0.0.4).
# Says what is wrong, never whose it is: no name, no serial number.

oo::class create ::sslkeys::health {
    variable Directory Registry Revocation Issuer Upkeep Begun

    # Look after a key directory, its registry and revocation object; -issuer  whose counters are told;
    # -upkeep  that knows of the CA's key and the server's own certificate.
    constructor {directory registry revocation args} {
        set options [::sslkeys::ReadOptions $args {-issuer {} -upkeep {}}]
        set Directory $directory
        set Registry $registry
        set Revocation $revocation
        set Issuer [dict get $options -issuer]
        set Upkeep [dict get $options -upkeep]
        set Begun [::sslkeys::ticker now]
    }

    # Look at everything.
    #   in   -now seconds
    #   out  dict: ok (boolean), database (ok, or the reason word of its error), crl (ok, missing, late), crlnumber, crlage, crlleft, caleft
    #        (seconds; absent when unknown), ca (ok, expiring, expired, notyetvalid, missing, or what keeps its key from signing), pending,
    #        certificate and certificateleft, see upkeep
    method look {args} {
        set now [dict get [::sslkeys::ReadOptions $args [list -now [clock seconds]]] -now]
        set seen [dict merge [my LookAtDatabase] [my LookAtList $now] [my LookAtCa $now] [my LookAtUpkeep $now]]
        if {[dict get $seen authority] ne {ok} && [dict get $seen ca] in {ok expiring}} {
            dict set seen ca [dict get $seen authority]
        }
        set ok [expr {[dict get $seen database] eq {ok} && [dict get $seen crl] eq {ok} && [dict get $seen ca] in {ok expiring}
            && [dict get $seen serves]}]
        return [dict merge [dict create ok $ok] $seen]
    }

    # What stands at /health: a list of status, media type, seconds to keep, body.
    method respond {args} {
        set seen [my look {*}$args]
        set members [list "\"status\": \"[expr {[dict get $seen ok] ? {ok} : {failing}}]\""]
        foreach name {database crl ca certificate} {
            lappend members "\"$name\": \"[dict get $seen $name]\""
        }
        foreach {name member} {
            crlage crl_age_seconds crlleft crl_seconds_left caleft ca_seconds_left certificateleft certificate_seconds_left
        } {
            if {[dict exists $seen $name]} {
                lappend members "\"$member\": [dict get $seen $name]"
            }
        }
        return [list [expr {[dict get $seen ok] ? 200 : 503}] application/json 0 "\{[join $members {, }]\}\n"]
    }

    # What stands at /metrics.
    method metrics {args} {
        set seen [my look {*}$args]
        set counters [expr {$Issuer eq {} ? {} : [$Issuer counters]}]
        set text {}
        foreach {counter name help} {
            issued    issued    {Certificates issued to machines.}
            opened    requests  {Requests opened, asking again not counted.}
            withdrawn withdrawn {Certificates that did not reach who asked for them.}
        } {
            append text [my Metric sslkeys_${name}_total counter $help [list {} [expr {[dict exists $counters $counter] ? [dict get $counters $counter] : 0}]]]
        }
        # The line protocol's word is denied, EST's refused.
        set refused {}
        dict for {event count} [::sslkeys::log::counts] {
            if {[lindex $event 0] in {denied refused} && [llength $event] == 2} {
                dict incr refused "{reason=\"[lindex $event 1]\"}" $count
            }
        }
        append text [my Metric sslkeys_refused_total counter {Requests refused, by reason.} $refused]
        foreach {name help value} [list \
            sslkeys_up_seconds          {Seconds since the server began.}               [expr {([::sslkeys::ticker now] - $Begun) / 1000}] \
            sslkeys_connections         {Connections open now, over all ports.}         [::sslkeys::health::connections] \
            sslkeys_database_up         {Whether the registry answers and has room.}    [expr {[dict get $seen database] eq {ok}}] \
            sslkeys_requests_waiting    {Requests that wait for a person.}              [my Field $seen pending] \
            sslkeys_revoked             {Certificates on the revocation list.}          [$Revocation count] \
            sslkeys_crl_number          {Number of the revocation list.}                [my Field $seen crlnumber] \
            sslkeys_crl_age_seconds     {Seconds since the thisUpdate of the revocation list, five minutes before it was signed.} [my Field $seen crlage] \
            sslkeys_crl_left_seconds    {Seconds until the next list is overdue.}       [my Field $seen crlleft] \
            sslkeys_ca_left_seconds     {Seconds until the CA's certificate ends.}      [my Field $seen caleft] \
            sslkeys_certificate_left_seconds {Seconds until the server's own certificate ends.} [my Field $seen certificateleft]] {
            append text [my Metric $name gauge $help [expr {$value eq {} ? {} : [list {} $value]}]]
        }
        return [list 200 {text/plain; version=0.0.4; charset=utf-8} 0 $text]
    }

    method Metric {name type help samples} {
        set text "# HELP $name $help\n# TYPE $name $type\n"
        foreach {labels value} $samples {
            append text "$name$labels $value\n"
        }
        return $text
    }

    method Field {seen name} {
        return [expr {[dict exists $seen $name] ? [dict get $seen $name] : {}}]
    }

    method LookAtDatabase {} {
        try {
            set pending [$Registry countRequests -state pending]
            return [dict create database [expr {[[$Registry db] isFull] ? {full} : {ok}}] pending $pending]
        } on error {- details} {
            set code [dict get $details -errorcode]
            return [dict create database [expr {[lindex $code 0] eq {SSLKEYS} ? [string tolower [lindex $code 2]] : {failing}}]]
        }
    }

    method LookAtList {now} {
        set list [$Revocation list]
        if {$list eq {}} {
            return {crl missing}
        }
        set left [expr {[dict get $list nextupdate] - $now}]
        return [dict create crl [expr {$left > 0 ? {ok} : {late}}] crlnumber [dict get $list number] \
            crlage [expr {$now - [dict get $list thisupdate]}] crlleft $left]
    }

    method LookAtCa {now} {
        try {
            set info [::sslkeys::certificate info [::sslkeys::ReadFile [file join $Directory ca.crt]]]
        } on error {} {
            return {ca missing}
        }
        set left [expr {[dict get $info notafter] - $now}]
        set state [expr {$now < [dict get $info notbefore] ? {notyetvalid} : $left <= 0 ? {expired} : $left < 30 * 86400 ? {expiring} : {ok}}]
        return [dict create ca $state caleft $left]
    }

    method LookAtUpkeep {now} {
        return [expr {$Upkeep eq {} ? {authority ok certificate ok serves 1} : [$Upkeep look $now]}]
    }
}

namespace eval ::sslkeys::health {
    namespace export isLoopback
}

# How many connections the ports of this process have; none where none was ever opened.
proc ::sslkeys::health::connections {} {
    return [expr {[info exists ::sslkeys::listening::total] ? $::sslkeys::listening::total : 0}]
}

# Whether an address is of this machine itself.
proc ::sslkeys::health::isLoopback {address} {
    return [regexp {^(?:127\.[0-9.]+|::1|(?:::ffff:)?127\.[0-9.]+)$} $address]
}
