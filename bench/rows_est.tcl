# Certificates over EST, on connections that are kept: each asked for with a new key, made, stored in the registry and answered.

source -encoding utf-8 $bench::directory/servers.tcl

# Certificates per second by createAndSign alone, on the disk that the server uses.
proc createAloneBesideEst {} {
    set kept $::sslkeys::keydirectory
    set ::sslkeys::keydirectory $bench::scratch/estalone[incr ::estAlone]
    try {
        sslkeys::initialize CN "Bench CA"
        return [bench::rate 200 {sslkeys::createAndSign client n[incr ::estAlone] CN client1}]
    } finally {
        set ::sslkeys::keydirectory $kept
    }
}

# The demo's server gives no more than some hundreds of certificates a minute.
proc ::servers::Start_est {} {
    set server [Spawn [info nameofexecutable] $::bench::directory/est.tcl keys]
    return [dict replace $server enrol [gets [dict get $server channel]]]
}

try {
    bench::row enrol-est "createAndSign alone; $servers::clients clients, $servers::connections connections each, asked serially" 0.4 0.6 1/s \
        {servers::answer est est} createAloneBesideEst
} finally {
    servers::stop
}
