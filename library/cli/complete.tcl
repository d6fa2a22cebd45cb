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
        *NAME*SERIAL*  {return [list {*}[NamesThere $options] {*}[expr {$command in {show verify export} ? {ca} : {}}]]}
        *REQUEST*      {return [There $options {id} requests -state {pending held}]}
        *TOKEN*        {return [lmap hash [There $options {hash} tokens -open 1] {string range $hash 0 15}]}
        *FILE*         {return FILES}
        *COMMAND*      {return [lsort -unique [lmap name [dict keys $::sslkeys::cli::commands] {lindex $name 0}]]}
    }
}

# The names of certificates, also of those whose pair is on another machine.
proc ::sslkeys::cli::NamesThere {options} {
    return [lsort -unique [There $options name certificates -state issued -limit 1000]]
}

# A field of what a method of the registry lists; where there is no registry, or it is busy, nothing.
proc ::sslkeys::cli::There {options field method args} {
    try {
        return [lmap row [dict get [[OpenRegistry $options] $method {*}$args] rows] {dict get $row $field}]
    } trap SSLKEYS {} - trap POSIX {} {
        return {}
    }
}
