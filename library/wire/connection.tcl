# One coroutine per connection, in which reading looks sequential, and one sweep that ends what is late.
# Time limits hang on the monotonic ticker, never on `after`. Knows no protocol, and of TLS only how to close it.

namespace eval ::sslkeys::connection {
    namespace export start perform await watch pause wake read take breathe send drain limit hold address linger close disown abandon use release occupy rest quiesce isEnding

    variable waiting  ;# channel -> the coroutine that waits for it
    variable watched  ;# channel -> the event its fileevent stands on: readable, writable or none
    variable until    ;# channel -> monotonic milliseconds at which waiting for it fails
    variable owner    ;# channel -> the coroutine that serves it
    variable address  ;# channel -> the peer's address, as told by accept
    variable begun    ;# channel -> how many bytes the last read gave
    variable broken   ;# channels on which reading or writing failed
    variable breaths  ;# channel -> the timer of breathe
    variable users 0  ;# how many listeners and calls need the sweep
    variable ticker {}
    variable swept 0  ;# when the last sweep was that counts as one in time, in monotonic milliseconds; 0: it does not matter
    variable serial 0
    variable answers  ;# perform's results
    variable endings  ;# channel -> what is called when its coroutine has ended
    variable occupied ;# channels on which something was asked that is not answered yet
    variable ending 0 ;# whether what is not occupied is to end
    # A response that a slow peer has not taken is waited for beyond this many bytes.
    variable backlog 65536
    array set begun {}
    array set broken {}
    array set breaths {}
    array set waiting {}
    array set watched {}
    array set until {}
    array set owner {}
    array set address {}
    array set endings {}
    array set occupied {}
}

# Serve a channel in a coroutine of its own, which closes it in the end.
#   in  channel, its peer's address, prefixes: what serves it; failed, called with message and options; closed, called at the end
proc ::sslkeys::connection::start {chan peer prefix failed closed} {
    variable serial
    variable owner
    variable address
    variable endings
    set owner($chan) ::sslkeys::connection::run[incr serial]
    set address($chan) $peer
    set endings($chan) $closed
    coroutine $owner($chan) ::sslkeys::connection::Run $chan $prefix $failed $closed
    return
}

proc ::sslkeys::connection::Run {chan prefix failed closed} {
    variable owner
    try {
        {*}$prefix
    } on error {message details} {
        {*}$failed $message $details
    } finally {
        if {[info exists owner($chan)] && $owner($chan) eq [info coroutine]} {
            {*}$closed
            close $chan
        }
    }
}

# Give a channel away: its coroutine may end, and the channel goes on without limits.
proc ::sslkeys::connection::disown {chan} {
    watch $chan none
    Forget $chan
}

# End a connection from outside. What waits for its channel gets an error, so that it can put things in order; what waits
# for anything else ends where it stands.
proc ::sslkeys::connection::abandon {chan} {
    variable owner
    variable waiting
    if {[info exists waiting($chan)]} {
        set coroutine $waiting($chan)
        unset waiting($chan)
        $coroutine closed
    }
    if {[info exists owner($chan)]} {
        rename $owner($chan) {}
        variable endings
        {*}$endings($chan)
    }
    close $chan
}

# Say that something was asked on a channel, or that it is answered: what is not occupied may end at any time.
proc ::sslkeys::connection::occupy {chan} {
    variable occupied
    set occupied($chan) 1
}

proc ::sslkeys::connection::rest {chan} {
    variable occupied
    unset -nocomplain occupied($chan)
}

# End what is served in this process but not occupied, and let the rest end after its answer.
proc ::sslkeys::connection::quiesce {} {
    variable owner
    variable occupied
    variable ending
    set ending 1
    foreach chan [array names owner] {
        if {![info exists occupied($chan)] && [info exists owner($chan)]} {
            abandon $chan
        }
    }
}

proc ::sslkeys::connection::isEnding {} {
    variable ending
    return $ending
}

