# What to do next, by command and error code: no refusal is without it. Patterns are those of `string match`, the first row that
# fits counts. %{NAME} is the value that the code carries under that name; %{line} the program with this command line's -keys;
# %{keys} its key directory; %{word} and %{second} its first arguments; %{place} where a client keeps its pair and finds the server.
# tests/clihint.test types every line that is a command.

namespace eval ::sslkeys::cli {
    variable hints {
        *      {SSLKEYS ARGS CONFIRM*}        {{To do it without being asked: the same command with -yes}}
        *      {SSLKEYS ARGS PASSPHRASE option*} {{Say where it is: %{option} FILE, or - for standard input}}
        *      {SSLKEYS ARGS PASSPHRASE*}     {{The first line of that file has to be the passphrase.}}
        issue  {SSLKEYS ARGS TABLE column*}   {{Columns are type, name, san, days and attributes in capitals, such as EMAIL; commas stand between: sslkeys help issue}}
        issue  {SSLKEYS ARGS TABLE*}          {{A cell with a comma or a quote stands in quotes, and a quote in it twice (RFC 4180).}}
        {rollover prepare} {SSLKEYS ARGS CONFLICT there*} {{See how far it is: %{line} rollover status}}
        *      {SSLKEYS ARGS CONFLICT there*} {{To go over to another CA: %{line} rollover prepare CN='Example CA 2'} {Or make one elsewhere: sslkeys -keys DIRECTORY init CN='Example CA 2'}}
        *      {SSLKEYS ARGS CONFLICT file*}  {{Give up the earlier request: the same command with -anew}}
        *      {SSLKEYS ARGS RANGE option -fingerprint} {{The CA's operator reads it from: sslkeys show ca}}

        *      {SSLKEYS CA MISSING file*}     {{Ask the operator for it, and tell its fingerprint: -fingerprint SHA256} {Or copy ca.crt here, and say where: -cafile FILE}}
        *      {SSLKEYS CA MISSING registry*} {{Bring back ca.key and ca.crt from a backup: what is on record is theirs.} {For another CA take another directory: sslkeys -keys DIRECTORY init CN='Example CA'}}
        *      {SSLKEYS CA MISSING*}          {{Make one: %{line} init CN='Example CA'} {Or say where it is: -keys DIRECTORY}}
        *      {SSLKEYS CA INCOMPLETE*}       {{Bring back the file that is missing from a copy; without ca.key the CA cannot sign again.}}
        *      {SSLKEYS CA MISMATCH*}         {{Bring both back from the same copy: ca.key and ca.crt.}}
        *      {SSLKEYS CA DAMAGED*}          {{Bring back ca.key and ca.crt from a copy.} {See what else is wrong: %{line} doctor}}
        *      {SSLKEYS CA ENCRYPTED setting*} {{Write into %{keys}/sslkeys.conf where its passphrase is: ca-password-from {file PATH}}}
        revoke {SSLKEYS CA ENCRYPTED*}        {{At our own doors it counts already. For all others: %{line} crl write -capasswordfile FILE}}
        *      {SSLKEYS CA ENCRYPTED*}        {{Say where its passphrase is: -capasswordfile FILE, or - for standard input}}
        *      {SSLKEYS CA EXPIRED*}          {{Make the next CA: %{line} rollover prepare CN='Example CA 2'}}
        {rollover *} {SSLKEYS CA REQUESTED*} {{When its certificate has come: %{line} rollover prepare -certificatefile FILE}}
        *      {SSLKEYS CA REQUESTED*}        {{When its certificate has come: %{line} init -certificatefile FILE}}
        *      {SSLKEYS CA INUSE*}            {{List what is still valid: %{line} list -state current} {End its trust all the same: %{line} rollover finish -force}}
        *      {SSLKEYS CA ROLLOVER*}         {{See how far it is: %{line} rollover status}}
        *      {SSLKEYS CA NAME*}             {{See whose name it is: %{line} show ca}}
        *      {SSLKEYS CA NOTCA*}            {{See what it may do: sslkeys show FILE}}

        backup {SSLKEYS STORE EXISTS*}        {{Take another name for the copy.}}
        import {SSLKEYS STORE EXISTS serial*} {{See what is on record: %{line} show %{serial}}}
        enroll {SSLKEYS STORE EXISTS*}        {{Get the next one in its place: sslkeys renew %{word} %{second}%{place}}}
        renew  {SSLKEYS STORE EXISTS*}        {{Try again: another process was faster.}}
        *      {SSLKEYS STORE EXISTS*}        {{Replace it: the same command with -force}}
        *      {SSLKEYS STORE NAME*}          {{A name has 1 to 64 letters, digits and . _ @ -, the first a letter or a digit, and does not end as a file's does.}}
        *      {SSLKEYS STORE ORPHAN*}        {{See how to put it aside: %{line} doctor}}
        *      {SSLKEYS STORE BUSY*}          {{Another process is writing; try again in a moment.}}
        *      {SSLKEYS STORE FULL*}          {{Make room on the disk, then try again; nothing was changed.}}
        restore {SSLKEYS STORE GONE*}         {{Say which file the copy is.}}
        restore {SSLKEYS STORE DAMAGED*}      {{That copy is of no use: take another one.}}
        restore {SSLKEYS STORE FOREIGN*}      {{Take a copy of this CA's own registry.}}
        *      {SSLKEYS STORE DAMAGED*}       {{Keep a copy of registry.db, then bring back the last good one: %{line} restore FILE}}
        *      {SSLKEYS STORE GONE*}          {{Bring back a copy: %{line} restore FILE} {Or make it anew, of what stands in the directory: %{line} init -force}}
        *      {SSLKEYS STORE FOREIGN*}       {{Bring back the CA's own files from a backup: ca.key, ca.crt and registry.db belong together.}}
        *      {SSLKEYS STORE NEWER*}         {{Use the release that wrote it, or a later one.}}
        *      {SSLKEYS STORE REGISTERED above*} {{Ask it for the certificate: the same command with -request, without -cafile and -cakeyfile} {Then there: sslkeys -keys %{above} sign intermediate FILE}}
        *      {SSLKEYS STORE REGISTERED*}    {{Issue with: %{line} issue TYPE NAME}}
        export {SSLKEYS STORE ABSENT key*}    {{The certificate alone goes out: %{line} export %{word} -format pem}}
        reissue {SSLKEYS STORE ABSENT key*}   {{On the machine that has it: sslkeys renew HOST %{key}} {Make a pair here in its place all the same: the same command with -force}}
        *      {SSLKEYS STORE ABSENT*}        {{Get one first: sslkeys enroll %{word} %{name}%{place}}}
        *      {SSLKEYS STORE MISMATCH file*} {{Begin anew: the same command with -anew}}
        *      {SSLKEYS STORE MISMATCH*}      {{See what is wrong: %{line} doctor}}
        *      {SSLKEYS STORE CONSTRAINT*}    {{Somebody else was faster; see what there is: %{line} list}}

        show   {SSLKEYS KEY ENCRYPTED*}       {{Say where its passphrase is: -passwordfile FILE, or - for standard input}}
        export {SSLKEYS KEY ENCRYPTED*}       {{Say where its passphrase is: -keypasswordfile FILE, or - for standard input}}
        *      {SSLKEYS KEY ENCRYPTED*}       {{Say where its passphrase is: -capasswordfile FILE, or - for standard input}}
        *      {SSLKEYS KEY PASSWORD*}        {{Try again with the right passphrase.}}
        *      {SSLKEYS KEY UNSUPPORTED*}     {{Keys are ec (P-256, P-384, P-521), rsa (2048 to 8192 bits) or ed25519.}}
        show   {SSLKEYS BUNDLE ENCRYPTED*}    {{Say where its passphrase is: -passwordfile FILE, or - for standard input}}
        *      {SSLKEYS BUNDLE ENCRYPTED*}    {{Take out what is in it: sslkeys show %{word} -pem -passwordfile FILE}}
        *      {SSLKEYS BUNDLE PASSWORD*}     {{Try again with the right passphrase.}}
        *      {SSLKEYS BUNDLE*}              {{It has to be a certificate, request, key or revocation list, as PEM, DER, PKCS#7 or PKCS#12.}}

        *      {SSLKEYS NAME ALTNAME*}        {{Names are written DNS:a, IP:b, EMAIL:c or URI:d; a server's has to be a host name or an address.}}
        *      {SSLKEYS NAME CONSTRAINT*}     {{They are written DNS:example.org, IP:10.0.0.0/8, EMAIL:@example.org or URI:.example.org.}}
        *      {SSLKEYS NAME*}                {{C is two capitals, EMAIL a mailbox, the others 1 to 64 characters; each stands there once but for DC.}}
        import {SSLKEYS CERTIFICATE PROFILE*} {{Certificates of machines and people are taken in, no CA's; see what it is: sslkeys show %{word}}}
        *      {SSLKEYS CERTIFICATE PROFILE*} {{Types are server, client, peer, operator, ocsp and intermediate.}}
        *      {SSLKEYS CERTIFICATE URL*}     {{A URL is written http://HOST/PATH.}}
        *      {SSLKEYS CERTIFICATE CONSTRAINT*} {{See which names the CA may certify: %{line} show ca}}
        *      {SSLKEYS CERTIFICATE PEM*}     {{See what the file holds: sslkeys show %{word}}}
        *      {SSLKEYS CERTIFICATE*}         {{See how it is written: sslkeys help issue}}
        *      {SSLKEYS REQUEST*}             {{Make one with: sslkeys request NAME}}

        enroll {SSLKEYS CHAIN HOST*}          {{If that is the right server, say the name in its certificate: -peername NAME}}
        renew  {SSLKEYS CHAIN HOST*}          {{If that is the right server, say the name in its certificate: -peername NAME}}
        enroll {SSLKEYS CHAIN*}               {{Ask the operator for the fingerprint of the CA: sslkeys show ca} {If a wrong ca.crt is kept here, remove it.}}
        renew  {SSLKEYS CHAIN*}               {{Ask the operator why: the server's certificate or this one does not count.}}
        import {SSLKEYS CHAIN REVOKED*}       {{It stays revoked; see the list: %{line} crl show}}
        import {SSLKEYS CHAIN*}               {{Only what our CA signed is taken in: compare with %{line} show ca}}
        init   {SSLKEYS CHAIN*}               {{The file has to hold the CA's certificate and all above it, up to the root.}}
        {rollover prepare} {SSLKEYS CHAIN*}   {{The file has to hold the CA's certificate and all above it, up to the root.}}
        *      {SSLKEYS CHAIN UNTRUSTED*}     {{See who signed it: %{line} show %{word}} {Judge it by another CA: -cafile FILE}}
        *      {SSLKEYS CHAIN SELFSIGNED*}    {{See who signed it: %{line} show %{word}} {Judge it by another CA: -cafile FILE}}
        *      {SSLKEYS CHAIN*}               {{See what it is: %{line} show %{word}}}
        *      {SSLKEYS CRL*}                 {{Write a new one: %{line} crl write}}

        {token drop} {SSLKEYS POLICY UNKNOWN*} {{See what there is: %{line} token list}}
        *      {SSLKEYS POLICY UNKNOWN request*} {{See what waits: %{line} pending} {See all: %{line} pending -state all}}
        *      {SSLKEYS POLICY UNKNOWN file*} {{Take it in, if our CA signed it: %{line} import %{file}}}
        *      {SSLKEYS POLICY UNKNOWN*}      {{See what there is: %{line} list}}
        *      {SSLKEYS POLICY STATE request*} {{See what became of it: %{line} show %{request}}}
        *      {SSLKEYS POLICY STATE serial*} {{See what became of it: %{line} show %{serial}}}
        reissue {SSLKEYS POLICY STANDING*}    {{Make a new pair like it: the same command with -force}}
        *      {SSLKEYS POLICY STANDING serial*} {{See how it stands: %{line} show %{serial}} {Do it all the same: the same command with -force}}
        *      {SSLKEYS POLICY TAKEN name*}   {{See what is there: %{line} show %{name}} {Replace it: the same command with -force}}
        *      {SSLKEYS POLICY RESERVED*}     {{Take another name.}}
        *      {SSLKEYS POLICY PROFILE*}      {{Let the server give such certificates: a line `profiles` in sslkeys.conf, see sslkeys_serve(n)} {Or make one here: %{line} issue %{profile} NAME}}
        *      {SSLKEYS POLICY REFUSED*}      {{Take another name, or change that rule in sslkeys.conf.}}
        *      {SSLKEYS POLICY RULE*}         {{Correct that line, then try again; sslkeys_policy(n) lists what may stand there.}}
        *      {SSLKEYS POLICY CONFIG*}       {{Correct that line, then try again; sslkeys_serve(n) lists what may stand there.}}

        *      {SSLKEYS WIRE CONNECT*}        {{Is the server running there, and nothing between that blocks the port? Its port: -port N}}
        *      {SSLKEYS WIRE DENIED status 401*} {{Ask the operator for a token (sslkeys token make TYPE NAME), then: -tokenfile FILE}}
        *      {SSLKEYS WIRE DENIED*}         {{Ask the CA's operator; then ask anew: the same command with -anew}}
        *      {SSLKEYS WIRE FINGERPRINT*}    {{Ask the operator for the fingerprint: sslkeys show ca} {If a wrong ca.crt is kept here, remove it.}}
        *      {SSLKEYS WIRE BUSY*}           {{Try again later, or let the command wait: -wait 1h}}
        *      {SSLKEYS WIRE REFUSED*}        {{Ask the operator how the certificate of this machine stands: sslkeys show NAME}}
        *      {SSLKEYS WIRE*}                {{Is that the port where machines enroll, of a running `sslkeys serve`? Its port: -port N}}

        *      {POSIX ENOENT*}                {{See whether the name is right: a word with a slash, or that ends like .crt, is taken for a file.}}
        *      {POSIX EISDIR*}                {{Say which file in it.}}
        *      {POSIX ENOTDIR*}               {{A part of that path is a file; say another.}}
        *      {POSIX EEXIST*}                {{Say another name.}}
        *      {POSIX EACCES*}                {{Run it as the user who owns the files: see ls -ld %{keys}}}
        *      {POSIX EPERM*}                 {{Run it as the user who owns the files: see ls -ld %{keys}}}
        *      {POSIX ENOSPC stdout*}         {{It was done, and could not be told; see: %{line} list}}
        *      {POSIX ENOSPC*}                {{Make room on the disk, then try again; nothing was changed.}}
        *      {POSIX EROFS*}                 {{The directory cannot be written to; say another: -keys DIRECTORY}}
        serve  {POSIX EADDRINUSE*}            {{Another program has that port; say another in sslkeys.conf: enroll-port N, service-port N}}
        *      {POSIX EINTR*}                 {{The same command goes on; what was made is left.}}
        *      {POSIX *}                      {{See whether something is wrong here: %{line} doctor}}
    }
}

# Answer what to do next, a list of lines.
proc ::sslkeys::cli::Hints {command options code} {
    variable hints
    variable arguments
    if {[string match {SSLKEYS ARGS USAGE*} $code]} {
        return [UsageHints $command]
    }
    if {[string match {SSLKEYS POLICY AMBIGUOUS*} $code]} {
        return [lindex $code 6]
    }
    if {$command ne {restore}} {
        set code [Situation $options $code]
    }
    if {$command eq {issue} && [string match {SSLKEYS STORE EXISTS name *} $code] && [llength [set lines [NameHints $options [lindex $code 4]]]]} {
        return $lines
    }
    foreach {who pattern lines} $hints {
        if {[string match $who $command] && [string match $pattern $code]} {
            set values [list %{line} [Line $options] %{keys} [Shell [dict get $options -keys]] %{place} [PlaceWords $options]]
            foreach {name value} [list {*}[lrange $code 3 end] word [lindex $arguments 0] second [lindex $arguments 1]] {
                lappend values %{$name} [Shell [Cut $value]]
            }
            return [lmap line $lines {regsub -all {%\{[a-z]+\}} [string map $values $line] NAME}]
        }
    }
    return [UsageHints $command]
}

# Where a client keeps its pair and finds the server, as this command line has it and if that is not the usual.
proc ::sslkeys::cli::PlaceWords {options} {
    set words {}
    foreach {option value} [Given $options {-directory -port -peername -cafile}] {
        if {$value ne [lindex [dict get $::sslkeys::cli::options $option] 2]} {
            append words " $option [Shell $value]"
        }
    }
    return $words
}

# What a code comes down to in the key directory at hand.
proc ::sslkeys::cli::Situation {options code} {
    if {![string match {SSLKEYS STORE GONE*} $code] && ![string match {SSLKEYS CA MISSING directory*} $code]} {
        return $code
    }
    lassign [lmap file {ca.crt ca.csr registry.db ca.crl} {file exists [file join [dict get $options -keys] $file]}] ca request registry list
    if {!$ca && $request} {
        return {SSLKEYS CA REQUESTED}
    }
    if {!$ca && ($registry || $list)} {
        return {SSLKEYS CA MISSING registry}
    }
    return [expr {$ca ? $code : {SSLKEYS CA MISSING}}]
}

# What to do about a name that is taken; {} where nothing is on record of it.
proc ::sslkeys::cli::NameHints {options name} {
    try {
        set row [LocateRow $options $name]
    } trap SSLKEYS {} {
        return
    }
    set lines [list "See what is there: [Line $options show $name]"]
    if {[dict get $row state] ne {issued}} {
        return [lappend lines "Make a new pair like it: [Line $options reissue $name -force]"]
    }
    if {[IsElsewhere $options $row]} {
        return [lappend lines "Get the next one on its own machine: sslkeys renew HOST [Shell [Cut $name]]"]
    }
    return [lappend lines "Make a new pair like it: [Line $options reissue $name]"]
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
