# A port with limits: who comes beyond them is closed before TLS begins, and who is slow is closed in time.
# Each connection gets a coroutine in which the handler runs; what it speaks is the handler's business.

namespace eval ::sslkeys::listening {
    variable total 0   ;# connections of this process, over all listeners
    variable perAddress
    array set perAddress {}
    # tclsh aborts when it waits on a descriptor of 1024 or more: select() has no bit for it.
    variable descriptors 1024
}

oo::class create ::sslkeys::listener {
    variable Options Handler Sockets Port Held Running

    # Listen.
    #   in      handler: prefix, called in the connection's coroutine with channel and address
    #           -tls: a context, or empty for plain TCP; -log: prefix, called with level, event, name value ...
    #           -group: prefix that makes of an address what is counted for -peraddress, such as its network
    #           -adopted 1: a handler's connection lives on after it, until somebody else closes the channel
    #   errors  POSIX EADDRINUSE and like
    constructor {handler args} {
        set Options [::sslkeys::ReadOptions $args {
            -port 0 -address {} -tls {} -connections 800 -peraddress 64 -handshaketime 10 -log {} -group {} -adopted 0
        }]
        set Handler $handler
        set Sockets {}
        set Held {}
        set limit [::sslkeys::process descriptors -limit $::sslkeys::listening::descriptors]
        dict set Options -connections [expr {max(1, min([dict get $Options -connections], 900, $limit - 100))}]
        ::sslkeys::connection::use
        set Running 1
        set Port [dict get $Options -port]
        set addresses [dict get $Options -address]
        foreach address [expr {$addresses eq {} ? {{}} : $addresses}] {
            set place [expr {$address eq {} ? {} : [list -myaddr $address]}]
            try {
                lappend Sockets [set socket [::socket -server [namespace code {my Accept}] {*}$place $Port]]
                # What is accepted inherits it.
                ::sslkeys::process nodelay $socket
            } on error {message details} {
                # Tcl names the message only.
                set code [expr {[string match {*address already in use*} $message] ? {POSIX EADDRINUSE {address already in use}} :
                    [dict get $details -errorcode]}]
                return -code error -errorcode $code \
                    "cannot listen on port $Port[expr {$address eq {} ? {} : " of $address"}]: [regsub {^couldn't open socket: } $message {}]"
            }
            set Port [my RealPort $socket]
        }
    }

    destructor {
        my Stop
    }

    # The port, also where 0 was asked for.
    method port {} {
        return $Port
    }

    # The listening channels.
    method sockets {} {
        return $Sockets
    }

    # How many connections it holds now.
    method connections {} {
        return [dict size $Held]
    }

    # Take no more connections; those that are here go on.
    method refuse {} {
        foreach socket $Sockets {
            ::close $socket
        }
        set Sockets {}
    }

    # Also after a constructor that failed, wherever it was.
    method Stop {} {
        if {![info exists Running]} {
            return
        }
        unset Running
        my refuse
        foreach chan [dict keys $Held] {
            my Release $chan
            ::sslkeys::connection::abandon $chan
        }
        ::sslkeys::connection::release
    }

    method RealPort {socket} {
        set kept [info exists ::tcl::unsupported::noReverseDNS]
        set ::tcl::unsupported::noReverseDNS 1
        try {
            return [lindex [fconfigure $socket -sockname] 2]
        } finally {
            if {!$kept} {
                unset ::tcl::unsupported::noReverseDNS
            }
        }
    }

    method Accept {chan address port} {
        if {![my Admit $chan $address]} {
            my Log info refused address $address reason "too many connections"
            ::close $chan
            return
        }
        fconfigure $chan -blocking 0 -translation binary -buffering full -buffersize 16384
        ::sslkeys::connection::start $chan $address [namespace code [list my Serve $chan $address]] \
            [namespace code [list my Failed $address]] [namespace code [list my Release $chan]]
    }

    # Count a connection in, if there is room.
    method Admit {chan address} {
        variable ::sslkeys::listening::total
        variable ::sslkeys::listening::perAddress
        if {[dict get $Options -adopted]} {
            my ReleaseClosed
        }
        if {[dict get $Options -group] ne {}} {
            set address [{*}[dict get $Options -group] $address]
        }
        if {$total >= [dict get $Options -connections]
                || ([info exists perAddress($address)] && $perAddress($address) >= [dict get $Options -peraddress])} {
            return 0
        }
        my Release $chan
        incr total
        incr perAddress($address)
        dict set Held $chan $address
        return 1
    }

    method Release {chan} {
        variable ::sslkeys::listening::total
        variable ::sslkeys::listening::perAddress
        if {![dict exists $Held $chan]} {
            return
        }
        set address [dict get $Held $chan]
        dict unset Held $chan
        incr total -1
        if {[incr perAddress($address) -1] == 0} {
            unset perAddress($address)
        }
    }

    method ReleaseClosed {} {
        set open [chan names]
        foreach chan [dict keys $Held] {
            if {$chan ni $open} {
                my Release $chan
            }
        }
    }

    # The life of one connection, in its coroutine.
    method Serve {chan address} {
        if {[dict get $Options -tls] ne {}} {
            ::sslkeys::connection::limit $chan [dict get $Options -handshaketime]
            # A peer that says nothing costs no TLS context.
            ::sslkeys::connection::await $chan readable
            ::sslkeys::tls::import $chan server [dict get $Options -tls]
            try {
                while {![::sslkeys::tls::handshake $chan]} {
                    ::sslkeys::connection::await $chan readable
                }
            } trap {SSLKEYS} {message details} {
                my Failed $address $message $details
                # The peer may still be writing; closing now could reset the connection under our alert.
                ::sslkeys::tls::strip $chan
                ::sslkeys::connection::linger $chan
                return
            }
        }
        if {[dict get $Options -adopted]} {
            ::sslkeys::connection::disown $chan
        }
        {*}$Handler $chan $address
    }

    method Failed {address message details} {
        my Log info ended address $address code [dict get $details -errorcode] reason $message
    }

    method Log {level event args} {
        if {[dict get $Options -log] ne {}} {
            {*}[dict get $Options -log] $level $event port $Port {*}$args
        }
    }
}
