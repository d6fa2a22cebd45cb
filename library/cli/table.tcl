# The commands and options of bin/sslkeys, a row each: dispatch, arity, help, usage errors, completion and the synopses of
# the manual page come from here. A command's procedure is Do and its name in capitals: `token make` is DoTokenMake {options words}.

namespace eval ::sslkeys::cli {
    # group -> what its commands are for, in the order in which help shows them.
    variable groups {
        setup        {Set up and keep running}
        certificates {Certificates}
        queue        {Requests that wait for a decision}
        revocation   {Revocation}
        records      {Records}
        client       {On a client's machine}
        help         {Help}
    }

    # What every command takes.
    variable globals {-keys -json -quiet -color -yes -help}

    # The words that stand for something, by what it is; of a state they depend on the command.
    variable vocabulary {
        type              {server client peer operator ocsp intermediate}
        attribute         {CN O OU C ST L STREET EMAIL SERIALNUMBER UID DC TITLE GN SN}
        reason            {unspecified keyCompromise cACompromise affiliationChanged superseded cessationOfOperation privilegeWithdrawn
                           aACompromise}
        action            {initialize certify create restore backup import issue close revoke adopt token spend droptoken request approve deny
                           hold expire refuse prepare activate finish start stop}
        {state of list}   {current expired superseded revoked prepared closed issued all}
        {state of pending} {pending held approved issued denied expired all}
    }

    # Options that go together.
    variable keyoptions {-keytype -curve -bits -passwordfile}
    variable urls {-crlurl -ocspurl -caissuers}

    # option -> type, what stands for its value, default, meaning. A flag takes no value. Types: see parse.tcl; behind number and
    # duration stand the least and the most.
    variable options {
        -action         {{word action} WORD {} {only what was done so, such as revoke}}
        -anew           {flag {} 0 {give up what was asked for under this name before, and ask anew}}
        -bits           {{number 2048 8192} N {} {of an RSA key: 2048 to 8192}}
        -cafile         {file FILE {} {the CA's certificate}}
        -caissuers      {many URL {} {where the CA's own certificate is; may be repeated}}
        -cakeyfile      {file FILE {} {the CA's key}}
        -capasswordfile {secret FILE {} {a file with the passphrase of the CA's key; - for standard input}}
        -certificatefile {file FILE {} {the CA's certificate that came back from the CA above, with its chain}}
        -color          {{choice auto always never} WHEN auto {colours: auto (on a terminal), always or never}}
        -complete       {flag {} 0 {answer what may come next on a command line, a line each, for shells}}
        -config         {file FILE {} {the configuration file (sslkeys.conf in the key directory)}}
        -crlurl         {many URL {} {where the revocation list is; may be repeated}}
        -curve          {{choice P-256 P-384 P-521} CURVE {} {of an EC key: P-256, P-384 or P-521}}
        -days           {{number 1 36500} DAYS {} {how long it is good}}
        -directory      {file DIRECTORY keys-client {where the pair and the CA's certificate are kept}}
        -email          {text MAILBOX {} {the mailbox that it has to be for}}
        -excluded       {many NAME {} {a name that the CA may not certify, such as DNS:example.org; may be repeated}}
        -expiring       {duration TIME {} {only what expires within this time, such as 30d}}
        -fingerprint    {text SHA256 {} {the fingerprint of the CA's certificate, which is then fetched}}
        -force          {flag {} 0 {do it all the same: replace what is there}}
        -format         {{choice pkcs12 pem pkcs7 der} FORMAT pkcs12 {pkcs12, pem, pkcs7 or der}}
        -from           {file FILE {} {a table with a certificate per row (CSV); - for standard input}}
        -help           {flag {} 0 {tell about the command, and do nothing}}
        -host           {text NAME {} {the host that it has to be for}}
        -ip             {text ADDRESS {} {the address that it has to be for}}
        -json           {flag {} 0 {answer in JSON, for programs}}
        -keep           {flag {} 0 {keep the files of the previous CA}}
        -keypasswordfile {secret FILE {} {a file with the passphrase of the key that is there; - for standard input}}
        -keys           {file DIRECTORY keys {the key directory}}
        -keytype        {{choice ec rsa ed25519} TYPE {} {of the new key: ec, rsa or ed25519}}
        -legacy         {flag {} 0 {a PKCS#12 that old programs can read; easier to guess}}
        -limit          {{number 1 999999999} N {} {at most so many}}
        -name           {text GLOB {} {only names that match, such as web*}}
        -note           {text TEXT {} {a remark for the records}}
        -now            {moment TIME {} {judge as at this time, such as +60d}}
        -object         {text TEXT {} {only what concerns this name, serial number or request}}
        -ocspurl        {many URL {} {where the CA's OCSP responder is; may be repeated}}
        -order          {{choice issued expiry name} ORDER issued {issued, expiry or name}}
        -out            {file PATH {} {where to write; - for standard output}}
        -passwordfile   {secret FILE {} {a file with the passphrase of the new key or file; - for standard input}}
        -pathlength     {{number 0 100} N {} {how many CAs may follow below this one}}
        -peername       {text NAME {} {the name expected in the server's certificate, if not HOST}}
        -pem            {flag {} 0 {the PEM itself}}
        -permitted      {many NAME {} {a name that the CA may certify, such as DNS:example.org; may be repeated}}
        -port           {{number 1 65535} PORT 9901 {the server's port}}
        -profile        {{word type} TYPE {} {the type: client, server, peer, ...}}
        -purpose        {{choice server client email ocsp ca any} USE any {what it has to be good for}}
        -quiet          {flag {} 0 {say nothing but what was asked for, and what went wrong}}
        -reason         {{word reason} REASON unspecified {why: keyCompromise, superseded, cessationOfOperation, ...}}
        -request        {flag {} 0 {make ca.csr, for another CA to sign, in place of a root}}
        -san            {many NAME {} {a name it is for: DNS:a, IP:b, EMAIL:c or URI:d; may be repeated}}
        -since          {moment TIME {} {from then on: 7d (ago), or 2026-11-24}}
        -state          {{word state} STATE {} {only this state, or all}}
        -tokenfile      {secret FILE {} {a file with the token that the operator gave; - for standard input}}
        -until          {moment TIME {} {up to then}}
        -valid          {{duration 1s 10y} TIME 1d {how long it can be used}}
        -wait           {duration TIME 1d {how long to wait for a person's decision, such as 2h; 0s: not at all}}
        -who            {text TEXT {} {only what was done by whom, such as operator:ann*}}
        -why            {text TEXT {} {the reason, which the requester is told}}
        -yes            {flag {} 0 {do not ask, do it}}
    }

    # command -> group, arguments, options, file, summary. ?X? may be left out, X ... stands for any number.
    variable commands {
        init {
            group setup arguments {?ATTR=VALUE ...?} file setup.tcl
            options {keyoptions -days -pathlength -permitted -excluded -cafile -cakeyfile -capasswordfile -request
                -certificatefile -force}
            summary {make the key directory, the CA and the registry in it}
        }
        serve    {group setup arguments {} file serve.tcl options -config summary {run the server that machines enroll with}}
        doctor   {group setup arguments {} file doctor.tcl options {-now} summary {say what is wrong or soon will be, and what mends it}}
        {rollover status}   {group setup arguments {} file rollover.tcl options {} summary {tell how far the change to the next CA is}}
        {rollover prepare} {
            group setup arguments {?ATTR=VALUE ...?} file rollover.tcl options {keyoptions -days -cafile -cakeyfile -capasswordfile -request -certificatefile}
            summary {make the next CA, trusted beside this one}
        }
        {rollover activate} {group setup arguments {} file rollover.tcl options {} summary {let the next CA sign}}
        {rollover finish}   {group setup arguments {} file rollover.tcl options {-keep -force} summary {end the trust in the previous CA}}

        issue {
            group certificates arguments {?TYPE? ?NAME? ?ATTR=VALUE ...?} file issue.tcl
            options {-from -days -san keyoptions -capasswordfile urls -force}
            summary {make a key and its certificate, or one per row of a table}
        }
        reissue {
            group certificates arguments NAME|SERIAL|FILE file issue.tcl options {-days keyoptions -capasswordfile -force}
            summary {make a new key and certificate like the one that the name has}
        }
        sign {
            group certificates arguments {TYPE FILE ?ATTR=VALUE ...?} file sign.tcl
            options {-days -san -pathlength -permitted -excluded -out -capasswordfile urls -force} summary {sign a request that came as a file}
        }
        request {
            group certificates arguments {NAME ?ATTR=VALUE ...?} file sign.tcl options {-san keyoptions -out -force}
            summary {make a key and a request, for a CA elsewhere to sign}
        }
        list {
            group certificates arguments {} file list.tcl options {-expiring -state -profile -name -order -limit -now}
            summary {list the certificates}
        }
        show   {group certificates arguments NAME|SERIAL|FILE file show.tcl options {-pem -passwordfile} summary {show a certificate, a request or a file}}
        verify {
            group certificates arguments NAME|SERIAL|FILE file verify.tcl options {-host -ip -email -purpose -cafile -now}
            summary {judge a certificate: chain, time, purpose, revocation}
        }
        export {
            group certificates arguments NAME|SERIAL|FILE file exchange.tcl options {-format -out -passwordfile -keypasswordfile -legacy -force}
            summary {write a pair, a certificate or its chain for other programs}
        }
        import {group certificates arguments {FILE ...} file exchange.tcl options {} summary {take certificates of our CA into the registry}}

        pending {group queue arguments {} file queue.tcl options {-state -name -limit} summary {list the requests that wait}}
        approve {group queue arguments {REQUEST ...} file queue.tcl options -why summary {let a request have its certificate}}
        deny    {group queue arguments {REQUEST ...} file queue.tcl options -why summary {refuse a request}}
        hold    {group queue arguments {REQUEST ...} file queue.tcl options -why summary {put a request aside, for somebody to look into}}
        {token make} {
            group queue arguments {TYPE NAME} file token.tcl options {-san -valid -config}
            summary {make a word that a machine gets its certificate with, once}
        }
        {token list} {group queue arguments {} file token.tcl options {} summary {list the tokens}}
        {token drop} {group queue arguments {TOKEN ...} file token.tcl options {} summary {make a token worthless}}

        revoke {
            group revocation arguments {NAME|SERIAL|FILE ...} file revoke.tcl options {-reason -note -capasswordfile -config}
            summary {end the trust in a certificate, at once}
        }
        {crl write} {group revocation arguments {} file revoke.tcl options {-days -capasswordfile -config} summary {write the revocation list now}}
        {crl show}  {group revocation arguments {?FILE?} file revoke.tcl options {} summary {show the revocation list}}

        audit   {
            group records arguments {} file records.tcl options {-since -until -who -action -object -limit}
            summary {tell who did what, and when}
        }
        backup  {group records arguments FILE file records.tcl options {} summary {copy the registry, also while a server runs}}
        restore {group records arguments FILE file records.tcl options {} summary {put a copy of the registry in its place}}

        enroll {
            group client arguments {HOST NAME} file enroll.tcl
            options {-profile -san -email -keytype -tokenfile -fingerprint -cafile -wait -directory -port -peername -anew}
            summary {get this machine its certificate}
        }
        renew {
            group client arguments {HOST NAME} file enroll.tcl options {-keytype -cafile -wait -directory -port -peername -anew}
            summary {get a new certificate before the old one ends}
        }

        help    {group help arguments {?COMMAND ...?} file help.tcl options -complete summary {tell about the commands}}
        version {group help arguments {} file help.tcl options {} summary {tell the versions}}
    }
}

# Answer a command's options, each once; names of groups are replaced by what they stand for.
proc ::sslkeys::cli::OptionsOf {command} {
    variable commands
    set all {}
    if {$command eq {}} {
        return {}
    }
    foreach word [dict get $commands $command options] {
        if {[string match -* $word]} {
            lappend all $word
        } else {
            lappend all {*}[set ::sslkeys::cli::$word]
        }
    }
    return $all
}

# Answer a command's line as help and the manual page show it.
proc ::sslkeys::cli::Synopsis {command} {
    variable commands
    variable options
    set words [list $command {*}[ArgumentWords $command]]
    foreach option [OptionsOf $command] {
        set value [lindex [dict get $options $option] 1]
        lappend words [expr {$value eq {} ? "?$option?" : "?$option $value?"}]
    }
    return [join $words " "]
}

# Split the arguments of a row into words: `TYPE`, `?NAME?`, `?ATTR=VALUE ...?`, `FILE ...`.
proc ::sslkeys::cli::ArgumentWords {command} {
    variable commands
    return [regexp -all -inline {\?[^?]+\?|[^ ]+ \.\.\.|[^ ]+} [dict get $commands $command arguments]]
}

# Answer how many arguments a command takes: least and most, {} for any number.
proc ::sslkeys::cli::Arity {command} {
    set least 0
    set most 0
    foreach word [ArgumentWords $command] {
        if {[string index $word 0] ne "?"} {
            incr least
        }
        if {[string match *...* $word]} {
            set most {}
        } elseif {$most ne {}} {
            incr most
        }
    }
    return [list $least $most]
}

# Answer the procedure of a command.
proc ::sslkeys::cli::Procedure {command} {
    return ::sslkeys::cli::Do[join [lmap word $command {string totitle $word}] {}]
}
