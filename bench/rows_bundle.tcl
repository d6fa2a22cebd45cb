# PKCS#12, and a CA whose key is encrypted.

set sslkeys::keydirectory $bench::scratch/bundle
sslkeys::initialize CN "Bench CA"
sslkeys::createAndSign client alice CN alice
set bundleFiles [list $sslkeys::keydirectory/alice.key $sslkeys::keydirectory/alice.crt]
lassign [lmap path $bundleFiles {
    set channel [open $path]
    try {read $channel} finally {close $channel}
}] bundleKey bundleCertificate

bench::row pkcs12 "PKCS12_create() with the same parameters" 0.8 1.0 1/s \
    {bench::rate 20 {sslkeys::bundle pkcs12 -key $::bundleKey -certificate $::bundleCertificate -name alice -password "correct horse"}} \
    {bench::program bundles 20 {*}$bundleFiles}

# The key is derived once: from then on a passphrase costs a hash.
set sealedKey $sslkeys::keydirectory/sealed.key
set channel [open $sealedKey w 0600]
set caChannel [open $sslkeys::keydirectory/ca.key]
puts -nonewline $channel [sslkeys::key encrypt [read $caChannel] -password "correct horse"]
close $caChannel
close $channel
proc issueSealed {args} {
    sslkeys::certificate issue client -cafile $::sslkeys::keydirectory/ca.crt {*}$args CN client1
}
bench::row issue-sealed "a CA key in the clear" 0.8 1.0 1/s \
    {bench::rate 1000 {issueSealed -cakeyfile $::sealedKey -cakeypassword "correct horse"}} \
    {bench::rate 1000 {issueSealed -cakeyfile $::sslkeys::keydirectory/ca.key}}
