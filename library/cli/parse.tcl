# The command line: words to a command, its options and its arguments, by table.tcl. What is wrong is told as
# SSLKEYS ARGS USAGE, with what was probably meant.

# Take a command line apart.
#   out     list: command (help where none was named), dict of all its options, its arguments
#   errors  ARGS USAGE
proc ::sslkeys::cli::Parse {argv} {
    variable globals
    variable options
    lassign [SplitWords $argv] words given
    set allowed [list {*}$globals {*}[OptionsOf [CommandIn $words]]]
    foreach {option value} $given {
        # An option that nobody knows may have left its value among the words, so it is what to tell first.
        if {![dict exists $options $option]} {
            Misuse [CommandIn $words] "unknown option \"[Cut $option]\"[Nearest $option $allowed]"
        }
    }
    lassign [FindCommand $words [dict exists $given -help]] command arguments
    set allowed [list {*}$globals {*}[OptionsOf $command]]
    set values {}
    foreach option $allowed {
        set default [lindex [dict get $options $option] 2]
        if {$default ne {} && ![string is digit $default]} {
            set default [ReadValue $command $option $default]
        }
        dict set values $option $default
    }
    set seen {}
    foreach {option value} $given {
        if {$option ni $allowed} {
            Misuse $command "$command takes no $option[Nearest $option $allowed]"
        }
        if {[lindex [dict get $options $option] 0] eq {many}} {
            set value [list {*}[dict get $values $option] $value]
        } elseif {$option in $seen} {
            Misuse $command "option $option is given twice"
        }
        lappend seen $option
        dict set values $option [ReadValue $command $option $value]
    }
    if {![dict get $values -help]} {
        CheckArity $command $arguments
    }
    return [list $command $values $arguments]
}

# Tell options from other words. An option with a value takes the next word, whatever that begins with; --option and
# --option=value are the same for who is used to them; after -- all is arguments.
#   out  list: words, list of option value ...
proc ::sslkeys::cli::SplitWords {argv} {
    variable options
    set words {}
    set given {}
    for {set index 0} {$index < [llength $argv]} {incr index} {
        set word [lindex $argv $index]
        if {$word eq {--}} {
            lappend words {*}[lrange $argv $index+1 end]
            break
        }
        if {$word eq {-} || [string index $word 0] ne {-}} {
            lappend words $word
            continue
        }
        set valued [regexp {^-(-[^=]+)=(.*)$} $word - option value]
        if {!$valued} {
            set option [regsub {^--} $word -]
            if {$option eq {-h}} {
                set option -help
            }
            set row [expr {[dict exists $options $option] ? [dict get $options $option] : {flag}}]
            set value 1
            if {[lindex $row 0] ne {flag}} {
                if {[incr index] >= [llength $argv]} {
                    Misuse [CommandIn $words] "no value for $option: [lindex $row 1] is wanted, [lindex $row 3]"
                }
                set value [lindex $argv $index]
            }
        } elseif {[dict exists $options $option] && [lindex [dict get $options $option] 0] eq {flag}} {
            Misuse [CommandIn $words] "$option takes no value"
        }
        lappend given $option $value
    }
    return [list $words $given]
}

# Find the command that words begin with: one word, or two as in `token make`.
#   out     list: command, the words after it
#   errors  ARGS USAGE
proc ::sslkeys::cli::FindCommand {words helping} {
    variable commands
    if {![llength $words]} {
        return {help {}}
    }
    set command [CommandIn $words]
    if {$command ne {}} {
        return [list $command [lrange $words [llength $command] end]]
    }
    set first [lindex $words 0]
    set below [lmap name [dict keys $commands [GlobQuote $first]\ *] {lindex $name 1}]
    if {![llength $below]} {
        Misuse {} "unknown command \"[Cut $first]\"[Nearest $first [lmap name [dict keys $commands] {lindex $name 0}]]"
    }
    if {$helping} {
        return [list help $first]
    }
    if {[llength $words] == 1} {
        Misuse $first "$first what? One of: [join $below {, }]"
    }
    Misuse $first "$first does not know \"[Cut [lindex $words 1]]\"[Nearest [lindex $words 1] $below]: one of [join $below {, }]"
}

