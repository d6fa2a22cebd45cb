# Keys and certificates: in memory, in the key directory, and the package's own weight.

set sslkeys::keydirectory $bench::scratch/keys
sslkeys::initialize CN "Bench CA"
set ca $sslkeys::keydirectory/ca.crt
set caKey $sslkeys::keydirectory/ca.key
set serial 0

# A new key and certificate, and both texts, as a program would send them.
proc issueOne {} {
    set made [sslkeys::certificate issue client -cafile $::ca -cakeyfile $::caKey CN client1]
    string length [dict get $made key][dict get $made certificate]
}

bench::row issue-straight "a straight OpenSSL loop in C++" 4 6 1/s {bench::rate 1000 issueOne} {bench::program loops straight 500}
bench::row issue-tight "a tight OpenSSL loop in C++" 0.75 1.0 1/s {bench::rate 1000 issueOne} {bench::program loops tight 2000}

# Store pairs in a directory beside those of the C++ loop, each round in a fresh one.
proc storePairs {count parent} {
    set ::sslkeys::keydirectory $parent/ours[incr ::serial]
    sslkeys::initialize CN "Bench CA"
    bench::rate $count {sslkeys::createAndSign client n[incr ::serial] CN client1}
}
proc storeLoop {count parent} {
    set directory $parent/theirs[incr ::serial]
    file mkdir $directory
    bench::program loops pair $count $directory
}
bench::row createAndSign-disk "a C++ loop with the same bytes and calls" 0.7 0.9 1/s \
    {storePairs 200 $bench::scratch} {storeLoop 200 $bench::scratch}
if {$bench::shm ne {}} {
    bench::row createAndSign-tmpfs "a C++ loop with the same bytes and calls" 0.7 0.9 1/s \
        {storePairs 2000 $bench::shm} {storeLoop 2000 $bench::shm}
} else {
    bench::missing "createAndSign on tmpfs (/dev/shm)"
}

# Milliseconds of a process, without other packages to look through: Tcl reads the index of each on the auto_path.
proc startUp {body} {
    set script $bench::scratch/start.tcl
    set channel [open $script w]
    puts $channel "set auto_path [list [list [info library] {*}$::env(TCLLIBPATH)]]\n$body"
    close $channel
    expr {1000 * [bench::seconds 20 [info nameofexecutable] $script]}
}
bench::row start-up "a bare tclsh start" +10 +5 ms {startUp {package require sslkeys}} {startUp {}}

# Five rounds make 100,000 in all.
for {set i 0} {$i < 1000} {incr i} {
    issueOne
}
set early [bench::resident]
bench::row memory-issued "after 1,000 issuances" <1.1 <1.02 KiB {
    for {set i 0} {$i < 20000} {incr i} {
        issueOne
    }
    bench::resident
} {set early}
