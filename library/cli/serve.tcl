# `sslkeys serve`: the server, in the foreground, until a signal ends it. See service/serve.tcl.

proc ::sslkeys::cli::DoServe {options words} {
    return [::sslkeys::serve::run [dict merge $options {-tell ::sslkeys::cli::TellReady}]]
}

proc ::sslkeys::cli::TellReady {line ports} {
    Answer [dict create ports $ports] $line
    flush stdout
}
