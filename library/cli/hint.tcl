# What to do next, by error code. Patterns are those of `string match`, the first that fits counts; %{NAME} is the value that
# the code carries under that name, %{line} the program with this command line's -keys and -config.

namespace eval ::sslkeys::cli {
    variable hints {
        {SSLKEYS CA MISSING file*}  {{Ask the operator for it, and tell its fingerprint: -fingerprint SHA256} {Or copy ca.crt here, and say where: -cafile FILE}}
        {SSLKEYS CA MISSING*}       {{Make one: %{line} init CN='Example CA'} {Or say where it is: sslkeys -keys DIRECTORY ...}}
        {SSLKEYS CA INCOMPLETE*}    {{Bring back the file that is missing from a copy; without ca.key the CA cannot sign again.}}
        {SSLKEYS CA MISMATCH*}      {{Bring both back from the same copy: ca.key and ca.crt.}}
        {SSLKEYS CA ENCRYPTED setting*} {{Write into %{keys}/sslkeys.conf where its passphrase is: ca-password-from {file PATH}}}
        {SSLKEYS CA ENCRYPTED*}     {{Say where its passphrase is: -capasswordfile FILE, or - for standard input}}
        {SSLKEYS CA EXPIRED*}       {{Make the next CA: %{line} rollover prepare CN='Example CA 2'}}
        {SSLKEYS CA REQUESTED*}     {{When its certificate has come: %{line} init -certificatefile FILE}}
        {SSLKEYS CA INUSE*}         {{List what is still valid: %{line} list} {End its trust all the same: %{line} rollover finish -force}}
        {SSLKEYS STORE EXISTS path*} {{Replace it: the same command with -force}}
        {SSLKEYS STORE EXISTS*}     {{See what is there: %{line} show %{name}} {Make a new pair for it: %{line} reissue %{name}}}
        {SSLKEYS STORE NAME*}       {{A name has 1 to 64 letters, digits and . _ @ -, the first a letter or a digit.}}
        {SSLKEYS STORE ORPHAN*}     {{Move that key elsewhere, then try again.}}
        {SSLKEYS STORE BUSY*}       {{Another process is writing; try again in a moment.}}
        {SSLKEYS STORE FULL*}       {{Make room on the disk, then try again; nothing was changed.}}
        {SSLKEYS STORE DAMAGED*}    {{Keep a copy of registry.db, then bring back the last good one: %{line} restore FILE}}
        {SSLKEYS STORE GONE*}       {{Bring back a copy: %{line} restore FILE} {Or make it anew, of what stands in the directory: %{line} init -force}}
        {SSLKEYS STORE FOREIGN*}    {{Bring back the CA's own files from a backup: ca.key, ca.crt and registry.db belong together.}}
        {SSLKEYS STORE NEWER*}      {{Use the sslkeys that wrote it, or a later one.}}
        {SSLKEYS KEY PASSWORD*}     {{Try again with the right passphrase.}}
        {SSLKEYS ARGS PASSPHRASE*}  {{Say where it is: -passwordfile FILE, or - for standard input}}
        {SSLKEYS STORE REGISTERED*} {{Issue with: %{line} issue TYPE NAME}}
        {SSLKEYS BUNDLE ENCRYPTED*} {{Say where its passphrase is: -passwordfile FILE, or - for standard input}}
        {SSLKEYS BUNDLE PASSWORD*}  {{Try again with the right passphrase.}}
        {SSLKEYS CHAIN EXPIRED*}    {{Make a new one: %{line} reissue NAME}}
        {SSLKEYS CRL EXPIRED*}      {{Write a new one: %{line} crl write}}
        {SSLKEYS CRL MISSING*}      {{Write one: %{line} crl write}}
        {SSLKEYS POLICY UNKNOWN request*} {{See what waits: %{line} pending} {See all: %{line} pending -state all}}
        {SSLKEYS POLICY UNKNOWN token*} {{See what there is: %{line} token list}}
        {SSLKEYS POLICY UNKNOWN*}   {{See what there is: %{line} list}}
        {SSLKEYS POLICY STATE*}     {{See what became of it: %{line} show %{request}}}
        {SSLKEYS ARGS CONFIRM*}     {{To do it without being asked: the same command with -yes}}
        {SSLKEYS POLICY RESERVED*}  {{Take another name.}}
        {SSLKEYS POLICY TAKEN*}     {{Make a new pair for it: %{line} reissue %{name}}}
        {SSLKEYS POLICY RULE*}      {{Correct that line, then try again.}}
        {SSLKEYS NAME ATTRIBUTE*}   {{Attributes are CN O OU C ST L EMAIL SERIALNUMBER UID DC and others, as ATTR=VALUE.}}
        {SSLKEYS NAME ALTNAME*}     {{Names are written DNS:a, IP:b, EMAIL:c or URI:d.}}
        {SSLKEYS CERTIFICATE PROFILE*} {{Types are server, client, peer, operator, ocsp and intermediate.}}
        {SSLKEYS WIRE CONNECT*}     {{Is the server running there, and nothing between that blocks the port? Its port: -port N}}
        {SSLKEYS WIRE DENIED status 401*} {{Ask the operator for a token (sslkeys token make TYPE NAME), then: -tokenfile FILE}}
        {SSLKEYS WIRE FINGERPRINT*} {{Ask the operator for the fingerprint: sslkeys show ca} {If a wrong ca.crt is kept here, remove it.}}
        {SSLKEYS WIRE BUSY*}        {{Try again later, or let the command wait: -wait 1h}}
        {SSLKEYS CHAIN HOST*}       {{If that is the right server, say the name in its certificate: -peername NAME}}
        {SSLKEYS ARGS CONFLICT file*} {{Give up the earlier request: the same command with -anew}}
        {SSLKEYS STORE ABSENT*}     {{Get one first: sslkeys enroll HOST NAME}}
        {POSIX EACCES*}             {{Run it as the user who owns the files: see ls -l %{keys}}}
        {POSIX EPERM*}              {{Run it as the user who owns the files: see ls -l %{keys}}}
        {POSIX ENOSPC*}             {{Make room on the disk, then try again; nothing was changed.}}
        {POSIX EROFS*}              {{The directory cannot be written to; say another: -keys DIRECTORY}}
    }
}

# Answer what to do next, a list of lines.
proc ::sslkeys::cli::Hints {command options code} {
    variable hints
    variable commands
    if {[string match {SSLKEYS ARGS USAGE*} $code]} {
        return [UsageHints $command]
    }
    if {[string match {SSLKEYS POLICY AMBIGUOUS*} $code]} {
        return [lindex $code 6]
    }
    foreach {pattern lines} $hints {
        if {[string match $pattern $code]} {
            set values [dict create line [Line $options] keys [Shell [dict get $options -keys]]]
            foreach {name value} [lrange $code 3 end] {
                dict set values $name [Shell [Cut $value]]
            }
            return [lmap line $lines {Fill $line $values}]
        }
    }
    return {}
}

proc ::sslkeys::cli::Fill {line values} {
    dict for {name value} $values {
        set line [string map [list %{$name} $value] $line]
    }
    return [regsub -all {%\{([a-z]+)\}} $line NAME]
}

# How the command is written, or where to find that.
proc ::sslkeys::cli::UsageHints {command} {
    variable commands
    if {[dict exists $commands $command]} {
        return [list "Usage: sslkeys [UsageLine $command]" "More: sslkeys help $command"]
    }
    if {$command ne {}} {
        return [list "More: sslkeys help $command"]
    }
    return [list "See all commands: sslkeys help"]
}

# A command with its arguments, its options in short.
proc ::sslkeys::cli::UsageLine {command} {
    set words [list $command {*}[ArgumentWords $command]]
    if {[llength [OptionsOf $command]]} {
        lappend words {?-option ...?}
    }
    return [join $words " "]
}
