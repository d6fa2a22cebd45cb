# The servers that rows measure, each started when a row first asks it, all with the same keys: ours is demos/server.tcl,
# theirs nginx with one worker and the article's server on tclhttpd. And the load on them, from several processes.

namespace eval ::servers {
    variable running {}  ;# name -> dict pid channel port enrol
    variable directory $::bench::scratch/servers
    # Enough to keep one server process busy; how many connections each holds open in kept.
    variable clients 4
    variable connections 4
}

# Make the CA, the server's pair and a client's.
proc ::servers::makeKeys {} {
    variable directory
    file mkdir $directory
    set kept $::sslkeys::keydirectory
    set ::sslkeys::keydirectory $directory/keys
    try {
        sslkeys::initialize CN CertificateAuthority
        sslkeys::createAndSign server server1 -san {DNS:server1 DNS:localhost IP:127.0.0.1} CN server1
        sslkeys::createAndSign client client1 CN client1
    } finally {
        set ::sslkeys::keydirectory $kept
    }
}

proc ::servers::nginx {} {
    return [lindex [concat [auto_execok nginx] [glob -nocomplain /usr/sbin/nginx]] 0]
}

proc ::servers::tclhttpd {} {
    return [expr {[info exists ::env(TCLHTTPD_HOME)] && [file exists $::env(TCLHTTPD_HOME)/lib/httpd.tcl]}]
}

# Good answers per second of a server to some kind of load: connect, kept, enrol or est.
proc ::servers::answer {name kind} {
    variable directory
    variable clients
    variable connections
    set port [port $name [expr {$kind in {enrol est} ? {enrol} : {port}}]]
    set words [list $kind $port [dict get $::bench::options -seconds] $clients $directory/keys/ca.crt]
    if {$kind eq {est}} {
        # Nobody is known, as for who comes for the first time.
        lappend words - -
    } elseif {$kind ne {enrol}} {
        lappend words $directory/keys/client1.crt $directory/keys/client1.key
    }
    if {$kind in {kept est}} {
        lappend words $connections
    }
    return [lindex [bench::program load {*}$words] 0]
}

proc ::servers::port {name which} {
    variable running
    if {![dict exists $running $name]} {
        if {![file exists $::servers::directory]} {
            makeKeys
        }
        dict set running $name [Start_$name]
    }
    return [dict get $running $name $which]
}

# Start a command in the servers' directory.
#   out  dict pid channel
proc ::servers::Spawn {args} {
    variable directory
    set here [pwd]
    cd $directory
    try {
        set channel [open |[list {*}$args 2>>server.log] r]
    } finally {
        cd $here
    }
    return [dict create pid [pid $channel] channel $channel]
}

proc ::servers::Start_ours {} {
    # With tclhttpd in reach it would be tclhttpd's engine that is measured.
    set server [Spawn env -u TCLHTTPD_HOME [info nameofexecutable] [file dirname $::bench::directory]/demos/server.tcl \
        -enrolport 0 -port 0 -address 127.0.0.1]
    regexp {port (\d+), HTTPS on port (\d+)} [gets [dict get $server channel]] - enrol port
    return [dict replace $server enrol $enrol port $port]
}

proc ::servers::Start_article {args} {
    set port [FreePort]
    set server [Spawn env {*}$args [info nameofexecutable] $::bench::directory/article.tcl $::env(TCLHTTPD_HOME) keys $port]
    gets [dict get $server channel]
    return [dict replace $server port $port]
}

proc ::servers::Start_article-bare {} {
    return [Start_article SSL_CERT_FILE=/dev/null/nowhere SSL_CERT_DIR=/dev/null/nowhere]
}

proc ::servers::Start_nginx {} {
    variable directory
    set port [FreePort]
    set channel [open $directory/nginx.conf w]
    puts $channel "daemon off; master_process off; pid nginx.pid; error_log stderr crit;
        events { worker_connections 512; }
        http {
            access_log off; default_type text/plain; keepalive_requests 100000000;
            client_body_temp_path temp; proxy_temp_path temp; fastcgi_temp_path temp; uwsgi_temp_path temp; scgi_temp_path temp;
            server {
                listen 127.0.0.1:$port ssl; ssl_protocols TLSv1.2 TLSv1.3; ssl_session_cache off; ssl_session_tickets off;
                ssl_certificate keys/server1.crt; ssl_certificate_key keys/server1.key;
                ssl_client_certificate keys/ca.crt; ssl_verify_client on;
                location / { return 200 \"Clock: \$msec; Client: \$ssl_client_s_dn\"; }
            }
        }"
    close $channel
    set server [Spawn [nginx] -p $directory/ -c $directory/nginx.conf]
    for {set try 0} {$try < 100 && [catch {close [socket 127.0.0.1 $port]}]} {incr try} {
        after 50
    }
    return [dict replace $server port $port]
}

# A port that is free now, for those that cannot be given 0.
proc ::servers::FreePort {} {
    set listening [socket -server list -myaddr 127.0.0.1 0]
    set port [lindex [fconfigure $listening -sockname] 2]
    close $listening
    return $port
}

proc ::servers::stop {} {
    variable running
    dict for {name server} $running {
        exec kill {*}[dict get $server pid]
        # It ends by our signal, and close tells so.
        catch {close [dict get $server channel]}
    }
    set running {}
}
