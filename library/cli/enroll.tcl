# sslkeys enroll, renew: a machine gets its certificate, and the next one. Runs where the certificate is wanted, not where the CA is.

# sslkeys enroll HOST NAME
proc ::sslkeys::cli::DoEnroll {options words} {
    lassign $words host name
    ::sslkeys::Discreetly {
        set token [ReadToken $options]
        set wishes {}
        foreach option {-profile -keytype -fingerprint} {
            if {[dict get $options $option] ne {}} {
                lappend wishes $option [dict get $options $option]
            }
        }
        return [Obtain $options $name [list ::sslkeys::client::enrol $host $name [dict get $options -email] \
            -san [dict get $options -san] -token $token {*}$wishes {*}[Place $options]]]
    }
}

# sslkeys renew HOST NAME
proc ::sslkeys::cli::DoRenew {options words} {
    lassign $words host name
    if {![file isdirectory [dict get $options -directory]]} {
        throw [list SSLKEYS STORE ABSENT name $name] "there is no \"[Cut [dict get $options -directory]]\" with a pair of \"[Cut $name]\""
    }
    set wishes [expr {[dict get $options -keytype] eq {} ? {} : [list -keytype [dict get $options -keytype]]}]
    return [Obtain $options $name [list ::sslkeys::client::renew $host $name {*}$wishes {*}[Place $options]]]
}

# What both take, as the client's procedures have it.
proc ::sslkeys::cli::Place {options} {
    set place [list -progress [list ::sslkeys::cli::TellNews [dict get $options -wait]]]
    foreach option {-directory -port -peername -cafile -wait -anew} {
        lappend place $option [dict get $options $option]
    }
    return $place
}

# Get the pair by a command prefix, and tell what became of it.
#   out  the exit status: 4 while a person has not decided
proc ::sslkeys::cli::Obtain {options name prefix} {
    try {
        set files [{*}$prefix]
    } trap {SSLKEYS WIRE PENDING} {message details} {
        set id [dict get [lrange [dict get $details -errorcode] 3 end] id]
        Answer [dict create state pending name $name request $id next "sslkeys approve $id"] \
            "Not decided yet. The same command goes on with the same request."
        return 4
    }
    set info [::sslkeys::certificate info [ReadFile [dict get $files certfile]]]
    Answer [dict merge [dict create state issued name $name] $files [dict filter $info key serial notafter fingerprint]] \
        "Certificate [dict get $files certfile], good until [Stamp [dict get $info notafter]]\nKey         [dict get $files keyfile]"
    return 0
}

# Tell what is new while the client waits.
#   in  for how long it does, in seconds
proc ::sslkeys::cli::TellNews {wait what about} {
    switch -- $what {
        pending {
            Say "The request waits for a person's approval. On the CA's machine its operator types:"
            Next [dict get $about command]
            if {$wait > 0} {
                Say "This command waits; if it is interrupted, the same command goes on."
            }
        }
        away {
            Say "The server is away ([Cut [dict get $about reason] 120]); waiting for it."
        }
        older {
            Say "Note: [Cut [dict get $about reason] 120]."
        }
        busy {
            Say "The server cannot take the request now ([Cut [dict get $about reason] 120]); trying again."
        }
    }
    flush stdout
}

# Read the token from its file, from standard input, or unseen from the terminal.
#   errors  ARGS PASSPHRASE
proc ::sslkeys::cli::ReadToken {options} {
    set path [dict get $options -tokenfile]
    if {$path eq {}} {
        return
    }
    if {$path eq {-} && [IsTerminal stdin]} {
        return [AskSecret Token]
    }
    set token [string trim [lindex [split [ReadFile $path] \n] 0]]
    if {$token eq {}} {
        throw {SSLKEYS ARGS PASSPHRASE option -tokenfile} "there is no token in [Cut $path]"
    }
    return $token
}
