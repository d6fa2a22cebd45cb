# sslkeys help and version: what the table says, for people and for programs.

# Tell about all commands, or about one.
proc ::sslkeys::cli::DoHelp {options words} {
    variable commands
    if {[dict exists $options -complete] && [dict get $options -complete]} {
        LoadFile complete
        return [Complete $options $words]
    }
    if {![llength $words]} {
        return [Overview]
    }
    BeginArray
    set command [CommandIn $words]
    if {$command eq {}} {
        set below [dict keys $commands "[GlobQuote [lindex $words 0]] *"]
        if {![llength $below] || [llength $words] > 1} {
            set known [lmap name [dict keys $commands] {lindex $name 0}]
            Misuse {} "there is no command \"[Cut $words]\"[Nearest [lindex $words 0] $known]"
        }
        foreach command $below {
            TellCommand $command
        }
        return
    }
    TellCommand $command
    return
}

proc ::sslkeys::cli::Overview {} {
    variable commands
    variable groups
    variable json
    if {$json} {
        BeginArray
        foreach command [dict keys $commands] {
            TellCommand $command
        }
        return
    }
    puts "sslkeys: a private certificate authority\n"
    puts "Usage: sslkeys ?-keys DIRECTORY? COMMAND ?argument ...? ?-option ...?"
    dict for {group title} $groups {
        puts "\n[Paint bold $title]"
        dict for {command row} $commands {
            if {[dict get $row group] eq $group} {
                puts "  [format %-18s $command] [dict get $row summary]"
            }
        }
    }
    puts "\nA first time:  sslkeys init CN='Example CA'; sslkeys issue client alice; sslkeys list"
    puts "About one:     sslkeys help COMMAND, or the manual page: man sslkeys"
    return
}

proc ::sslkeys::cli::TellCommand {command} {
    variable commands
    variable options
    variable globals
    variable json
    if {$json} {
        WriteJson [list command $command group [dict get $commands $command group] synopsis [Synopsis $command] \
            summary [dict get $commands $command summary]]
        return
    }
    puts "[Paint bold "sslkeys [UsageLine $command]"]"
    puts "  [string toupper [dict get $commands $command summary] 0]."
    foreach {title names} [list {} [OptionsOf $command] "  Also, as everywhere:" [lsearch -all -inline -not -exact $globals -help]] {
        if {$title ne {}} {
            puts $title
        }
        foreach option $names {
            lassign [dict get $options $option] - placeholder default meaning
            puts "    [format %-22s [string trimright "$option $placeholder"]] $meaning[expr {$default in {{} 0} ? {} : " ($default)"}]"
        }
    }
    dict for {word words} [WordsOf $command] {
        puts "  $word is one of [join $words {, }]."
    }
}

# What a command's words stand for, by the table: list of word, words ...
proc ::sslkeys::cli::WordsOf {command} {
    variable options
    set kinds {}
    foreach {pattern word kind} {TYPE TYPE type {*ATTR=*} ATTR attribute} {
        if {[lsearch -glob [string map {? {}} [ArgumentWords $command]] $pattern] >= 0} {
            dict set kinds $word $kind
        }
    }
    foreach option [OptionsOf $command] {
        lassign [dict get $options $option] type placeholder
        if {[lindex $type 0] eq {word}} {
            dict set kinds $placeholder [lindex $type 1]
        }
    }
    return [dict map {word kind} $kinds {Vocabulary $kind $command}]
}

# Tell the versions of what this consists of.
proc ::sslkeys::cli::DoVersion {options words} {
    set openssl [dict get [::sslkeys::about features] openssl]
    Answer [dict create sslkeys [::sslkeys::about version] tcl [info patchlevel] openssl $openssl] \
        "sslkeys [::sslkeys::about version], $openssl, Tcl [info patchlevel]"
}
