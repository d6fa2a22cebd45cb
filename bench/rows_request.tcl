# Requests: a key that is given asks, the CA reads what it was sent and signs. What goes from one to the other is text: a value
# that has forgotten what it was parsed to.

set requestKey [sslkeys::key generate]
set requestCaKey [sslkeys::key generate]
set requestCa [dict get [sslkeys::certificate selfsign root -key $requestCaKey CN "Loop CA"] certificate]

proc askAndSign {} {
    set sent [sslkeys::request create -key $::requestKey -san DNS:client1.example.org CN client1 O Example]
    set text [string range $sent 0 end-1]
    set made [sslkeys::certificate sign $text client -ca $::requestCa -cakey $::requestCaKey]
    string length [dict get $made certificate]
}
bench::row request-sign "a plain OpenSSL loop in C++" 0.8 1.0 1/s {bench::rate 500 askAndSign} {bench::program request 500}
