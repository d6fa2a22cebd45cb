# The door: what connections and requests of clients with certificates cost, and certificates over the line protocol.

source -encoding utf-8 $bench::directory/servers.tcl

# Certificates per second by createAndSign alone, on the disk that the server uses.
proc createAlone {} {
    set kept $::sslkeys::keydirectory
    set ::sslkeys::keydirectory $bench::scratch/alone[incr ::alone]
    try {
        sslkeys::initialize CN "Bench CA"
        return [bench::rate 200 {sslkeys::createAndSign client n[incr ::alone] CN client1}]
    } finally {
        set ::sslkeys::keydirectory $kept
    }
}

try {
    if {[servers::tclhttpd]} {
        bench::row connect-article "the article's server on tclhttpd as printed" 5 10 1/s \
            {servers::answer ours connect} {servers::answer article connect}
        bench::row connect-article-bare "the same with the system's CAs out of its way" 1.2 2 1/s \
            {servers::answer ours connect} {servers::answer article-bare connect}
    } else {
        bench::missing "tclhttpd (TCLHTTPD_HOME)"
    }
    if {[servers::nginx] ne {}} {
        bench::row connect-nginx "nginx, one worker, no session reuse" 0.25 0.4 1/s \
            {servers::answer ours connect} {servers::answer nginx connect}
        bench::row kept-nginx "nginx, one worker; $servers::clients clients, $servers::connections connections each, asked serially" 0.15 0.25 1/s \
            {servers::answer ours kept} {servers::answer nginx kept}
    } else {
        bench::missing nginx
    }
    bench::row enrol-line "createAndSign alone; a new connection for each" 0.2 0.4 1/s {servers::answer ours enrol} createAlone
} finally {
    servers::stop
}
