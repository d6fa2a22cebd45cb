# What `sslkeys serve` runs: the ports, the configuration, the log and signals. No user's code runs in the process that holds the
# CA's key; an application runs elsewhere, on sslkeys::tls.

namespace eval ::sslkeys::serve {
    namespace export run
    # Keys that count at once when the configuration is read again; the others need a new start.
    variable live {log log-level stale overlap crl-days stop-time keep-requests keep-tokens keep-audit names}
}

# Serve until a signal ends it.
#   in      dict -keys (the key directory), -config (the configuration, else sslkeys.conf in it where that is), -tell (a prefix that
#           gets the line that says which ports are open, and the ports by name)
#   out     0, after SIGTERM or SIGINT
#   errors  CA MISSING, ...; KEY PASSWORD; POLICY CONFIG, RULE, RESERVED; STORE ...; POSIX ...
proc ::sslkeys::serve::run {options} {
    # Before all else: a signal that comes while the ports are being opened would kill. It is heard when they are open.
    foreach {signal call} {TERM {stop TERM} INT {stop INT} HUP reload} {
        ::sslkeys::process signal $signal [list ::sslkeys::serve::current {*}$call]
    }
    try {
        ::sslkeys::service create ::sslkeys::serve::current [dict get $options -keys] [dict get $options -config]
        {*}[dict get $options -tell] [current ready] [current ports]
        current wait
    } finally {
        if {[llength [info commands ::sslkeys::serve::current]]} {
            current destroy
        }
        foreach signal {TERM INT HUP} {
            ::sslkeys::process signal $signal {}
        }
    }
    return 0
}

