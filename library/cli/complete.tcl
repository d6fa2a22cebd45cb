# What may come next on a command line, for a shell's completion: commands, options, their values, and names that are there.
# FILES stands for the names of files.

proc ::sslkeys::cli::Complete {options words} {
    foreach candidate [Candidates $options $words] {
        puts $candidate
    }
}

# List what may follow the words.
proc ::sslkeys::cli::Candidates {options words} {
    variable commands
    variable globals
    set last [lindex $words end]
    if {[dict exists $::sslkeys::cli::options $last] && [lindex [dict get $::sslkeys::cli::options $last] 0] ne {flag}} {
        return [ValuesOf [CommandIn [lindex [SplitWords [lrange $words 0 end-1]] 0]] $last]
    }
    if {[catch {SplitWords $words} split]} {
        return {}
    }
    lassign $split plain given
    if {[dict exists $given -keys]} {
        dict set options -keys [dict get $given -keys]
    }
    set command [CommandIn $plain]
    if {$command eq {}} {
        if {[llength $plain]} {
            return [lmap name [dict keys $commands [GlobQuote [lindex $plain 0]]\ *] {lindex $name 1}]
        }
        return [list {*}[lsort -unique [lmap name [dict keys $commands] {lindex $name 0}]] {*}$globals]
    }
    set repeated {-san -crlurl -ocspurl -caissuers -permitted -excluded}
    set next [lmap option [list {*}[OptionsOf $command] {*}$globals] {
        expr {[dict exists $given $option] && $option ni $repeated ? [continue] : $option}
    }]
    return [list {*}[ArgumentsFor $options $command [llength $plain]] {*}$next]
}

proc ::sslkeys::cli::ValuesOf {command option} {
    set limits [lassign [lindex [dict get $::sslkeys::cli::options $option] 0] type]
    switch -- $type {
        choice        {return $limits}
        word          {return [Vocabulary $limits $command]}
        file - secret {return FILES}
    }
}

# What the argument at hand may be.
proc ::sslkeys::cli::ArgumentsFor {options command count} {
    set arguments [ArgumentWords $command]
    set at [expr {min($count - [llength $command], [llength $arguments] - 1)}]
    switch -glob -- [lindex $arguments $at] {
        *TYPE*         {return [Vocabulary type {}]}
        *NAME*SERIAL* - NAME {return [NamesThere $options]}
        *REQUEST*      {return [RequestsThere $options]}
        *FILE*         {return FILES}
        *COMMAND*      {return [lsort -unique [lmap name [dict keys $::sslkeys::cli::commands] {lindex $name 0}]]}
    }
}

proc ::sslkeys::cli::NamesThere {options} {
    return [lsort [lmap name [glob -nocomplain -tails -directory [dict get $options -keys] *.crt] {file rootname $name}]]
}

# The requests that wait; where there is no registry, or it is busy, none.
proc ::sslkeys::cli::RequestsThere {options} {
    try {
        return [lmap row [dict get [[OpenRegistry $options] requests -state {pending held}] rows] {dict get $row id}]
    } trap SSLKEYS {} {
        return {}
    }
}
