# Makes what the fuzzers start from: every form of key, request and certificate that sslkeys, the openssl command and odd
# software write, good and bad, one directory per driver.
#
#     TCLLIBPATH=BUILD tclsh tests/fuzz/corpus.tcl DIRECTORY

package require sslkeys

namespace eval ::corpus {
    variable made 0
    variable lacking {}
}

# Write one seed.
proc ::corpus::put {noun name bytes} {
    variable root
    variable made
    file mkdir [file join $root $noun]
    set channel [open [file join $root $noun $name] wb]
    puts -nonewline $channel $bytes
    close $channel
    incr made
}

# Write seeds that a script makes; an openssl command may lack what it needs.
proc ::corpus::make {noun name script} {
    variable lacking
    try {
        put $noun $name [uplevel 1 $script]
    } trap CHILDSTATUS {} {
        lappend lacking $noun/$name
    }
}

# Run the openssl command.
#   out  its standard output, bytes
proc ::corpus::openssl {args} {
    set channel [open |[list openssl {*}$args 2>/dev/null] rb]
    try {
        return [read $channel]
    } finally {
        close $channel
    }
}

# A file with this content, for commands that read none but files.
proc ::corpus::hold {name bytes} {
    variable root
    set path [file join $root held $name]
    file mkdir [file dirname $path]
    set channel [open $path wb]
    puts -nonewline $channel $bytes
    close $channel
    return $path
}

proc ::corpus::pem {label der} {
    return "-----BEGIN $label-----\n[binary encode base64 -maxlen 64 -wrapchar \n $der]\n-----END $label-----\n"
}

proc ::corpus::der {pem} {
    regexp -- {-----BEGIN [^-]+-----\n(.*?)-----END} $pem - base64
    return [binary decode base64 $base64]
}

# The P-256 key whose private number this is, as keyOfNumber() in property.cpp makes it.
proc ::corpus::keyOfNumber {number} {
    return [pem "PRIVATE KEY" [binary format H* \
        3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420[format %064x $number]]]
}

# ---- keys -------------------------------------------------------------------------------------

proc ::corpus::keys {} {
    set keys {}
    foreach {name arguments} {
        p256       {-algorithm EC -pkeyopt ec_paramgen_curve:P-256}
        p384       {-algorithm EC -pkeyopt ec_paramgen_curve:P-384}
        p521       {-algorithm EC -pkeyopt ec_paramgen_curve:P-521}
        ed25519    {-algorithm ED25519}
        rsa2048    {-algorithm RSA -pkeyopt rsa_keygen_bits:2048}
        rsa1024    {-algorithm RSA -pkeyopt rsa_keygen_bits:1024}
        rsaexp3    {-algorithm RSA -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_keygen_pubexp:3}
        rsapss     {-algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_pss_keygen_md:sha256}
        ed448      {-algorithm ED448}
        x25519     {-algorithm X25519}
        p192       {-algorithm EC -pkeyopt ec_paramgen_curve:P-192}
        brainpool  {-algorithm EC -pkeyopt ec_paramgen_curve:brainpoolP256r1}
        secp256k1  {-algorithm EC -pkeyopt ec_paramgen_curve:secp256k1}
        sm2        {-algorithm SM2}
        explicit   {-algorithm EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:explicit}
        dh         {-algorithm DH -pkeyopt group:ffdhe2048}
    } {
        make key $name {
            set pem [openssl genpkey {*}$arguments]
            dict set keys $name [hold $name.key $pem]
            set pem
        }
    }
    foreach {name file} $keys {
        make key $name-public {openssl pkey -in $file -pubout}
        if {$name ni {p256 p521 ed25519 rsa2048 explicit}} continue
        make key $name-traditional {openssl pkey -in $file -traditional}
        make key $name-sealed {openssl pkcs8 -topk8 -in $file -passout pass:fuzz -v2 aes-256-cbc}
        make key $name-sealedold {openssl pkcs8 -topk8 -in $file -passout pass:fuzz -v1 PBE-SHA1-3DES}
        make key $name-otherpassword {openssl pkcs8 -topk8 -in $file -passout pass:other}
        make key $name-headers {openssl pkey -in $file -traditional -aes128 -passout pass:fuzz}
        make key $name-headers-des {openssl pkey -in $file -traditional -des -passout pass:fuzz -provider legacy -provider default}
    }
    if {[dict exists $keys p256]} {
        set file [dict get $keys p256]
        make key scrypt {openssl pkcs8 -topk8 -in $file -passout pass:fuzz -scrypt}
        make key compressed {openssl pkey -in $file -ec_conv_form compressed}
        make key parameters {string cat [openssl ecparam -name prime256v1] [openssl ec -in $file]}
        make key text {openssl pkey -in $file -text}
        make key two {string cat [openssl pkey -in $file] [openssl pkey -in $file]}
    }
    put key tiny [keyOfNumber 1]
    put key sealed [sslkeys::key encrypt [keyOfNumber 1] -password fuzz]
    return $keys
}

