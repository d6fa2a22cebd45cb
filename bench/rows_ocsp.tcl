# OCSP: a request in and a response out, both DER, with the CA's key and certificate loaded once; and a response judged.

if {[bench::wanted ocsp-respond] || [bench::wanted ocsp-verify]} {
    set ocspKey [sslkeys::key generate]
    set ocspCa [dict get [sslkeys::certificate selfsign root -key $ocspKey CN "Loop CA"] certificate]
    set ocspRequest [sslkeys::ocsp request -ca $ocspCa -serials 3a0102030405060708090a0b0c0d0e0f]
    set ocspResponse [sslkeys::ocsp respond $ocspRequest -ca $ocspCa -cakey $ocspKey -hours 1000]

    proc answerOne {} {
        sslkeys::ocsp respond $::ocspRequest -ca $::ocspCa -cakey $::ocspKey
    }
    proc believeOne {} {
        sslkeys::ocsp verify $::ocspResponse -ca $::ocspCa
    }
}
bench::row ocsp-respond "a loop of OpenSSL's own OCSP calls" 0.8 1.0 1/s {bench::rate 5000 answerOne} {bench::program ocsp respond 5000}
bench::row ocsp-verify "a loop of OpenSSL's own OCSP calls" 0.8 1.0 1/s {bench::rate 2000 believeOne} {bench::program ocsp verify 2000}
