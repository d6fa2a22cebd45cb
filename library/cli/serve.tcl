# `sslkeys serve`: the server, in the foreground, until a signal ends it. See service/serve.tcl.

proc ::sslkeys::cli::DoServe {options words} {
    return [::sslkeys::serve::run $options]
}
