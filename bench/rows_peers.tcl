# One key, one certificate, both as files, signed by a CA that is there: createAndSign, durable, beside one
# run of each tool that people make private certificates with. Its process is part of the price, as it is for them.

namespace eval ::peers {
    variable directory $::bench::scratch/peers
    variable serial 0
    variable prepared 0
    variable easyrsa [lindex [concat [auto_execok easyrsa] [glob -nocomplain /usr/share/easy-rsa/easyrsa]] 0]
    # All but minica and easy-rsa sign with this CA of ours.
    variable ca $directory/keys/ca.crt
    variable caKey $directory/keys/ca.key
}

proc ::peers::Write {path text} {
    set channel [open $path w]
    puts $channel $text
    close $channel
}

# Call a tool, whatever it says on its way; its failure is ours.
proc ::peers::Run {args} {
    exec -ignorestderr {*}$args 2>/dev/null </dev/null
}

# A file name nobody used.
proc ::peers::Fresh {} {
    variable directory
    variable serial
    return $directory/peer[incr serial]
}

proc ::peers::OpensslPair {} {
    variable ca
    variable caKey
    set base [Fresh]
    Run openssl ecparam -name prime256v1 -genkey -noout -out $base.key
    Run openssl req -new -key $base.key -subj /CN=client1 -out $base.csr
    Run openssl x509 -req -in $base.csr -CA $ca -CAkey $caKey -days 365 -out $base.crt
    return $base.crt
}

proc ::peers::CerttoolPair {} {
    variable directory
    variable ca
    variable caKey
    set base [Fresh]
    Run certtool --generate-privkey --key-type=ecdsa --curve=secp256r1 --outfile $base.key
    Run certtool --generate-certificate --load-privkey $base.key --load-ca-certificate $ca --load-ca-privkey $caKey \
        --template $directory/certtool.cfg --outfile $base.crt
    return $base.crt
}

proc ::peers::MkcertPair {} {
    set base [Fresh]
    Run mkcert -ecdsa -client -cert-file $base.crt -key-file $base.key client1
    return $base.crt
}

proc ::peers::MinicaPair {} {
    variable directory
    set name [file tail [Fresh]].example
    Run sh -c {cd "$1" && exec minica "$2"} sh $directory/minica $name
    return $directory/minica/$name.crt
}

# Prints key and certificate as JSON; cfssljson, which would write the files, is not counted.
proc ::peers::CfsslPair {} {
    variable directory
    variable ca
    variable caKey
    set base [Fresh]
    Run cfssl gencert -loglevel=5 -ca=$ca -ca-key=$caKey $directory/cfssl.json >$base.crt
    return $base.crt
}

proc ::peers::EasyrsaPair {} {
    variable easyrsa
    variable directory
    set name [file tail [Fresh]]
    Run $easyrsa --batch build-client-full $name nopass
    return $directory/easyrsa/issued/$name.crt
}

# What the tools want to find.
proc ::peers::Prepare {} {
    variable directory
    variable prepared
    if {[incr prepared] > 1} {
        return
    }
    variable ca
    variable caKey
    variable easyrsa
    file mkdir $directory/minica $directory/mkcert
    set ::sslkeys::keydirectory $directory/keys
    sslkeys::initialize CN "Bench CA"
    Write $directory/certtool.cfg "cn = client1\nexpiration_days = 365\ntls_www_client\nsigning_key"
    Write $directory/cfssl.json {{"CN": "client1", "key": {"algo": "ecdsa", "size": 256}}}
    file copy $ca $directory/mkcert/rootCA.pem
    file copy $caKey $directory/mkcert/rootCA-key.pem
    array set ::env [list CAROOT $directory/mkcert EASYRSA_PKI $directory/easyrsa EASYRSA_ALGO ec EASYRSA_CURVE prime256v1]
    if {$easyrsa ne {}} {
        Run $easyrsa --batch init-pki
        Run $easyrsa --batch --req-cn=BenchCA build-ca nopass
    }
}

# Certificates a second, ours in a fresh directory; a peer that writes nothing has not been measured.
proc ::peers::Ours {parent} {
    variable serial
    set ::sslkeys::keydirectory $parent/ours[incr serial]
    sslkeys::initialize CN "Bench CA"
    bench::rate 100 {sslkeys::createAndSign client n[incr ::peers::serial] CN client1}
}
proc ::peers::Theirs {pair} {
    if {![file size [$pair]]} {
        error "$pair made nothing"
    }
    bench::rate 8 $pair
}

proc ::peers::Rows {} {
    variable directory
    variable easyrsa
    # name, how to call it, what it is, at least, the aim: the design names openssl alone.
    foreach {name tool what pair least aim} [list \
        openssl  openssl  "three runs of the openssl command" OpensslPair 20 35 \
        certtool certtool "two runs of GnuTLS's certtool" CerttoolPair - - \
        mkcert   mkcert   "a run of mkcert" MkcertPair - - \
        minica   minica   "a run of minica, RSA-2048, it makes no other" MinicaPair - - \
        cfssl    cfssl    "a run of cfssl gencert" CfsslPair - - \
        easy-rsa $easyrsa "a run of easy-rsa" EasyrsaPair - - \
    ] {
        if {[auto_execok $tool] eq {}} {
            bench::missing $name
            continue
        }
        if {[bench::wanted createAndSign-$name]} {
            Prepare
        }
        bench::row createAndSign-$name $what $least $aim 1/s [list peers::Ours $directory] [list peers::Theirs ::peers::$pair]
    }
    if {$::bench::shm ne {} && [auto_execok openssl] ne {} && [bench::wanted createAndSign-openssl-tmpfs]} {
        Prepare
        variable directory $::bench::shm/peers
        file mkdir $directory
        bench::row createAndSign-openssl-tmpfs "three runs of the openssl command" 50 200 1/s \
            [list peers::Ours $directory] [list peers::Theirs ::peers::OpensslPair]
    }
}

peers::Rows
