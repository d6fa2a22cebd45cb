# bin/sslkeys: from the words of a command line to a command's procedure, and from what went wrong to one sentence, what to do
# next, and an exit status: 0 done, 1 refused or failed, 2 the command line is wrong, 3 done in part, 4 waits for a decision.

namespace eval ::sslkeys::cli {
    namespace export main
    variable directory [file dirname [file normalize [info script]]]
    # What has to be undone or closed at the end, whatever happens: command prefixes.
    variable closers {}
    # The files that commands have had loaded.
    variable loaded {}
    # The open registry.
    variable registry {}
    # The words behind the command.
    variable arguments {}
    # What a message of the package says -> what is said here.
    variable spoken {
        {: (?:call sslkeys::[a-z ]+ first|open it first, with sslkeys::registry new)} {}
        {sslkeys::initialize -certificate}  {`sslkeys init -certificatefile`}
        {sslkeys::rollover prepare -certificate} {`sslkeys rollover prepare -certificatefile`}
        {-(force|anew|request) 1}           {-\1}
        {-certificate\M}                   {-certificatefile}
        {-(ca|cakey) or -(?:ca|cakey)file}  {-\1file}
        {, with -anew\M}                   {, with -force}
    }
}

foreach part {table parse text output json hint secret locate} {
    source -encoding utf-8 [file join $::sslkeys::cli::directory $part.tcl]
}
unset part

# Run a command line and exit.
proc ::sslkeys::cli::main {argv} {
    set status [Run $argv]
    # What a reader no longer wants must not be complained of on the way out.
    catch {close stdout}
    exit $status
}

# Run a command line.
#   out  the exit status
proc ::sslkeys::cli::Run {argv} {
    variable quiet
    variable json
    variable arguments
    set json [expr {{-json} in $argv || {--json} in $argv}]
    set command {}
    set options {-keys keys}
    if {$argv in {--version -version -V}} {
        set argv version
    }
    try {
        lassign [Parse $argv] command options words
        set arguments $words
        set json [dict get $options -json]
        set quiet [dict get $options -quiet]
        LearnTerminal [dict get $options -color]
        set ::sslkeys::keydirectory [dict get $options -keys]
        if {[dict get $options -help]} {
            set words $command
            set command help
        }
        Load $command
        set status [[Procedure $command] $options $words]
        EndArray 0
        flush stdout
        return [expr {$status eq {} ? 0 : $status}]
    } trap {POSIX EPIPE} {} {
        # Whoever read has had enough: as a program that SIGPIPE ends.
        return 141
    } on error {message details} {
        catch {EndArray 1}
        return [Fail $command $options $message $details]
    } finally {
        CloseAll
    }
}

# Load the file of a command.
proc ::sslkeys::cli::Load {command} {
    variable directory
    variable commands
    set file [file rootname [dict get $commands $command file]]
    if {![file exists [file join $directory $file.tcl]]} {
        throw [list SSLKEYS ARGS USAGE command $command] "the command \"$command\" is not in this build"
    }
    LoadFile $file
}

# Load a file of this directory, once.
proc ::sslkeys::cli::LoadFile {file} {
    variable directory
    variable loaded
    if {![dict exists $loaded $file]} {
        dict set loaded $file 1
        uplevel #0 [list source -encoding utf-8 [file join $directory $file.tcl]]
    }
}

# Tell what went wrong, and answer the exit status.
proc ::sslkeys::cli::Fail {command options message details} {
    set code [dict get $details -errorcode]
    if {[string match {error writing "stdout"*} $message]} {
        dict set details -errorcode [list POSIX [lindex $code 1] stdout]
    }
    set misused [string match {SSLKEYS ARGS USAGE*} $code]
    Tell [expr {$misused ? [lindex $code 4] : $command}] $options $message $details
    return [expr {$misused ? 2 : 1}]
}

# Tell what went wrong on standard error: a sentence, and what to do next.
proc ::sslkeys::cli::Tell {command options message details} {
    variable json
    try {
        if {$json} {
            puts stderr [Json [Trouble $command $options $message $details]]
        } else {
            puts stderr "sslkeys[expr {$command eq {} ? {} : " $command"}]: [Sentence $message]"
            foreach hint [HintsFor $command $options $details] {
                puts stderr "  $hint"
            }
        }
        if {[info exists ::env(SSLKEYS_TRACE)]} {
            puts stderr [dict get $details -errorinfo]
        }
    } on error {} {
        # Nobody hears.
    }
}