# Call a prefix that waits on channels: inside a coroutine as it is, else in the event loop until it is done.
#   out  its result, or its error
proc ::sslkeys::connection::perform {prefix} {
    variable serial
    variable answers
    if {[info coroutine] ne {}} {
        return [{*}$prefix]
    }
    set id [incr serial]
    coroutine ::sslkeys::connection::run$id ::sslkeys::connection::Keep $id $prefix
    if {![info exists answers($id)]} {
        vwait ::sslkeys::connection::answers($id)
    }
    lassign $answers($id) result options
    unset answers($id)
    return -options [dict merge $options {-level 1}] $result
}

proc ::sslkeys::connection::Keep {id prefix} {
    variable answers
    set code [catch {{*}$prefix} result options]
    set answers($id) [list $result [dict create -code $code]]
    if {$code == 1} {
        lset answers($id) 1 [dict create -code 1 -errorcode [dict get $options -errorcode] -errorinfo $result -errorstack {}]
    }
}

# Wait until a channel is readable or writable (or, with the event none, for wake).
#   errors  WIRE TIMEOUT when its limit comes first
proc ::sslkeys::connection::await {chan event} {
    variable waiting
    variable watched
    set waiting($chan) [info coroutine]
    if {![info exists watched($chan)] || $watched($chan) ne $event} {
        watch $chan $event
    }
    # Whoever else may resume this coroutine means another wait of its handler, which is over.
    while {[set why [yield]] ni {ready late closed}} {}
    if {$why eq {closed}} {
        throw {SSLKEYS WIRE CLOSED} "the port was closed"
    }
    if {$why eq {late}} {
        return -code error -errorcode {SSLKEYS WIRE TIMEOUT} "the other side was silent for too long"
    }
}

# Wait for wake, within the limit: a handler whose answer comes later needs no event of the channel.
proc ::sslkeys::connection::pause {chan} {
    await $chan none
}

proc ::sslkeys::connection::wake {chan} {
    Ready $chan
}

# Let a channel wake its coroutine for one event: readable, writable or none.
proc ::sslkeys::connection::watch {chan event} {
    variable watched
    foreach one {readable writable} {
        fileevent $chan $one [expr {$one eq $event ? [list ::sslkeys::connection::Ready $chan] : {}}]
    }
    set watched($chan) $event
}

# A readable fileevent stays between two waits, as setting it costs more than being called in vain now and then.
proc ::sslkeys::connection::Ready {chan} {
    variable waiting
    if {[info exists waiting($chan)]} {
        set coroutine $waiting($chan)
        unset waiting($chan)
        $coroutine ready
    } else {
        watch $chan none
    }
}

# Read what has come, up to 64 KiB, or wait for it. All but the first read come out of the event loop, so that a peer that
# never stops sending neither holds up the others nor outruns its limits.
#   out     bytes; the empty string at the end of the stream
#   errors  WIRE TIMEOUT; WIRE CLOSED after an earlier error; POSIX ... from the channel
proc ::sslkeys::connection::read {chan} {
    variable begun
    while {1} {
        if {[info exists begun($chan)]} {
            # A full read may have left something that no event will tell of.
            if {$begun($chan) == 65536} {
                breathe $chan
            } else {
                await $chan readable
            }
        }
        set bytes [take $chan]
        set begun($chan) [string length $bytes]
        if {$bytes ne {} || [eof $chan]} {
            return $bytes
        }
    }
}

# Read what is there, without waiting. After an error a channel can only be closed: the tls package may never return from
# another read.
#   errors  WIRE CLOSED after an earlier error; POSIX ... from the channel
proc ::sslkeys::connection::take {chan} {
    variable broken
    if {[info exists broken($chan)]} {
        throw {SSLKEYS WIRE CLOSED} "the connection is broken"
    }
    try {
        return [::read $chan 65536]
    } on error {message details} {
        set broken($chan) 1
        return -options $details $message
    }
}

