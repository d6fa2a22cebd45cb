# The policy's lines of sslkeys.conf, read into values: one row per key gives how it is checked and what holds without it.
# Pure: settings go in as service/config.tcl read them, a dict comes out, and what is wrong names its line.

namespace eval ::sslkeys::policy {
    namespace export readSettings keys

    # key -> default, check, its arguments
    variable settings {
        approval             {manual              Choice {auto token manual}}
        approvals            {1                   Number 1 9}
        profiles             {{client server peer} Choices {client server peer operator ocsp}}
        days                 {365                 Number 1 36500}
        keytypes             {{ec rsa ed25519}    Choices {ec rsa ed25519}}
        rsa-bits             {2048                Number 2048 8192}
        pending              {1000                Number 0 1000000}
        pending-per-address  {5                   Number 0 1000000}
        pending-days         {14                  Number 1 3650}
        retry-after          {60                  Number 1 86400}
        issue-per-minute     {600                 Number 0 1000000}
        issue-per-address    {60                  Number 0 1000000}
        failures-per-minute  {60                  Number 0 1000000}
        grace-days           {0                   Number 0 3650}
        renewal-key          {new                 Choice {new any}}
    }

    # What may follow `rule PROFILE NAMEPATTERN`: word -> check, its arguments
    variable ruleWords {
        network    {Network}
        keytypes   {Choices {ec rsa ed25519}}
        rsa-bits   {Number 2048 8192}
        approval   {Choice {auto token manual refuse}}
        approvals  {Number 1 9}
        days       {Number 1 36500}
    }
}

# List the keys that are the policy's.
proc ::sslkeys::policy::keys {} {
    variable settings
    return [list {*}[dict keys $settings] rule]
}

# Check the settings and complete them.
#   in      dict key -> list of {line words}
#   out     dict key -> value; rule -> list of dicts: line profile pattern, and those of the rule's words that were given
#   errors  POLICY RULE line N
proc ::sslkeys::policy::readSettings {given} {
    variable settings
    set values [dict map {key row} $settings {lindex $row 0}]
    set rules {}
    dict for {key entries} $given {
        foreach entry $entries {
            lassign $entry line words
            if {$key eq {rule}} {
                lappend rules [ReadRule $line $words]
                continue
            }
            if {![dict exists $settings $key]} {
                Complain $line "unknown key \"[string range $key 0 59]\": must be one of [join [lsort [keys]] {, }]"
            }
            if {[llength $entries] > 1} {
                Complain [lindex $entries 1 0] "\"$key\" is given twice"
            }
            lassign [dict get $settings $key] - check limits more
            dict set values $key [Check$check $line $key $words $limits $more]
        }
    }
    # Rules count in the order of their lines.
    dict set values rule [lsort -integer -index 1 $rules]
    return $values
}

# Read what follows the word `rule`.
#   out  dict line profile pattern ...
proc ::sslkeys::policy::ReadRule {line words} {
    variable ruleWords
    variable settings
    if {[llength $words] < 2 || [llength $words] % 2} {
        Complain $line "a rule is \"rule PROFILE NAME-PATTERN ?WORD VALUE ...?\""
    }
    lassign $words profile pattern
    set profiles [lindex [dict get $settings profiles] 2]
    if {$profile ne {*} && $profile ni $profiles} {
        Complain $line "unknown profile \"[string range $profile 0 59]\": must be *, [join $profiles {, }]"
    }
    set rule [dict create line $line profile $profile pattern [string tolower $pattern]]
    foreach {word value} [lrange $words 2 end] {
        if {![dict exists $ruleWords $word]} {
            Complain $line "unknown word \"[string range $word 0 59]\": must be one of [join [lsort [dict keys $ruleWords]] {, }]"
        }
        if {[dict exists $rule $word]} {
            Complain $line "\"$word\" is given twice"
        }
        lassign [dict get $ruleWords $word] check limits more
        # A list of key types is one word here, {ec rsa}.
        set values [list $value]
        if {$check eq {Choices} && [string is list $value]} {
            set values $value
        }
        dict set rule $word [Check$check $line $word $values $limits $more]
    }
    if {[dict exists $rule approval] && [dict get $rule approval] eq {auto} && $profile ne {client}} {
        Complain $line "approval auto gives client certificates only: write \"rule client ...\""
    }
    return $rule
}

proc ::sslkeys::policy::Complain {line message} {
    if {$line > 0} {
        set message "line $line: $message"
    }
    throw [list SSLKEYS POLICY RULE line $line] $message
}

proc ::sslkeys::policy::CheckChoice {line key words choices -} {
    if {[llength $words] != 1 || [lindex $words 0] ni $choices} {
        Complain $line "\"$key\" must be one of [join $choices {, }], not \"[string range $words 0 59]\""
    }
    return [lindex $words 0]
}

proc ::sslkeys::policy::CheckChoices {line key words choices -} {
    if {![llength $words] || [llength [lsort -unique $words]] != [llength $words]} {
        Complain $line "\"$key\" must be some of [join $choices {, }], each once"
    }
    foreach word $words {
        CheckChoice $line $key [list $word] $choices {}
    }
    return $words
}

proc ::sslkeys::policy::CheckNumber {line key words least most} {
    set number [lindex $words 0]
    if {[llength $words] != 1 || ![regexp {^(?:0|[1-9][0-9]{0,8})$} $number] || $number < $least || $number > $most} {
        Complain $line "\"$key\" must be a number from $least to $most, not \"[string range $words 0 59]\""
    }
    return $number
}

proc ::sslkeys::policy::CheckNetwork {line key words - -} {
    try {
        return [::sslkeys::network::parse [lindex $words 0]]
    } trap {SSLKEYS ARGS RANGE} message {
        Complain $line $message
    }
}