# Answer the command that the words begin with, or {}.
proc ::sslkeys::cli::CommandIn {words} {
    variable commands
    foreach last {1 0} {
        set command [lrange $words 0 $last]
        if {[dict exists $commands $command]} {
            return $command
        }
    }
    return {}
}

proc ::sslkeys::cli::CheckArity {command arguments} {
    lassign [Arity $command] least most
    if {[llength $arguments] < $least} {
        set missing [lindex [lmap word [ArgumentWords $command] {expr {[string match {\?*} $word] ? [continue] : $word}}] [llength $arguments]]
        Misuse $command "$command wants [expr {$missing eq {} ? "more" : [lindex $missing 0]}] as well"
    }
    if {$most ne {} && [llength $arguments] > $most} {
        set extra [lindex $arguments $most]
        set meant {}
        if {"-$extra" in [list {*}$::sslkeys::cli::globals {*}[OptionsOf $command]]} {
            set meant "; did you mean -$extra?"
        }
        Misuse $command "\"[Cut $extra]\" is one argument too many for $command$meant"
    }
}

# Read the value of an option by its type.
#   errors  ARGS USAGE
proc ::sslkeys::cli::ReadValue {command option value} {
    lassign [dict get $::sslkeys::cli::options $option] type placeholder - meaning
    set limits [lassign $type type]
    switch -- $type {
        number        {return [ReadNumber $command $option $value {*}$limits]}
        choice        {return [ReadWord $command $option $value $limits]}
        word          {return [ReadWord $command $option $value [Vocabulary $limits $command]]}
        duration      {return [ReadDuration $command $option $value {*}$limits]}
        moment        {return [ReadMoment $command $option $value]}
        file - secret {
            if {$value eq {}} {
                Misuse $command "$option wants a $placeholder, not nothing"
            }
        }
    }
    return $value
}

proc ::sslkeys::cli::ReadNumber {command option value least most} {
    if {![regexp {^[0-9]{1,9}$} $value] || [scan $value %d] < $least || [scan $value %d] > $most} {
        Misuse $command "$option wants a number from $least to $most, not \"[Cut $value]\""
    }
    return [scan $value %d]
}

# Read one of some words, in any capitals, with dashes or without: key-compromise is keyCompromise.
proc ::sslkeys::cli::ReadWord {command option value words} {
    foreach word $words {
        if {[string equal -nocase [string map {- {}} $word] [string map {- {}} $value]]} {
            return $word
        }
    }
    Misuse $command "$option wants one of [join $words {, }], not \"[Cut $value]\"[Nearest $value $words]"
}

# The words of a kind, as a command knows them.
proc ::sslkeys::cli::Vocabulary {kind command} {
    variable vocabulary
    return [dict get $vocabulary [expr {[dict exists $vocabulary "$kind of $command"] ? "$kind of $command" : $kind}]]
}

# Read an argument TYPE.
proc ::sslkeys::cli::ReadType {command value} {
    return [ReadWord $command TYPE $value [Vocabulary type $command]]
}

# Read a length of time: 30d, 12h, 2w, 1y, 90m, 45s, or some of them: 1d12h.
#   in   the least and the most, as lengths of time
#   out  seconds
proc ::sslkeys::cli::ReadDuration {command option value {least {}} {most {}}} {
    if {![regexp {^(?:[0-9]{1,6}[ywdhms])+$} $value]} {
        Misuse $command "$option wants a time such as 30d, 12h or 2w, not \"[Cut $value]\""
    }
    set seconds 0
    foreach {- number unit} [regexp -all -inline {([0-9]+)([ywdhms])} $value] {
        scan $number %d number
        incr seconds [expr {$number * [dict get {y 31536000 w 604800 d 86400 h 3600 m 60 s 1} $unit]}]
    }
    if {$least ne {} && ($seconds < [ReadDuration {} {} $least] || $seconds > [ReadDuration {} {} $most])} {
        Misuse $command "$option wants a time from $least to $most, not \"[Cut $value]\""
    }
    return $seconds
}

