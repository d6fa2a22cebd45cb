# The configuration file sslkeys.conf: lines `key value ...`, each a Tcl list; a line that begins with # is a comment. Says what
# is the server's and what holds without a file; the keys of the policy it hands on as they are. Every complaint names its line.

namespace eval ::sslkeys::config {
    namespace export load read altName

    # key -> default, check, its limits
    variable keys {
        address                  {{}        Addresses}
        enroll-port              {9901      Number 0 65535}
        service-port             {9902      Port}
        publish-port             {off       Port}
        publish-address          {{}        Addresses}
        names                    {{}        Names}
        ca-password-from         {{}        Source}
        connections              {800       Number 1 900}
        connections-per-address  {64        Number 1 900}
        handshake-time           {10        Number 1 3600}
        header-time              {10        Number 1 3600}
        body-time                {30        Number 1 3600}
        idle-time                {60        Number 1 86400}
        stop-time                {10        Number 0 3600}
        log                      {stderr    Path}
        log-level                {info      Choice debug info warning error}
        stale                    {600       Number 0 604800}
        overlap                  {0         Number 0 604800}
        crl-days                 {7         Number 1 3650}
        keep-requests            {90        Number 1 36500}
        keep-tokens              {90        Number 1 36500}
        keep-audit               {730       Number 1 36500}
    }
    variable longest 1048576
}

# Read a configuration file and check it; without a path, what holds without one.
#   out     dict: path; settings, dict key -> value; policy, dict key -> list of {line words} for ::sslkeys::policy
#   errors  POLICY CONFIG path P line N; POLICY RULE path P line N; POSIX ... when it cannot be read
proc ::sslkeys::config::load {path} {
    variable keys
    set given [expr {$path eq {} ? {} : [read $path]}]
    set settings [dict map {key row} $keys {lindex $row 0}]
    set policy {}
    dict for {key entries} $given {
        lassign [lindex $entries 0] line words
        if {$key in [::sslkeys::policy::keys]} {
            dict set policy $key $entries
        } elseif {![dict exists $keys $key]} {
            Complain $path $line "unknown key \"[string range $key 0 59]\"[Meant $key]"
        } elseif {[llength $entries] > 1} {
            Complain $path [lindex $entries 1 0] "\"$key\" is given twice"
        } else {
            dict set settings $key [Check $path $line $key $words]
        }
    }
    try {
        [::sslkeys::policy new $policy] destroy
    } trap {SSLKEYS POLICY RULE} {message details} {
        set line [lindex [dict get $details -errorcode] end]
        throw [list SSLKEYS POLICY RULE path $path line $line] "$path: $message"
    }
    return [dict create path $path settings $settings policy $policy]
}

# Read the lines of a configuration file.
#   out     dict key -> list of {line words}, in the order of their lines
#   errors  POLICY CONFIG path P line N; POSIX ...
proc ::sslkeys::config::read {path} {
    variable longest
    set channel [open $path r]
    fconfigure $channel -encoding utf-8
    try {
        set text [::read $channel [expr {$longest + 1}]]
    } finally {
        close $channel
    }
    set lines [split $text \n]
    if {[string length $text] > $longest} {
        Complain $path [llength $lines] "the file is longer than $longest characters"
    }
    set number 0
    set given {}
    foreach text $lines {
        incr number
        set text [string trim $text]
        if {$text eq {} || [string match #* $text]} {
            continue
        }
        if {![string is list $text]} {
            Complain $path $number "a brace or a quotation mark is not closed"
        }
        set words [lassign $text key]
        dict lappend given $key [list $number $words]
    }
    return $given
}

proc ::sslkeys::config::Complain {path line message} {
    throw [list SSLKEYS POLICY CONFIG path $path line $line] "$path, line $line: $message"
}

# The key that was probably meant, as the end of a sentence.
proc ::sslkeys::config::Meant {key} {
    variable keys
    set known [list {*}[dict keys $keys] {*}[::sslkeys::policy::keys]]
    foreach one $known {
        if {[string equal -length 4 $one $key] || [string map {- {} _ {}} $one] eq [string map {- {} _ {}} [string tolower $key]]} {
            return ": did you mean \"$one\"?"
        }
    }
    return ": must be one of [join [lsort $known] {, }]"
}

proc ::sslkeys::config::Check {path line key words} {
    variable keys
    set limits [lassign [dict get $keys $key] default check]
    set value $words
    if {$check ni {Addresses Names}} {
        if {[llength $words] != 1} {
            Complain $path $line "\"$key\" takes one value"
        }
        set value [lindex $words 0]
    }
    if {[set fault [Find$check $value {*}$limits]] ne {}} {
        Complain $path $line "\"$key\" $fault"
    }
    if {$check in {Number Port} && $value ne {off}} {
        # Else 010 would be eight.
        return [scan $value %d]
    }
    return $value
}

# Each of these tells what is wrong with a value, as the end of a sentence; nothing where it is right.
proc ::sslkeys::config::FindNumber {value least most} {
    if {![regexp {^[0-9]{1,9}$} $value] || [scan $value %d] < $least || [scan $value %d] > $most} {
        return "takes a number from $least to $most, not \"[string range $value 0 59]\""
    }
}

proc ::sslkeys::config::FindPort {value} {
    if {$value ne {off} && [FindNumber $value 0 65535] ne {}} {
        return "takes a port (0: a free one) or off, not \"[string range $value 0 59]\""
    }
}

proc ::sslkeys::config::FindChoice {value args} {
    if {$value ni $args} {
        return "must be [join $args {, }], not \"[string range $value 0 59]\""
    }
}

proc ::sslkeys::config::FindPath {value} {
    if {$value eq {}} {
        return "takes stderr, stdout or the path of a file"
    }
}

proc ::sslkeys::config::FindSource {value} {
    if {![string is list $value] || [llength $value] != 2 || [lindex $value 0] ni {file env command}} {
        return "takes {file PATH}, {env NAME} or {command PREFIX}"
    }
}

proc ::sslkeys::config::FindAddresses {values} {
    foreach value $values {
        if {![::sslkeys::network::isAddress $value]} {
            return "takes addresses of this machine, such as 127.0.0.1 or ::1, not \"[string range $value 0 59]\""
        }
    }
}

proc ::sslkeys::config::FindNames {values} {
    foreach value $values {
        try {
            altName $value
        } trap {SSLKEYS NAME ALTNAME} {} {
            return "takes host names and addresses, not \"[string range $value 0 59]\""
        }
    }
}

# Bring a host name or an address to the one form in which a certificate shows it.
#   out     such as DNS:ca.example.org or IP:2001:db8::1
#   errors  NAME ALTNAME
proc ::sslkeys::config::altName {name} {
    set san [expr {[::sslkeys::network::isAddress $name] ? {IP:} : {DNS:}}][string tolower $name]
    set request [::sslkeys::request create -key [::sslkeys::key generate] -san [list $san] CN x]
    return [lindex [dict get [::sslkeys::request info $request] san] 0]
}