# Let the event loop go round once.
proc ::sslkeys::connection::breathe {chan} {
    variable breaths
    set breaths($chan) [after 0 [list ::sslkeys::connection::Ready $chan]]
    await $chan none
}

# Write bytes with one puts and one flush; wait only while the peer is far behind.
proc ::sslkeys::connection::send {chan bytes} {
    variable backlog
    variable broken
    try {
        ::sslkeys::Discreetly {
            puts -nonewline $chan $bytes
            flush $chan
        }
    } on error {message details} {
        set broken($chan) 1
        return -options $details $message
    }
    if {[chan pending output $chan] > $backlog} {
        drain $chan $backlog
    }
}

# Wait until no more than some bytes are still to be written.
proc ::sslkeys::connection::drain {chan {rest 0}} {
    variable broken
    while {[chan pending output $chan] > $rest} {
        await $chan writable
        try {
            flush $chan
        } on error {message details} {
            set broken($chan) 1
            return -options $details $message
        }
    }
}

# Let waiting for a channel fail from now + seconds on.
proc ::sslkeys::connection::limit {chan seconds} {
    variable until
    set until($chan) [expr {[::sslkeys::ticker now] + $seconds * 1000}]
}

# Let no limit run while a handler works.
proc ::sslkeys::connection::hold {chan} {
    variable until
    unset -nocomplain until($chan)
}

proc ::sslkeys::connection::address {chan} {
    variable address
    if {[info exists address($chan)]} {
        return $address($chan)
    }
}

# Read on and forget for a moment, so that a refusal arrives: closing with unread bytes would reset the connection under it.
#   in  whether the peer surely has more to say; else what is there already decides
proc ::sslkeys::connection::linger {chan {more 1} {seconds 2}} {
    limit $chan $seconds
    set left 4194304
    try {
        drain $chan
        if {!$more && [take $chan] eq {}} {
            return
        }
        ::sslkeys::process hangup $chan -direction write
        while {$left > 0 && [set bytes [read $chan]] ne {}} {
            incr left -[string length $bytes]
        }
    } on error {} {
        # It was refused already; how it goes away does not matter.
    }
}

# Close a channel and forget it. What it has not taken by now it never gets.
proc ::sslkeys::connection::close {chan} {
    Forget $chan
    if {$chan ni [chan names]} {
        return
    }
    if {[catch {chan pending output $chan} pending] || $pending > 0} {
        # Else Tcl goes on flushing for as long as the peer likes, on a descriptor that nobody counts.
        ::sslkeys::process hangup $chan
    }
    ::sslkeys::tls::close $chan
}

proc ::sslkeys::connection::Forget {chan} {
    variable breaths
    if {[info exists breaths($chan)]} {
        after cancel $breaths($chan)
    }
    foreach table {waiting watched until owner address begun broken breaths endings occupied} {
        variable $table
        unset -nocomplain ${table}($chan)
    }
}

# Need the sweep, and need it no more.
proc ::sslkeys::connection::use {} {
    variable users
    variable ticker
    variable swept
    if {[incr users] == 1} {
        set swept 0
        set ticker [::sslkeys::ticker start ::sslkeys::connection::Sweep]
    }
}

proc ::sslkeys::connection::release {} {
    variable users
    variable ticker
    if {[incr users -1] == 0} {
        ::sslkeys::ticker stop $ticker
    }
}

proc ::sslkeys::connection::Sweep {now} {
    variable waiting
    variable until
    variable swept
    # After a stall of the whole process it was not the peers who were silent: what they have sent is heard before the next sweep.
    if {$swept && $now - $swept > 2000} {
        set swept 0
        return
    }
    set swept $now
    foreach {chan time} [array get until] {
        if {$time <= $now && [info exists until($chan)] && [info exists waiting($chan)]} {
            set coroutine $waiting($chan)
            unset waiting($chan) until($chan)
            $coroutine late
        }
    }
}