oo::class create ::sslkeys::service {
    variable Directory Asked Config Started Registry Upkeep Server Door Publisher Publish Health Ticker State Limit Beats

    # Open everything.
    constructor {directory config} {
        set Directory [file normalize $directory]
        set Asked $config
        set ::sslkeys::keydirectory $Directory
        set Beats 0
        foreach file {ca.crt ca.key} {
            if {![file exists [file join $Directory $file]]} {
                throw [list SSLKEYS CA MISSING directory $Directory] "there is no CA in \"$Directory\""
            }
        }
        set Config [my Load]
        set Started [dict get $Config settings]
        my OpenLog $Config
        ::sslkeys::log::event info starting version [::sslkeys::about version] keys $Directory config [dict get $Config path]
        try {
            my Open
        } on error {message details} {
            ::sslkeys::log::event error start-failed code [dict get $details -errorcode] reason $message
            return -options $details $message
        }
    }

    destructor {
        if {[info exists Ticker]} {
            ::sslkeys::ticker stop $Ticker
        }
        foreach part {Publisher Publish Health Door Server Upkeep Registry} {
            if {[info exists $part]} {
                [set $part] destroy
            }
        }
    }

    method Open {} {
        # Nobody waits for us yet, so whoever begins beside us may keep the registry locked for a while.
        set Registry [::sslkeys::registry new $Directory -create 1 -busy 10]
        set passphrase [list -cakeypasswordfrom [my Get ca-password-from]]
        set Upkeep [::sslkeys::upkeep new $Directory $Registry {*}$passphrase -log ::sslkeys::log::event]
        $Upkeep begin [my Get names]
        set Server [::sslkeys::server new {*}[$Upkeep pair] -directory $Directory -registry $Registry -port [my Port enroll-port] \
            -address [my Get address] {*}$passphrase {*}[my Limits] {*}[my Settings $Config]]
        my OpenDoor
        my OpenPublisher
        $Registry audit server:[info hostname] start {} {} [list ports [my ports]]
        [$Registry db] patience 0.25
        set State running
        set Ticker [::sslkeys::ticker start [namespace code {my Beat}]]
    }

    # The line that says which ports are open.
    method ready {} {
        set words {}
        foreach {name port} [my ports] {
            lappend words "[dict get {enroll enrolment service HTTPS publish publishing} $name] on port $port"
        }
        return "Ready: [join $words {, }]"
    }

    # Read the configuration and open the log anew. What is wrong with it is logged, and the one before stays.
    method reload {} {
        variable ::sslkeys::serve::live
        try {
            set config [my Load]
            my OpenLog $config
        } on error {message details} {
            ::sslkeys::log::event error reload-refused code [dict get $details -errorcode] reason $message
            return
        }
        # What runs is what it was started with, however often the file changes.
        set later [lmap key [dict keys $Started] {
            expr {$key in $live || [dict get $config settings $key] eq [dict get $Started $key] ? [continue] : $key}
        }]
        set Config $config
        $Server configure {*}[my Settings $config]
        $Upkeep tend [my Get names]
        ::sslkeys::log::event info reloaded config [dict get $config path]
        if {[llength $later]} {
            ::sslkeys::log::event warning restart-needed keys $later
        }
    }

    # Take no more connections, let what is being answered be answered, then end.
    method stop {why} {
        if {$State ne {running}} {
            set Limit 0
            set State ending
            return
        }
        ::sslkeys::log::event info stopping signal $why connections $::sslkeys::listening::total
        set Limit [expr {[::sslkeys::ticker now] + [my Get stop-time] * 1000}]
        set State ending
        foreach listener [my Listeners] {
            $listener refuse
        }
        ::sslkeys::connection::quiesce
    }

    # Wait for the end.
    method wait {} {
        set changed [namespace current]::State
        trace add variable ::sslkeys::listening::total write [list ::sslkeys::serve::Touch $changed]
        try {
            while {$State eq {running} || ($::sslkeys::listening::total > 0 && [::sslkeys::ticker now] < $Limit)} {
                vwait $changed
            }
        } finally {
            trace remove variable ::sslkeys::listening::total write [list ::sslkeys::serve::Touch $changed]
        }
        ::sslkeys::log::event info stopped cut $::sslkeys::listening::total
        catch {$Registry audit server:[info hostname] stop {}}  ;# where the registry is away, it ends all the same
    }

    method Listeners {} {
        return [list $Server {*}[expr {[info exists Door] ? [list $Door] : {}}] {*}[expr {[info exists Publisher] ? [list $Publisher] : {}}]]
    }

    method ports {} {
        set ports [list enroll [$Server port]]
        foreach {name part} {service Door publish Publisher} {
            if {[info exists $part]} {
                lappend ports $name [[set $part] port]
            }
        }
        return $ports
    }

    # Once a second: the end's limit; each minute, and when our own certificate is revoked: what a server keeps in order for itself.
    method Beat {now} {
        if {$State eq {ending}} {
            set State ending
        }
        if {[incr Beats] % 60 == 0 || [[$Server revocation] has [$Upkeep serial]]} {
            $Upkeep tend
        }
    }

    # A setting as it is now; of those that need a new start, as it was then.
    method Get {key} {
        if {$key in $::sslkeys::serve::live} {
            return [dict get $Config settings $key]
        }
        return [dict get $Started $key]
    }

    # The port of a key; 0 also for off, which who opens it asks before (the port where machines enrol cannot be off).
    method Port {key} {
        return [expr {[my Get $key] eq {off} ? 0 : [my Get $key]}]
    }

    method Load {} {
        set path $Asked
        if {$path eq {} && [file exists [file join $Directory sslkeys.conf]]} {
            set path [file join $Directory sslkeys.conf]
        }
        return [::sslkeys::config::load $path]
    }

    # Open the log where the configuration says, anew where it is open already.
    method OpenLog {config} {
        set where [dict get $config settings log]
        ::sslkeys::log::configure -level [dict get $config settings log-level] \
            {*}[expr {$where in {stderr stdout} ? [list -channel $where] : [list -file $where]}]
    }

    method Limits {} {
        set limits {}
        foreach {option key} {
            -connections connections -peraddress connections-per-address -handshaketime handshake-time -headertime header-time
            -bodytime body-time -idletime idle-time
        } {
            lappend limits $option [my Get $key]
        }
        return $limits
    }

    method Settings {config} {
        set settings [dict get $config settings]
        return [list -policy [dict get $config policy] -stale [dict get $settings stale] -overlap [dict get $settings overlap] \
            -crldays [dict get $settings crl-days] -keep [list -requests [dict get $settings keep-requests] \
            -tokens [dict get $settings keep-tokens] -audit [dict get $settings keep-audit]]]
    }

    # The port for who has a certificate: `/` tells them who they are.
    method OpenDoor {} {
        if {[my Get service-port] eq {off}} {
            return
        }
        set context [::sslkeys::tls::context {*}[$Upkeep pair] -cafile [file join $Directory ca.crt] -require 1 -verify [$Server verifier]]
        set Door [my Listen {my Greet} service-port [my Get address] -tls $context]
    }

    method OpenPublisher {} {
        if {[my Get publish-port] eq {off}} {
            return
        }
        set Health [::sslkeys::health new $Directory $Registry [$Server revocation] -issuer [$Server issuer] -upkeep $Upkeep]
        set Publish [::sslkeys::publish new $Directory [$Server revocation] $Health]
        set addresses [my Get publish-address]
        set Publisher [my Listen [list $Publish respond] publish-port [expr {$addresses eq {} ? [my Get address] : $addresses}]]
    }

    method Listen {handler key addresses args} {
        set limits [my Limits]
        set handler [expr {[lindex $handler 0] eq {my} ? [namespace code $handler] : $handler}]
        return [::sslkeys::listener new [namespace code [list my Serve $handler]] -port [my Port $key] -address $addresses \
            -group ::sslkeys::network::group -log ::sslkeys::log::event {*}$args {*}[dict filter $limits key -connections -peraddress -handshaketime]]
    }

    method Serve {handler chan address} {
        ::sslkeys::http::serve $chan $handler {*}[dict filter [my Limits] key -headertime -bodytime -idletime] \
            -failed [list ::sslkeys::serve::LogFailure $address]
    }

    method Greet {request} {
        if {[dict get $request path] ne {/}} {
            return [::sslkeys::http::response 404 "there is nothing here\n"]
        }
        if {[dict get $request method] ni {GET HEAD}} {
            return [::sslkeys::http::response 405 "GET or HEAD\n" text/plain Allow {GET, HEAD}]
        }
        return [::sslkeys::http::response 200 "Clock: [clock seconds]; Client: [dict get $request peer name]"]
    }
}

proc ::sslkeys::serve::Touch {variable args} {
    set $variable [set $variable]
}

proc ::sslkeys::serve::LogFailure {address message details} {
    ::sslkeys::log::event error failed address $address code [dict get $details -errorcode] reason $message
}
