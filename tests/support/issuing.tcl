# An issuer on a fresh key directory with a registry, and hands that ask it as machines and operators do. Source registry.tcl
# before; the moment of every call is issuing::now, which a test may move.

namespace eval ::issuing {
    variable day 86400
    variable now [clock seconds]
    variable issuer {}
    variable registry {}
    variable policy {}
    variable keys {}
}

# Make a policy from lines as they stand in sslkeys.conf.
proc ::issuing::policy {args} {
    set line 0
    set settings {}
    foreach words $args {
        dict lappend settings [lindex $words 0] [list [incr line] [lrange $words 1 end]]
    }
    return [::sslkeys::policy new $settings]
}

# Open a house: a key directory with a CA, its registry, an issuer under the policy of these lines. The one before is closed.
proc ::issuing::open {args} {
    variable registry
    variable keys
    variable now [clock seconds]
    close
    set keys [::records::directory]
    set registry [::sslkeys::registry new $keys -create 1 -who server:here]
    under {*}$args
}

# Go on under another policy.
proc ::issuing::under {args} {
    variable issuer
    variable registry
    variable policy
    variable keys
    foreach part [list $issuer $policy] {
        if {$part ne {}} {
            $part destroy
        }
    }
    set policy [policy {*}$args]
    set issuer [::sslkeys::issuer new $keys $registry $policy -who server:here]
}

proc ::issuing::close {} {
    foreach part {issuer policy registry} {
        variable $part
        if {[set $part] ne {}} {
            [set $part] destroy
            set $part {}
        }
    }
}

# Make a request for a key of its own, or that of -key; attributes and options of `request create`.
proc ::issuing::request {name args} {
    if {![dict exists $args -key]} {
        dict set args -key [::sslkeys::key generate]
    }
    if {![dict exists $args CN]} {
        dict set args CN $name
    }
    return [::sslkeys::request create {*}$args]
}

# Ask as a machine does.
#   in   request; keys of what is asked
#   out  the answer
proc ::issuing::ask {request args} {
    variable issuer
    variable now
    return [$issuer ask [dict merge [dict create request $request address 192.0.2.1 now $now] $args]]
}

# Ask, and answer the state, or the beginning of the errorCode.
proc ::issuing::outcome {request args} {
    try {
        return [dict get [ask $request {*}$args] state]
    } trap SSLKEYS {- details} {
        return [lrange [dict get $details -errorcode] 0 2]
    }
}

# Give a machine a certificate, as an operator does.
#   out  its identity, as the door tells it
proc ::issuing::grant {profile name args} {
    variable issuer
    variable now
    set request [request $name]
    set made [$issuer sign $request $profile -now $now {*}$args CN $name]
    return [identity [dict get $made certificate]]
}

proc ::issuing::identity {certificate} {
    variable keys
    variable now
    return [::sslkeys::certificate verify $certificate -cafile $keys/ca.crt -purpose any -now $now]
}

# Approve as an operator does.
proc ::issuing::approve {id {who operator:anna@desk}} {
    variable registry
    variable now
    return [$registry decide $id approve $who {} -now $now]
}

# Draw a token and put it on record.
proc ::issuing::token {profile name args} {
    variable registry
    variable now
    set secret [::sslkeys::token draw]
    $registry addToken $secret [dict merge \
        [dict create profile $profile name $name created $now expires [expr {$now + 3600}] who operator:anna@desk] $args]
    return $secret
}

# What the certificates on record come to: the number in each state.
proc ::issuing::states {} {
    variable registry
    set states {}
    foreach row [[$registry db] rows {SELECT state, COUNT(*) AS count FROM certificates GROUP BY state ORDER BY state}] {
        lappend states {*}[dict values $row]
    }
    return $states
}

# Whether a text stands in any file of the key directory, the database and what SQLite keeps beside it included.
proc ::issuing::leaves {text} {
    variable keys
    foreach path [glob -directory $keys -types f * .*] {
        if {[string first $text [::support::readOctets $path]] >= 0} {
            return [file tail $path]
        }
    }
    return {}
}
