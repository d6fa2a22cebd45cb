# Who may get what: the states of a request as one table, and the rules that judge what is asked for. Pure: what the registry
# knows of a name is told to `judge`, nothing is looked up here; no channel, no clock, no file.

namespace eval ::sslkeys::policy {
    namespace export next names

    # state -> event -> state. `partial` is one of several approvals that are needed, `approve` the last of them.
    variable states {
        pending  {partial pending  approve approved  deny denied  hold held  expire expired}
        held     {partial held     approve approved  deny denied  hold held  expire expired}
        approved {issue issued     deny denied       hold held    expire expired}
        issued   {}
        denied   {}
        expired  {}
    }
}

# Tell the state that follows.
#   errors  POLICY STATE
proc ::sslkeys::policy::next {state event} {
    variable states
    if {![dict exists $states $state $event]} {
        return -code error -errorcode [list SSLKEYS POLICY STATE state $state event $event] \
            "a request that is $state cannot take \"$event\""
    }
    return [dict get $states $state $event]
}

oo::class create ::sslkeys::policy {
    variable Values

    # Make a policy from the settings of sslkeys.conf.
    #   in      dict key -> list of {line words}; a key that is not there has its default
    #   errors  POLICY RULE line N
    constructor {settings} {
        set Values [::sslkeys::policy::readSettings $settings]
    }

    # Tell the value of a key.
    method get {key} {
        return [dict get $Values $key]
    }

    # Judge what is asked for.
    #   in      dict operation (enroll or renew) profile name san keytype bits address, and known: whether the name was issued before
    #   out     dict approval (auto, token or manual) needed (approvals) days line (of the rule, 0 without)
    #   errors  STORE NAME; POLICY RESERVED, PROFILE, REFUSED, KEY
    method judge {asked} {
        ::sslkeys::policy::CheckName [dict get $asked name]
        set profile [dict get $asked profile]
        if {$profile ni [dict get $Values profiles]} {
            throw [list SSLKEYS POLICY PROFILE profile [string range $profile 0 59]] \
                "certificates of profile \"[string range $profile 0 59]\" are not given over the network"
        }
        if {[dict get $asked operation] ne {renew}} {
            ::sslkeys::policy::CheckReserved $asked
        }
        set rule [my Find $asked]
        set verdict [my Terms $rule]
        if {[dict get $verdict approval] eq {refuse}} {
            throw [list SSLKEYS POLICY REFUSED name [dict get $asked name] line [dict get $verdict line]] \
                "a rule refuses the name \"[dict get $asked name]\""
        }
        my CheckKey $asked $rule
        if {[dict get $asked operation] eq {renew}} {
            return [dict replace $verdict approval auto needed 1]
        }
        if {[dict get $verdict approval] eq {auto} && ![::sslkeys::policy::MayBeAuto $asked]} {
            dict set verdict approval manual
        }
        return $verdict
    }

    # Tell for how many days a certificate is made, whatever else the rules say by now.
    method days {asked} {
        return [dict get [my Terms [my Find $asked]] days]
    }

    # Find the first rule that fits, {} when none does.
    method Find {asked} {
        foreach rule [dict get $Values rule] {
            if {[::sslkeys::policy::Fits $rule $asked]} {
                return $rule
            }
        }
        return {}
    }

    method Terms {rule} {
        set terms [dict create needed [my Word $rule approvals] line 0]
        foreach word {approval days} {
            dict set terms $word [my Word $rule $word]
        }
        if {[dict exists $rule line]} {
            dict set terms line [dict get $rule line]
        }
        return $terms
    }

    # What the rule says, or what holds everywhere.
    method Word {rule word} {
        return [dict get [dict merge $Values $rule] $word]
    }

    method CheckKey {asked rule} {
        set keytype [dict get $asked keytype]
        if {$keytype ni [my Word $rule keytypes] || ($keytype eq {rsa} && [dict get $asked bits] < [my Word $rule rsa-bits])} {
            throw [list SSLKEYS POLICY KEY keytype $keytype bits [dict get $asked bits]] \
                "a key of type $keytype with [dict get $asked bits] bits is not taken here"
        }
    }
}

# What becomes a file name, and is a word in tables and commands.
proc ::sslkeys::policy::CheckName {name} {
    if {![regexp {^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$} $name]} {
        throw [list SSLKEYS STORE NAME name [string range $name 0 59]] \
            "the name \"[string range $name 0 59]\" is not 1 to 64 of A-Z a-z 0-9 . _ @ - with a letter or digit first"
    }
}

# List what a request wants to be known by: its name, and the values of its SANs, folded; an absolute host name as a relative one.
proc ::sslkeys::policy::names {asked {kinds *}} {
    set names [list [dict get $asked name]]
    foreach entry [dict get $asked san] {
        if {[string match $kinds [regsub {:.*$} $entry {}]]} {
            lappend names [regsub {^[A-Z]+:} $entry {}]
        }
    }
    return [lsort -unique [lmap name $names {string trimright [string tolower $name] .}]]
}

# Refuse the names of the CA itself; those of its servers the registry knows.
proc ::sslkeys::policy::CheckReserved {asked} {
    foreach name [names $asked] {
        if {$name in {ca localhost} || [string match ca-* $name]} {
            throw [list SSLKEYS POLICY RESERVED name $name] "the name \"$name\" is reserved"
        }
    }
}

# Whether a rule is about this request. A rule that refuses holds for every name that is wished for, also for one of several; one
# that grants holds when all its host names fit.
proc ::sslkeys::policy::Fits {rule asked} {
    if {[dict get $rule profile] ni [list * [dict get $asked profile]]} {
        return 0
    }
    if {[dict exists $rule network] && ![::sslkeys::network::contains [dict get $rule network] [dict get $asked address]]} {
        return 0
    }
    set isRefusal [expr {[dict exists $rule approval] && [dict get $rule approval] eq {refuse}}]
    set fitting 0
    set names [names $asked [expr {$isRefusal ? {*} : {DNS}}]]
    foreach name $names {
        incr fitting [string match [dict get $rule pattern] $name]
    }
    return [expr {$isRefusal ? $fitting > 0 : $fitting == [llength $names]}]
}

# Auto gives client certificates alone, for a name that is new, and with no other name than that and two mailboxes. All else is
# for a person; so is a name with a dot at its end, which is the same host's without.
proc ::sslkeys::policy::MayBeAuto {asked} {
    if {[dict get $asked profile] ne {client} || [dict get $asked known] || [string match *. [dict get $asked name]]} {
        return 0
    }
    set mailboxes 0
    foreach entry [dict get $asked san] {
        if {[string match EMAIL:* $entry]} {
            incr mailboxes
        } elseif {![string equal -nocase $entry DNS:[dict get $asked name]]} {
            return 0
        }
    }
    return [expr {$mailboxes <= 2}]
}