# What went wrong, as programs are told: the sentence, the code and what it is about, what to do next.
proc ::sslkeys::cli::Trouble {command options message details} {
    set code [dict get $details -errorcode]
    set words [expr {[lindex $code 0] eq {SSLKEYS} ? 3 : 2}]
    set about {}
    foreach {name value} [lrange $code $words end] {
        dict set about $name $value
    }
    return [dict create error [Sentence $message] code [lrange $code 0 $words-1] details [expr {$words == 3 ? $about : {}}] \
        next [HintsFor $command $options $details]]
}

# What to do next; a fault of ours is told as one.
proc ::sslkeys::cli::HintsFor {command options details} {
    set code [dict get $details -errorcode]
    if {[lindex $code 0] ni {SSLKEYS POSIX} && ![string match {TCL LOOKUP INDEX*} $code]} {
        return [list "This is a fault of sslkeys itself; SSLKEYS_TRACE=1 shows where."]
    }
    return [Hints $command $options $code]
}

# Tell what one of several things met, which keeps none of the others: in an array it is an element.
#   in  what the thing is told by: a field and its value
proc ::sslkeys::cli::TellOne {command options about message details} {
    variable json
    if {$json} {
        WriteJson [dict merge $about [Trouble $command $options $message $details]]
    } else {
        Tell $command $options $message $details
    }
}

# Do something with each argument. What one of them meets is told and does not keep the others.
#   out  the exit status: 0; 1 when all failed, 3 when some did; 4 when one waits
proc ::sslkeys::cli::Each {command options words prefix} {
    BeginArray
    set worst 0
    set failed 0
    foreach word $words {
        try {
            set worst [expr {max($worst, [{*}$prefix $word])}]
        } trap {POSIX EPIPE} {message details} {
            return -options $details $message
        } on error {message details} {
            incr failed
            TellOne $command $options [list word [Cut $word]] $message $details
        }
    }
    return [expr {!$failed ? $worst : $failed == [llength $words] ? 1 : 3}]
}

# Bring a message to one harmless line, with the words of the command line where it has those of the package.
proc ::sslkeys::cli::Sentence {message} {
    variable spoken
    set message [lindex [split $message \n] 0]
    foreach {words said} $spoken {
        set message [regsub -all -- $words $message $said]
    }
    return [Cut $message 400]
}

# Have a command prefix called at the end.
proc ::sslkeys::cli::AtEnd {prefix} {
    variable closers
    set closers [linsert $closers 0 $prefix]
}

proc ::sslkeys::cli::CloseAll {} {
    variable closers
    foreach prefix $closers {
        catch {{*}$prefix}
    }
    set closers {}
}

# Who acts, for the records: the person behind sudo where there is one.
proc ::sslkeys::cli::Who {} {
    set login $::tcl_platform(user)
    if {$login eq {root} && [info exists ::env(SUDO_USER)] && $::env(SUDO_USER) ne {}} {
        set login $::env(SUDO_USER)
    }
    return [Cut operator:$login@[info hostname] 120]
}

# Read a file whole, or standard input for -.
#   errors  POSIX ..., BUNDLE UNKNOWN where it is larger than anything we read
proc ::sslkeys::cli::ReadFile {path} {
    if {$path eq {-}} {
        fconfigure stdin -translation binary
        return [read stdin 67108864]
    }
    if {[file isdirectory $path]} {
        throw {POSIX EISDIR {illegal operation on a directory}} "\"[Cut $path]\" is a directory"
    }
    set channel [open $path rb]
    try {
        return [read $channel 67108864]
    } finally {
        close $channel
    }
}

# Write a file durably, or standard output for -. What is there is left, unless replacing is allowed.
#   errors  STORE EXISTS, POSIX ...
proc ::sslkeys::cli::WriteFile {path data mode force} {
    if {$path eq {-}} {
        fconfigure stdout -translation binary
        puts -nonewline $data
        return
    }
    ::sslkeys::durable write $path $data -mode $mode -exclusive [expr {!$force}]
}

# Answer what the command line says of a new key, as options of the package.
proc ::sslkeys::cli::KeyOptions {options prompt} {
    return [list {*}[Given $options {-keytype -curve -bits}] {*}[Passphrase $options -passwordfile -passwordfrom $prompt 1]]
}
