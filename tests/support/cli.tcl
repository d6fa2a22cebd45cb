# The operator's command as the tests run it: bin/sslkeys in a child process, in a directory of its own.

namespace eval ::cli {
    variable program [file join $::support::root bin sslkeys]
}

# Run a command line.
#   in   ?-directory DIR? ?-env {NAME value ...}? ?-input TEXT? ?--? word ...
#   out  dict: status, stdout, stderr
proc ::cli::run {args} {
    variable program
    lassign [::support::ParseOptions {-directory -env -input} $args] options words
    ::support::runTcl {*}$options -- $program {*}$words
}

# Run it and answer a list: status, standard output, standard error.
proc ::cli::outcome {args} {
    dict values [run {*}$args]
}

# Run what has to succeed, and answer its standard output.
proc ::cli::good {args} {
    lassign [outcome {*}$args] status stdout stderr
    if {$status != 0 || $stderr ne ""} {
        error "status $status\n$stdout\n$stderr"
    }
    return $stdout
}

# Read JSON: objects as dicts, arrays as lists. What is not JSON is an error.
proc ::cli::json {text} {
    set position 0
    set value [Value $text position]
    if {[string trim [string range $text $position end]] ne ""} {
        error "more behind the JSON: [string range $text $position $position+40]"
    }
    return $value
}

proc ::cli::Value {text positionName} {
    upvar 1 $positionName position
    switch -- [Token $text position {[\[\{"]|-?[0-9.eE+-]+|true|false|null}] {
        "\{" {return [Members $text position "\}" 1]}
        "\[" {return [Members $text position "\]" 0]}
        "\"" {return [String $text position]}
        default {return [Last]}
    }
}

proc ::cli::Token {text positionName regexp} {
    upvar 1 $positionName position
    variable last
    if {![regexp -start $position "\\A\\s*($regexp)" $text all last]} {
        error "no JSON at $position: [string range $text $position $position+40]"
    }
    incr position [string length $all]
    return $last
}

proc ::cli::Last {} {
    variable last
    return $last
}

proc ::cli::String {text positionName} {
    upvar 1 $positionName position
    Token $text position {(?:[^"\\\u0000-\u001f]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*"}
    return [subst -nocommands -novariables [string range [Last] 0 end-1]]
}

proc ::cli::Members {text positionName end named} {
    upvar 1 $positionName position
    set members {}
    if {[regexp -start $position "\\A\\s*\\$end" $text all]} {
        incr position [string length $all]
        return {}
    }
    while 1 {
        if {$named} {
            Token $text position {"}
            lappend members [String $text position]
            Token $text position :
        }
        lappend members [Value $text position]
        if {[Token $text position ",|\\$end"] eq $end} {
            return $members
        }
    }
}

# List the fields of JSON, in whatever depth, with the kind of their values.
#   out  list: field, kind (text, number, flag, null, list, object) ...
proc ::cli::kinds {text} {
    set kinds {}
    foreach {- field first} [regexp -all -inline {"((?:[^"\\]|\\.)*)":([\["\{0-9tfn-])} $text] {
        lappend kinds $field [dict get {\[ list \{ object {"} text t flag f flag n null} [regsub {[0-9-]} $first n]]
        if {[regexp {[0-9-]} $first]} {
            lset kinds end number
        }
    }
    return $kinds
}

# Put a certificate on record as the door does: its key is its holder's.
#   out  its serial number
proc ::cli::enrol {keys profile name args} {
    set registry [sslkeys::registry new $keys]
    try {
        set made [sslkeys::certificate issue $profile -cafile $keys/ca.crt -cakeyfile $keys/ca.key CN $name {*}$args]
        $registry prepare [dict create name $name profile $profile certificate [dict get $made certificate] origin est]
        $registry release [dict get $made serial]
        return [dict get $made serial]
    } finally {
        $registry destroy
    }
}

# Put a request into the queue as the door does.
#   out  its id
proc ::cli::ask {keys name args} {
    set registry [sslkeys::registry new $keys]
    try {
        set fingerprint [dict get [sslkeys::key info [sslkeys::key generate]] keyfingerprint]
        return [$registry openRequest [dict merge [dict create operation enroll profile client name $name subject [list CN $name] \
            keyfingerprint $fingerprint csrhash $fingerprint keytype ec address 192.0.2.7 expires [expr {[clock seconds] + 86400}]] $args]]
    } finally {
        $registry destroy
    }
}

# ---- examples in documents ------------------------------------------------------------------------
#
# Lines that begin with `$ ` are typed into a shell, the others are what it answers, standard error included; `...` stands for
# anything.

# Take the console blocks out of a Markdown text.
proc ::cli::markdownConsole {text} {
    join [lmap {- block} [regexp -all -inline {\n```console\n(.*?)\n```} \n$text] {set block}] \n
}

# Type a line into a shell that finds the program.
#   in   more of its PATH, in front
#   out  dict: status, stdout, stderr
proc ::cli::typeLine {directory line {path {}}} {
    variable program
    ::support::preloaded {
        ::support::run -directory $directory -env [list PATH [join [list {*}$path [file dirname $program] $::env(PATH)] :]] -- sh -c $line
    }
}

# Type the examples in a directory, and answer what did not come as it stands there.
proc ::cli::typeExamples {text directory} {
    set complaints {}
    foreach {line expected} [SplitConsole $text] {
        set ran [typeLine $directory "exec 2>&1; $line"]
        set pattern [string map {... * [ \\[ ] \\] ? \\? * \\* \\ \\\\} [join $expected \n]]
        if {![string match $pattern [string trimright [dict get $ran stdout] \n]]} {
            lappend complaints "$line\nexpected:\n[join $expected \n]\ngot:\n[dict get $ran stdout]"
        }
    }
    return $complaints
}

proc ::cli::SplitConsole {text} {
    set steps {}
    set line {}
    set expected {}
    foreach row [split $text \n] {
        if {[string match "\$ *" $row]} {
            if {$line ne ""} {
                lappend steps $line $expected
            }
            set line [string range $row 2 end]
            set expected {}
        } elseif {$line ne ""} {
            lappend expected $row
        }
    }
    lappend steps $line $expected
}
