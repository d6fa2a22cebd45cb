# `sslkeys serve` as a child process, on free ports of loopback, its log on standard output where a test can wait for a line.
# Sourced after support.tcl and fixtures/doors.tcl.

namespace eval ::serving {
    variable script [file join $::support::root bin sslkeys]
}

# Make a key directory with a CA in a fresh directory.
#   out  the key directory
proc ::serving::authority {args} {
    set keys [::support::temporary]/keys
    set kept $::sslkeys::keydirectory
    set ::sslkeys::keydirectory $keys
    try {
        ::sslkeys::initialize {*}$args CN "Serving CA"
    } finally {
        set ::sslkeys::keydirectory $kept
    }
    return $keys
}

# Write the configuration: what every test wants, and more lines.
proc ::serving::configure {keys {lines {}} {log stdout}} {
    ::support::writeFile $keys/sslkeys.conf "enroll-port 0\nservice-port 0\npublish-port 0\naddress 127.0.0.1\nlog $log\n$lines\n"
}

# Start the server and wait until it is ready.
#   in   the key directory, more lines of the configuration, options of support::spawn
#   out  dict token enroll service publish (ports)
proc ::serving::start {keys {lines {}} args} {
    variable script
    configure $keys $lines
    set token [::support::spawn -until ^Ready: {*}$args -- $script serve -keys $keys]
    lassign [::support::waitLine $token {^Ready: enrolment on port (\d+), HTTPS on port (\d+), publishing on port (\d+)}] - enroll service publish
    return [dict create token $token enroll $enroll service $service publish $publish]
}

# Get something of a plain HTTP port; the event loop goes on.
#   out  list: status, body
proc ::serving::get {port path} {
    set chan [socket 127.0.0.1 $port]
    fconfigure $chan -translation binary
    puts -nonewline $chan "GET $path HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    flush $chan
    set answer [::doors::listen $chan]
    regexp {^HTTP/1.1 (\d+)} $answer - status
    return [list $status [string range $answer [string first \r\n\r\n $answer]+4 end]]
}

# Tell the serial number of the certificate that a port shows.
proc ::serving::shown {port} {
    set chan [::doors::shake $port]
    set serial [string tolower [dict get [tls::status $chan] serial]]
    close $chan
    return $serial
}

# Ask for a certificate over the line protocol, and keep the pair.
#   out  the pair's path without extension, or false
proc ::serving::enrol {port name directory args} {
    set answer [::doors::say $port "certificate $name $name@example.org\n" {*}$args]
    if {![regexp {^true (\d+) (\d+)\n(.*)$} $answer - key certificate rest]} {
        return false
    }
    ::support::writeFile $directory/$name.key [string range $rest 0 $key-1]
    ::support::writeFile $directory/$name.crt [string range $rest $key end]
    return $directory/$name
}

# Ask the service who we are.
#   out  the name; empty when nobody answers
proc ::serving::greet {port pair} {
    set answer [::doors::say $port "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n" $pair]
    set name {}
    regexp {Client: (.*)$} $answer - name
    return $name
}

# Open a connection to the service, ask once, and keep it.
#   out  the channel, on which an answer has come
proc ::serving::hold {port pair} {
    set chan [::doors::knock $port $pair]
    set ::serving::step($chan) shake
    fileevent $chan readable [list ::serving::Step $chan]
    Step $chan
    while {$::serving::step($chan) ne {answered}} {
        vwait ::serving::step($chan)
    }
    fileevent $chan readable {}
    return $chan
}

proc ::serving::Step {chan} {
    switch -- $::serving::step($chan) {
        shake {
            if {[tls::handshake $chan]} {
                puts -nonewline $chan "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
                flush $chan
                set ::serving::step($chan) ask
            }
        }
        ask {
            if {[string match {*Client: *} [read $chan]]} {
                set ::serving::step($chan) answered
            }
        }
    }
}
