# Passphrases: from a file, from standard input, or typed unseen on a terminal; never from the command line. And questions.

namespace eval ::sslkeys::cli {
    # What standard input or a terminal said, by the option that it is for: each is asked for once.
    variable secrets {}
}

# Answer the option that hands a passphrase to a command of the package, {} where none was asked for.
#   in      the option that says where it is (-passwordfile), that of the package (-passwordfrom), what to ask for; twice: it is new
#   errors  ARGS PASSPHRASE
proc ::sslkeys::cli::Passphrase {options from to prompt {twice 0}} {
    variable secrets
    set path [dict get $options $from]
    if {$path ni {{} -}} {
        return [list $to [list file $path]]
    }
    if {$path eq {-} && ![dict exists $secrets $from]} {
        KeepSecret $from $prompt $twice
    }
    return [expr {[dict exists $secrets $from] ? [list $to [list command [list ::sslkeys::cli::Secret $from]]] : {}}]
}

proc ::sslkeys::cli::KeepSecret {from prompt twice} {
    variable secrets
    if {[IsTerminal stdin]} {
        dict set secrets $from [AskSecret $prompt $twice]
    } elseif {[gets stdin line] > 0} {
        dict set secrets $from $line
    } else {
        throw [list SSLKEYS ARGS PASSPHRASE option $from] "no passphrase came on standard input for $from"
    }
}

proc ::sslkeys::cli::Secret {from} {
    variable secrets
    return [dict get $secrets $from]
}

# Do what needs the CA's key; where that is sealed and nobody said where its passphrase is, ask for it on a terminal, once.
#   in      a command prefix that takes the option about the passphrase as its last argument
#   errors  CA ENCRYPTED
proc ::sslkeys::cli::WithCaKey {options prefix} {
    ::sslkeys::Discreetly {
        set about [list $options -capasswordfile -cakeypasswordfrom "Passphrase of the CA's key"]
        set words [Passphrase {*}$about]
        try {
            return [{*}$prefix $words]
        } trap {SSLKEYS CA ENCRYPTED} {message} {
        } trap {SSLKEYS KEY ENCRYPTED} {message} {
        }
        if {$words ne {} || ![IsTerminal stdin]} {
            throw {SSLKEYS CA ENCRYPTED} $message
        }
        KeepSecret -capasswordfile "Passphrase of the CA's key" 0
        {*}$prefix [Passphrase {*}$about]
    }
}

# Ask for a secret on the terminal. A shell reads it, which puts the echo back also when it is interrupted.
#   errors  ARGS PASSPHRASE
proc ::sslkeys::cli::AskSecret {prompt {twice 0}} {
    set script {
        exec </dev/tty || exit 1
        trap 'stty echo; printf "\n" >/dev/tty; exit 130' INT TERM HUP
        stty -echo
        printf '%s: ' "$0" >/dev/tty
        IFS= read -r line
        stty echo
        printf '\n' >/dev/tty
        printf '%s' "$line"
    }
    set answers {}
    foreach question [list $prompt {*}[expr {$twice ? [list "The same again"] : {}}]] {
        if {[catch {exec sh -c $script $question 2>/dev/null} answer]} {
            throw {SSLKEYS ARGS PASSPHRASE} "no passphrase was given"
        }
        lappend answers $answer
    }
    if {[lindex $answers 0] eq {}} {
        throw {SSLKEYS ARGS PASSPHRASE} "the passphrase is empty"
    }
    if {[lindex $answers 0] ne [lindex $answers end]} {
        throw {SSLKEYS ARGS PASSPHRASE} "the two passphrases differ"
    }
    return [lindex $answers 0]
}

# Ask before something that cannot be undone. Where nobody can be asked, -yes has to be given.
#   errors  ARGS CONFIRM
proc ::sslkeys::cli::Confirm {options question} {
    if {[dict get $options -yes]} {
        return
    }
    if {![IsTerminal stdin]} {
        throw {SSLKEYS ARGS CONFIRM} "nobody can be asked here whether to go on"
    }
    puts -nonewline stderr "$question (yes or no) "
    flush stderr
    if {[gets stdin answer] < 0 || [string tolower [string trim $answer]] ni {y yes}} {
        throw {SSLKEYS ARGS CONFIRM} "not done"
    }
}
