# Passphrases: from a file, from standard input, or typed unseen on a terminal; never from the command line. And questions.

# Answer the options that hand a passphrase to a command, {} where none was asked for.
#   in      the option that says where it is (-passwordfile), that of the command (-password), what to ask for; twice: it is new
#   errors  ARGS PASSPHRASE
proc ::sslkeys::cli::Passphrase {options from to prompt {twice 0}} {
    set path [dict get $options $from]
    if {$path eq {}} {
        return {}
    }
    if {$path ne {-}} {
        return [list ${to}from [list file $path]]
    }
    if {[IsTerminal stdin]} {
        return [list $to [AskSecret $prompt $twice]]
    }
    if {[gets stdin line] <= 0} {
        throw {SSLKEYS ARGS PASSPHRASE} "no passphrase came on standard input for $from"
    }
    return [list $to $line]
}

# Do what needs the CA's key; where that is sealed and nobody said where its passphrase is, ask for it on a terminal.
#   in  a command prefix that takes the options about the passphrase as its last argument
proc ::sslkeys::cli::WithCaKey {options prefix {to -cakeypassword}} {
    ::sslkeys::Discreetly {
        set words [Passphrase $options -capasswordfile $to "Passphrase of the CA's key"]
        try {
            return [{*}$prefix $words]
        } trap {SSLKEYS CA ENCRYPTED} {message details} {
            if {$words ne {} || ![IsTerminal stdin]} {
                return -options $details $message
            }
        }
        {*}$prefix [list $to [AskSecret "Passphrase of the CA's key"]]
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