# Read a point in time: 7d (ago), +60d (from now on), 2026-11-24, 2026-11-24T10:00 (both UTC), or Unix seconds.
#   out  Unix seconds
proc ::sslkeys::cli::ReadMoment {command option value} {
    if {[regexp {^[0-9]{9,12}$} $value]} {
        return $value
    }
    if {[regexp {^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::(\d{2}))?Z?)?$} $value - day time second]} {
        # Not by expr, which would make a number of 00.
        set text "$day $time[string range 00:00 [string length $time] end]:$second[string range 00 [string length $second] end]"
        set moment [clock scan $text -gmt 1 -format {%Y-%m-%d %H:%M:%S}]
        # A 31st of February is read as one of March.
        if {[clock format $moment -gmt 1 -format {%Y-%m-%d %H:%M:%S}] eq $text} {
            return $moment
        }
    } elseif {[regexp {^\+(.+)$} $value - ahead]} {
        return [expr {[clock seconds] + [ReadDuration $command $option $ahead]}]
    } elseif {[regexp {^(?:[0-9]{1,6}[ywdhms])+$} $value]} {
        return [expr {[clock seconds] - [ReadDuration $command $option $value]}]
    }
    Misuse $command "$option wants a time such as 7d (ago), +60d (from now on) or 2026-11-24, not \"[Cut $value]\""
}

# Answer the options that are given, of those named, with their values.
proc ::sslkeys::cli::Given {options names} {
    set given {}
    foreach name $names {
        if {[dict exists $options $name] && [dict get $options $name] ne {}} {
            lappend given $name [dict get $options $name]
        }
    }
    return $given
}

# Split ATTR=VALUE words into a list ATTR VALUE ...
#   errors  ARGS USAGE
proc ::sslkeys::cli::Attributes {command words} {
    set attributes {}
    foreach word $words {
        if {![regexp {^([A-Za-z0-9.]+)=(.*)$} $word - attribute value]} {
            Misuse $command "\"[Cut $word]\" is no attribute: write it as ATTR=VALUE, such as CN=alice or O=Example"
        }
        if {$attribute ni [Vocabulary attribute {}]} {
            Misuse $command "\"[Cut $attribute]\" is no attribute: one of [join [Vocabulary attribute {}] {, }]"
        }
        lappend attributes $attribute $value
    }
    return $attributes
}

# Where no CN is given, it is the name.
proc ::sslkeys::cli::WithName {name attributes} {
    return [expr {[dict exists $attributes CN] ? $attributes : [list CN $name {*}$attributes]}]
}

# Refuse a command line.
proc ::sslkeys::cli::Misuse {command message} {
    throw [list SSLKEYS ARGS USAGE command $command] $message
}

# Answer "; did you mean X?" for what is near enough, else nothing.
proc ::sslkeys::cli::Nearest {word known} {
    set best {}
    set least 3
    foreach candidate [lsort -unique $known] {
        set distance [Distance [string tolower [string range $word 0 31]] [string tolower $candidate]]
        if {$distance < $least && 2 * $distance + 1 < [string length $candidate]} {
            set best $candidate
            set least $distance
        }
    }
    if {$best eq {} && [string length $word] >= 3} {
        set begins [lsearch -all -inline -nocase -glob [lsort -unique $known] [GlobQuote $word]*]
        if {[llength $begins] == 1} {
            set best [lindex $begins 0]
        }
    }
    return [expr {$best eq {} ? {} : "; did you mean $best?"}]
}

# Count the letters to put in, take out, change or swap until one word is the other.
proc ::sslkeys::cli::Distance {a b} {
    set before {}
    set row {}
    for {set j 0} {$j <= [string length $b]} {incr j} {
        lappend row $j
    }
    for {set i 1} {$i <= [string length $a]} {incr i} {
        set next $i
        for {set j 1} {$j <= [string length $b]} {incr j} {
            set x [string index $a $i-1]
            set y [string index $b $j-1]
            set cost [expr {min([lindex $row $j] + 1, [lindex $next end] + 1, [lindex $row $j-1] + ($x ne $y))}]
            if {$i > 1 && $j > 1 && $x eq [string index $b $j-2] && [string index $a $i-2] eq $y} {
                set cost [expr {min($cost, [lindex $before $j-2] + 1)}]
            }
            lappend next $cost
        }
        set before $row
        set row $next
    }
    return [lindex $row end]
}

proc ::sslkeys::cli::GlobQuote {text} {
    return [string map {* \\* ? \\? [ \\[ ] \\] \\ \\\\} $text]
}