# ---- requests ---------------------------------------------------------------------------------

proc ::corpus::requests {keys} {
    set wishes {
        plain      {-subj /CN=alice}
        nobody     {-subj /}
        sans       {-subj /CN=a.example -addext subjectAltName=DNS:a.example,DNS:*.b.example,IP:192.0.2.1,IP:2001:db8::1,email:a@b.example,URI:urn:x}
        othernames {-subj /CN=a -addext {subjectAltName=otherName:1.2.3.4;UTF8:x,RID:1.2.3,DNS:a.example}}
        ca         {-subj /CN=a -addext basicConstraints=critical,CA:TRUE -addext keyUsage=keyCertSign}
        rdn        {-subj /CN=a+OU=b/O=c -multivalue-rdn}
        attributes {-subj {/C=AT/ST=W/L=V/O=O/OU=U/CN=a/emailAddress=a@b.example/UID=u/DC=d/title=t/GN=g/SN=s/serialNumber=1}}
        unknown    {-subj /CN=a/pseudonym=x/dnQualifier=y}
        twice      {-subj /CN=a/CN=b}
        newheader  {-subj /CN=a -newhdr}
        digest     {-subj /CN=a -sha1}
        outform    {-subj /CN=a -outform DER}
    }
    dict for {name arguments} $wishes {
        make request $name {openssl req -new -key [dict get $keys p256] {*}$arguments}
    }
    dict for {name file} $keys {
        make request key-$name {openssl req -new -key $file -subj /CN=alice}
    }
    set challenge [hold challenge.cnf "\[req\]\nprompt=no\ndistinguished_name=n\nattributes=a\n\[n\]\nCN=a\n\[a\]\nchallengePassword=secret password\nunstructuredName=x\n"]
    make request challenge {openssl req -new -key [dict get $keys p256] -config $challenge}
    foreach {name mask} {t61 4 ia5 16 bmp 2048 universal 256 printable 2 utf8 8192} {
        set config [hold $name.cnf "\[req\]\nprompt=no\nutf8=yes\nstring_mask=MASK:$mask\ndistinguished_name=n\n\[n\]\nCN=alice\nO=b c\n"]
        make request string-$name {openssl req -new -utf8 -key [dict get $keys p256] -config $config}
    }
    set own [keyOfNumber 3]
    put request own [sslkeys::request create -key $own -san {DNS:a.example IP:192.0.2.1 EMAIL:a@b.example URI:urn:x} CN a.example O "B\u00fc"]
    put request wishes [sslkeys::request create -key $own -san {DNS:a.example URI:urn:x} -usages {digitalSignature decipherOnly} \
        -extendedusages {serverAuth clientAuth 1.3.6.1.4.1.99999.7} -challenge "token \u00fc" CN a.example]
    put request nul [pem "CERTIFICATE REQUEST" [string map [list aXb a\0b] [der [sslkeys::request create -key $own CN aXb]]]]
    put request sannul [pem "CERTIFICATE REQUEST" [string map [list aXb a\0b] [der [sslkeys::request create -key $own -san DNS:aXb CN a]]]]
}

# ---- certificates -----------------------------------------------------------------------------

