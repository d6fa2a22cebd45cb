# The package's Tcl half: where the keys are, and what loads the rest on first use.
# Loaded by every `package require sslkeys`, so it requires nothing and reads no other file.

namespace eval ::sslkeys {
    # The key directory of initialize, createAndSign and the demos.
    variable keydirectory
    if {![info exists keydirectory]} {
        set keydirectory keys
    }
    variable library [file dirname [file normalize [info script]]]

    # The registries that are open here, the newest last: device,inode of the key directory -> objects.
    variable registries
    if {![info exists registries]} {
        set registries {}
    }

    # file -> the commands that it defines, named from ::sslkeys.
    variable rooms {
        wire/tls.tcl {
            tls::init tls::context tls::socket tls::stranger tls::import tls::handshake
            tls::strip tls::close
        }
        wire/tlsverdict.tcl   {tls::peer tls::showing tls::peerCertificate tls::Callback tls::LetThrough tls::JudgeSession}
        wire/tlsreason.tcl    {tls::reason tls::explain tls::Reason}
        wire/connection.tcl {
            connection::start connection::perform connection::await connection::watch connection::pause
            connection::wake connection::read connection::take connection::breathe connection::send connection::drain connection::limit
            connection::hold connection::address connection::linger connection::close
            connection::disown connection::abandon connection::use connection::release
            connection::occupy connection::rest connection::quiesce connection::isEnding
        }
        wire/listener.tcl     {listener}
        wire/http.tcl         {http::serve http::response}
        wire/httpmessage.tcl {
            http::status http::parseHead http::checkPartialHead http::newBody http::feedBody http::formatResponse
        }
        wire/httpclient.tcl   {http::exchange http::formatRequest http::parseStatus}
        wire/est.tcl {
            est::parsePath est::makePath est::methodOf est::parseRequest est::makeRequest est::makeCertificates est::parseCertificates
            est::parseBasic est::makeBasic est::parseRetryAfter est::makePending est::parsePending est::makeReason
        }
        wire/lineprotocol.tcl {
            lineprotocol::makeRequest lineprotocol::parseRequest lineprotocol::makeAnswer
            lineprotocol::makeRefusal lineprotocol::parseAnswer lineprotocol::answer lineprotocol::ask
        }
        ca/db.tcl             {db}
        ca/registry.tcl       {registry registry::restore}
        ca/network.tcl        {network::parse network::contains network::group network::isAddress}
        ca/throttle.tcl       {throttle}
        ca/policysettings.tcl {policy::readSettings policy::keys}
        ca/policy.tcl         {policy policy::next policy::names policy::CheckName}
        ca/issuer.tcl         {issuer}
        ca/revocation.tcl     {revocation}
        ca/crlfile.tcl        {crlfile crlfile::lists}
        ca/responder.tcl      {responder}
        service/log.tcl       {log::configure log::event log::format log::reopen log::counts}
        service/config.tcl    {config::load config::read config::altName}
        service/publish.tcl   {publish}
        service/health.tcl    {health health::isLoopback}
        service/upkeep.tcl    {upkeep}
        service/serve.tcl     {serve::run service}
        service/server.tcl    {server}
        service/doctor.tcl    {doctor::examine doctor::worst}
        service/enrolment.tcl {enrolment}
        service/client.tcl    {client::geturl client::get}
        service/enrolling.tcl {client::enrol client::renew}
        service/wish.tcl      {client::Wish client::ReadWish}
        service/firsttrust.tcl {client::Trust}
        service/conversation.tcl {client::Open client::Hang client::Knock client::Exchange client::Authorities client::Obtain}
        cli/cli.tcl           {cli::main}
    }
}

# Define each command of the rooms as a stub that loads its file and calls again.
proc ::sslkeys::DefineStubs {} {
    variable rooms
    foreach {file commands} $rooms {
        foreach command $commands {
            namespace eval ::sslkeys::[namespace qualifiers $command] {}
            proc ::sslkeys::$command args "::sslkeys::LoadRoom $file; tailcall ::sslkeys::$command {*}\$args"
        }
    }
}

# Replace the stubs of one file by what the file defines.
proc ::sslkeys::LoadRoom {file} {
    variable rooms
    variable library
    foreach command [dict get $rooms $file] {
        if {[llength [info commands ::sslkeys::$command]]} {
            rename ::sslkeys::$command {}
        }
    }
    uplevel #0 [list source -encoding utf-8 [file join $library $file]]
}

# Run a script whose arguments may be secret: its error keeps message and code, but no trace that shows an argument.
proc ::sslkeys::Discreetly {script} {
    try {
        uplevel 1 $script
    } on error {message options} {
        return -code error -errorcode [dict get $options -errorcode] -errorinfo $message -errorstack {} $message
    }
}

# Read a file whole, as octets.
#   errors  POSIX ...
proc ::sslkeys::ReadFile {path} {
    set channel [open $path rb]
    try {
        return [read $channel]
    } finally {
        close $channel
    }
}

# Find the open registry of a key directory; C++ asks, before it issues there, where any is open.
#   out  the object, or {}
proc ::sslkeys::RegistryOf {directory} {
    variable registries
    if {[file isdirectory $directory]} {
        file stat $directory stat
        if {[dict exists $registries $stat(dev),$stat(ino)]} {
            return [lindex [dict get $registries $stat(dev),$stat(ino)] end]
        }
    }
    return {}
}

# Read options against a table of defaults.
#   in      arguments -option value ..., a dict -option -> default
#   out     the dict with the given values in it
#   errors  TCL LOOKUP INDEX option, TCL WRONGARGS, SSLKEYS ARGS REPEATED
proc ::sslkeys::ReadOptions {arguments defaults} {
    set seen {}
    if {[llength $arguments] % 2} {
        return -code error -errorcode {TCL WRONGARGS} "no value for option \"[lindex $arguments end]\""
    }
    foreach {option value} $arguments {
        if {![dict exists $defaults $option]} {
            set known [join [lsort [dict keys $defaults]] {, }]
            return -code error -errorcode [list TCL LOOKUP INDEX option $option] \
                "unknown option \"[string range $option 0 59]\": must be one of $known"
        }
        if {[dict exists $seen $option]} {
            return -code error -errorcode [list SSLKEYS ARGS REPEATED option $option] "option \"$option\" is given twice"
        }
        dict set seen $option 1
        dict set defaults $option $value
    }
    return $defaults
}

::sslkeys::DefineStubs