proc ::corpus::certificates {keys} {
    set cakey [keyOfNumber 2]
    set now 1767225600
    set ca [dict get [sslkeys::certificate selfsign root -key $cakey -now 1451865600 -days 36500 CN "Fuzz CA"] certificate]
    put certificate ca $ca
    set files [list -CA [hold ca.crt $ca] -CAkey [hold ca.key $cakey]]
    set chain $ca
    foreach profile {server client peer operator ocsp intermediate} {
        set issued [dict get [sslkeys::certificate issue $profile -ca $ca -cakey $cakey -now $now CN a.example EMAIL a@b.example] certificate]
        put certificate $profile $issued
        append chain $issued
    }
    put certificate chain $chain
    put certificate damagedchain [string map {BEGIN BEGIM} $chain]
    foreach {name at} {1970 86400 expired 1500000000 2049 2524607000 2050 2524608500 9999 253402128000} {
        put certificate year-$name [dict get [sslkeys::certificate selfsign client -key $cakey -now $at -days 1 CN a] certificate]
    }
    put certificate where [dict get [sslkeys::certificate issue server -ca $ca -cakey $cakey -now $now -policy {1.2.3 2.5.29.32.0} \
        -crlurl {http://a.example/ca.crl ldap://a.example/cn=x} -ocspurl http://b.example/ -caissuers http://a.example/ca.crt CN a] certificate]
    put certificate bound [dict get [sslkeys::certificate selfsign root -key $cakey -now 1451865600 -days 36500 -pathlength 2 -permitted \
        {DNS:a.example IP:10.0.0.0/8 IP:2001:db8::/32 EMAIL:@a.example URI:.a.example} -excluded DNS:b.a.example CN "Fuzz CA"] certificate]
    set many [lmap i [lrepeat 80 x] {string cat DNS:h [incr count] .example}]
    put certificate manynames [dict get [sslkeys::certificate issue server -ca $ca -cakey $cakey -now $now -san $many CN a] certificate]
    dict for {name file} $keys {
        make certificate key-$name {openssl req -x509 -key $file -subj /CN=a -days 36500}
    }
    foreach {name arguments} {
        negative    {-set_serial -5}
        zero        {-set_serial 0}
        hugeserial  {-set_serial 0x7fffffffffffffffffffffffffffffffffffffffffffffffffffffff}
        days        {-days 2900000}
        constraints {-addext nameConstraints=critical,permitted;DNS:example,excluded;IP:10.0.0.0/255.0.0.0}
        unknown     {-addext 1.2.3.4=critical,ASN1:UTF8String:x}
        harmless    {-addext 1.2.3.4=ASN1:UTF8String:x}
        usages      {-addext extendedKeyUsage=serverAuth,1.2.3.4.5,msSGC,anyExtendedKeyUsage -addext keyUsage=digitalSignature,decipherOnly}
        allnames    {-addext subjectAltName=dirName:dir,RID:1.2.3,otherName:1.2.3.4;UTF8:x,otherName:1.2.3;INTEGER:5,DNS:a,IP:::1}
        twosans     {-addext subjectAltName=DNS:a -addext 1.2.3.4=ASN1:NULL -addext 1.2.3.5=ASN1:NULL}
        dirname     {-addext subjectAltName=dirName:dir -addext issuerAltName=DNS:x}
        policies    {-addext certificatePolicies=1.2.3.4 -addext policyConstraints=requireExplicitPolicy:0}
        pathlength  {-addext basicConstraints=CA:TRUE,pathlen:1000000}
        proxy       {-addext proxyCertInfo=critical,language:id-ppl-anyLanguage,pathlen:1}
        crl         {-addext crlDistributionPoints=URI:http://a.example/ -addext authorityInfoAccess=OCSP;URI:http://a.example}
        muststaple  {-addext tlsfeature=status_request}
    } {
        set config [hold odd.cnf "\[req\]\ndistinguished_name=n\n\[n\]\n\[dir\]\nCN=directory\n"]
        make certificate odd-$name {
            openssl req -x509 -config $config -new -key [dict get $keys p256] {*}$files -subj /CN=a.example {*}$arguments
        }
    }
    set request [hold v1.csr [openssl req -new -key [dict get $keys p256] -subj /CN=a.example]]
    make certificate v1 {openssl x509 -req -in $request {*}$files -set_serial 1 -days 30000}
    foreach {name subject} {
        nobody / rdn /CN=a+OU=b/O=c idn /CN=xn--bcher-kva.example twice /CN=a/CN=b wide "/CN=\u20ac\U0001f600"
    } {
        make certificate name-$name {
            openssl req -x509 -new -utf8 -multivalue-rdn -key [dict get $keys p256] {*}$files -subj $subject -days 30000
        }
    }
    foreach {name from to} {
        nul aXb "a\0b" control aXb "a\nb" utf8 aXb "\xc0\x80b" escape aXb "\x1b\[1"
    } {
        set good [dict get [sslkeys::certificate issue server -ca $ca -cakey $cakey -now $now -san DNS:aXb CN aXb] certificate]
        put certificate bytes-$name [pem CERTIFICATE [string map [list $from $to] [der $good]]]
    }
    make certificate trusted {openssl x509 -in [hold t.crt $ca] -trustout -addtrust serverAuth}
    make certificate text {openssl x509 -in [hold t.crt $ca] -text}
}

# ---- revocation lists -------------------------------------------------------------------------

proc ::corpus::crls {} {
    set now 1767225600
    set cakey [keyOfNumber 2]
    set ca [dict get [sslkeys::certificate selfsign root -key $cakey -now 1451865600 -days 36500 CN "Fuzz CA"] certificate]
    set many {}
    for {set i 1} {$i <= 60} {incr i} {
        dict set many [format %08x [expr {$i * 2654435761 % 4294967296}]] [list time [expr {$now + $i}] reason superseded]
    }
    foreach {name revoked} [list empty {} one {01 {time 5}} many $many all {
        ff01 {time 1 reason keyCompromise} 02 {time 2 reason certificateHold invaliditydate 3} 03 {time 2524608000} -05 {time 9}
    }] {
        put crl $name [sslkeys::crl sign -ca $ca -cakey $cakey -number 127 -now $now -revoked $revoked]
    }
    set base [hold ca.cnf "\[ca\]\ndefault_ca=d\n\[d\]\ndatabase=[hold index.txt "R\t300101000000Z\t260101000000Z,CACompromise,20250101000000Z\t0A\tunknown\t/CN=a\nR\t300101000000Z\t260101000000Z\t0B\tunknown\t/CN=b\n"]\ndefault_md=sha256\ndefault_crl_days=7\n\[plain\]\nauthorityKeyIdentifier=keyid\n\[delta\]\n2.5.29.27=critical,DER:020101\n\[partial\]\nissuingDistributionPoint=critical,@idp\n\[idp\]\nfullname=URI:http://a.example/\nindirectCRL=TRUE\n\[issuer\]\nissuerAltName=DNS:a.example\nauthorityKeyIdentifier=keyid,issuer:always\n"]
    set files [list -config $base -cert [hold c.crt $ca] -keyfile [hold c.key $cakey] -crl_lastupdate 260101000000Z -crl_nextupdate 300101000000Z]
    make crl openssl-v1 {openssl ca -gencrl {*}$files}
    foreach section {plain delta partial issuer} {
        make crl openssl-$section {openssl ca -gencrl {*}$files -crlexts $section}
    }
    make crl openssl-sha1 {openssl ca -gencrl {*}$files -md sha1}
    put crl two [string repeat [sslkeys::crl sign -ca $ca -cakey $cakey -number 1 -now $now] 2]
}

# ---- names and wishes, as lines of text -------------------------------------------------------

proc ::corpus::texts {} {
    set attributes "CN alice\nO \u00d6l & Co\nOU x\nC AT\nST W\nL Wien\nSTREET s 1\nEMAIL a.b@c.example\nSERIALNUMBER 1-2\nUID u\nDC a\nDC b\nTITLE Dr\nGN A\nSN B"
    set names "DNS:a.example\nDNS:*.b.example\nIP:192.0.2.1\nIP:2001:db8::1\nIP:::ffff:1.2.3.4\nEMAIL:a@b.example\nURI:urn:x\nURI:http://a/?b#c"
    put name attributes [encoding convertto utf-8 $attributes]
    put name altnames $names
    put name odd [encoding convertto utf-8 "CN a\u202eb\nCN \u0000\nC at\nEMAIL @\nX y\nCN\nCN [string repeat x 65]\nDNS:-a\nDNS:1.2\nIP:1\nIP:fe80::1%eth0\nURI:\nEMAIL:a@\[1\]\n-----BEGIN X-----"]
    foreach {name hex} {
        dn 301b310e300c06035504030c05616c6963653109300706035504060c00
        gn 3017820161870401020304810361406286017588032a0304
        serial 02100123456789abcdef0123456789abcdef
        negative 0201ff utctime 170d3236303130313030303030305a generalized 180f39393939313233313233353935395a
        bmp 30133111300f06035504031e080061006200d800dc
    } {
        put name der-$name [binary format H* $hex]
    }
    foreach profile {server client peer operator ocsp intermediate root} {
        put issuance $profile "$profile\nCN a.example\n-san DNS:a.example\n-san IP:192.0.2.1\n-days 30"
        put issuance $profile-plain "$profile\nCN a.example\nEMAIL a@b.example"
    }
    foreach profile {server intermediate root} {
        put issuance $profile-all "$profile\nCN a.example\n-notafter 1800000000\n-crlurl http://a.example/ca.crl\n-crlurl ldap://\[::1\]/cn=x\n-ocspurl https://b.example:8080/\n-caissuers http://a.example/ca.crt\n-policy 1.3.6.1.4.1.99999.1\n-san EMAIL:a@b.example\n-san URI:https://x.a.example/"
    }
    put issuance bound "root\nCN a\n-pathlength 3\n-permitted DNS:a.example\n-permitted IP:10.0.0.0/8\n-permitted IP:2001:db8::/32\n-permitted EMAIL:@a.example\n-permitted EMAIL:a@b.example\n-permitted URI:.a.example\n-excluded DNS:\n-excluded EMAIL:.c.example\n-san EMAIL:x@a.example\n-san URI:https://x.a.example/"
    put issuance long "server\n-days 36500\n-now 1767225600\n[encoding convertto utf-8 $attributes]\n-san DNS:a"
    put issuance end "client\n-now 253402300799\n-days 1\nCN a"
    put issuance old "client\n-now 0\nCN a\n-san EMAIL:a@b.example\n-san URI:urn:x"
}

# Requests and responses of OCSP, about certificates of the fuzzers' CA and of another.
proc ::corpus::ocsp {} {
    set key [keyOfNumber 2]
    set now 1767225600
    set ca [dict get [sslkeys::certificate selfsign root -key $key -now 1451865600 -days 36500 CN "Fuzz CA"] certificate]
    set other [dict get [sslkeys::certificate selfsign root -key [keyOfNumber 3] -now $now CN Other] certificate]
    set delegate [sslkeys::certificate sign [sslkeys::request create -key [keyOfNumber 3] CN d] ocsp -ca $ca -cakey $key -now $now -days 36500]
    foreach {name options} [list one {-serials 0a} three {-serials {0a 0b 7f80}} plain {-serials 0a -nonce 0} \
            sha256 {-serials 0a -digest sha256} other [list -serials 0a -ca $other]] {
        set request [sslkeys::ocsp request {*}[dict merge [list -ca $ca] $options]]
        put ocsp request-$name $request
        set terms [list -now $now -revoked {0a {time 1700000000 reason keyCompromise invaliditydate 1600000000}} -known 0b]
        put ocsp direct-$name [sslkeys::ocsp respond $request -ca $ca -cakey $key {*}$terms]
        put ocsp delegated-$name [sslkeys::ocsp respond $request -ca $ca -signer [dict get $delegate certificate] \
            -signerkey [keyOfNumber 3] {*}$terms]
    }
    foreach reason {malformedrequest internalerror trylater sigrequired unauthorized} {
        put ocsp $reason [sslkeys::ocsp refuse $reason]
    }
    set files [list -issuer [hold ocsp.crt $ca]]
    foreach {name options} {
        sha1 {-sha1} sha384 {-sha384} sha512 {-sha512} both {-sha1 -serial 1 -sha256}
    } {
        make ocsp openssl-$name {openssl ocsp {*}$files {*}$options -serial 10 -reqout /dev/stdout}
    }
    set signer [hold signer.crt [dict get $delegate certificate]]
    set signerKey [hold signer.key [keyOfNumber 3]]
    make ocsp openssl-signed {openssl ocsp {*}$files -serial 10 -signer $signer -signkey $signerKey -reqout /dev/stdout}
    set index [hold index.txt "R\t400101000000Z\t240101000000Z,superseded\t0A\tunknown\t/CN=a\nV\t400101000000Z\t\t0B\tunknown\t/CN=b\n"]
    make ocsp openssl-answer {
        openssl ocsp -index $index -CA [hold ocsp.crt $ca] -rsigner $signer -rkey $signerKey -issuer [hold ocsp.crt $ca] \
            -serial 10 -serial 11 -serial 12 -respout /dev/stdout
    }
}

# ---- what comes in one piece ------------------------------------------------------------------

# As PEM, so that what is inside can be changed, and as it is.
proc ::corpus::putBundle {label name der} {
    put bundle $name.der $der
    put bundle $name [pem $label $der]
}

proc ::corpus::bundles {keys} {
    set key [keyOfNumber 5]
    set cakey [keyOfNumber 2]
    set ca [dict get [sslkeys::certificate selfsign root -key $cakey -now 1451865600 -days 36500 CN "Fuzz CA"] certificate]
    set request [sslkeys::request create -key $key CN alice]
    set leaf [dict get [sslkeys::certificate sign $request client -ca $ca -cakey $cakey -now 1767225600] certificate]
    set legacy [sslkeys::bundle pkcs12 -key $key -certificate $leaf -chain $ca -name alice -password fuzz -legacy 1]
    putBundle PKCS12 own $legacy
    putBundle PKCS12 other [sslkeys::bundle pkcs12 -key $key -certificate $leaf -password other -legacy 1]
    putBundle PKCS7 certs [sslkeys::bundle pkcs7 $leaf$ca -format der]
    put bundle base64 [sslkeys::bundle pkcs7 $leaf -format base64]
    put bundle mixture $key$request$leaf$ca[sslkeys::key public $key]
    set files [list -inkey [hold leaf.key $key] -in [hold leaf.crt $leaf] -passout pass:fuzz]
    foreach {name arguments} {
        nomac {-nomac} once {-noiter -nomaciter} plain {-nomac -keypbe NONE -certpbe NONE} plainkey {-keypbe NONE} rc2 {-legacy}
        named {-name alice -caname ca} many {-iter 3} sha512 {-macalg sha512 -iter 1} nocert {-nocerts}
    } {
        make bundle theirs-$name {pem PKCS12 [openssl pkcs12 -export {*}$files {*}$arguments]}
    }
    make bundle signed {openssl smime -sign -signer [hold s.crt $leaf] -inkey [hold s.key $key] -in [hold text x] -outform PEM}
    make bundle streamed {openssl smime -sign -signer [hold s.crt $leaf] -inkey [hold s.key $key] -in [hold text x] -outform DER -stream -nodetach}
    make bundle sealedkey {openssl pkcs8 -topk8 -in [hold s.key $key] -passout pass:fuzz -iter 1}
}

# PEM itself: one of each kind, and what its text may look like.
proc ::corpus::pems {} {
    variable root
    foreach noun {key request certificate} {
        foreach file [glob -directory [file join $root $noun] -- {{p256,plain,ca,own,sealed}{,-headers}}] {
            set channel [open $file rb]
            set text [read $channel]
            close $channel
            put pem $noun-[file tail $file] $text
        }
    }
    foreach {name text} [list \
        crlf [string map {\n \r\n} $text] spaces [string map {\n " \n"} $text] oneline [string map {= {} \n {}} $text] \
        behind "$text-----END" tabs [string map {\n \n\t} $text] empty "-----BEGIN X-----\n-----END X-----\n" \
        labels [string map {{BEGIN C} {BEGIN D}} $text] utf8bom "\xef\xbb\xbf$text" nul [string map {M \0} $text] \
        long "-----BEGIN X-----\n[string repeat QUJD 300]\n-----END X-----\n" pad "-----BEGIN X-----\nQQ==\nQQ==\n-----END X-----\n"] {
        put pem $name $text
    }
}

set ::corpus::root [file normalize [lindex $argv 0]]
file delete -force $::corpus::root
set keys [::corpus::keys]
::corpus::requests $keys
::corpus::certificates $keys
::corpus::crls
::corpus::bundles $keys
::corpus::texts
::corpus::ocsp
::corpus::pems
file delete -force [file join $::corpus::root held]
puts "$::corpus::made seeds[if {[llength $::corpus::lacking]} {string cat {, and this openssl cannot make } $::corpus::lacking}]"
