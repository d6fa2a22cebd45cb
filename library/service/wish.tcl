# What a machine has asked for and not got yet: its new key and its request, in one file of ours beside the pairs, so that a call
# that was ended goes on with the same bytes, and no second request ever waits for the same thing.

namespace eval ::sslkeys::client {}

# Take up the wish that a file keeps, or make one and keep it durably, before anybody is asked.
#   in      the file; options -keytype and -anew; subject and names as request create takes them
#   out     dict key request info (of the request)
#   errors  ARGS CONFLICT when the file keeps a wish for something else; STORE MISMATCH when it is damaged; POSIX ...
proc ::sslkeys::client::Wish {path options subject san} {
    if {[dict get $options -anew]} {
        file delete $path
    }
    set wish [ReadWish $path]
    if {$wish eq {}} {
        set key [::sslkeys::key generate -keytype [dict get $options -keytype]]
        set request [::sslkeys::request create -key $key -san $san {*}$subject]
        try {
            ::sslkeys::durable write $path $key$request -mode 0600 -exclusive 1
        } trap {SSLKEYS STORE EXISTS} {} {
            # Another process was faster: its wish counts.
        }
        set wish [ReadWish $path]
    }
    set info [dict get $wish info]
    if {[dict get $info subject] ne $subject || [lsort [dict get $info san]] ne [lsort $san]} {
        throw [list SSLKEYS ARGS CONFLICT file $path] \
            "a request for [dict get $info subjectname] with other attributes or names was begun before; with -anew 1 it is given up, see $path"
    }
    return $wish
}

# Read the wish in a file.
#   out     as Wish; empty when there is none
#   errors  STORE MISMATCH
proc ::sslkeys::client::ReadWish {path} {
    if {![file exists $path]} {
        return
    }
    try {
        set bundle [::sslkeys::bundle open [::sslkeys::ReadFile $path]]
        set key [dict get $bundle key]
        set request [lindex [dict get $bundle requests] 0]
        set info [::sslkeys::request info $request]
        set isWhole [expr {[dict get [::sslkeys::key info $key] keyfingerprint] eq [dict get $info keyfingerprint]}]
    } trap SSLKEYS {} {
        set isWhole 0
    }
    if {!$isWhole} {
        throw [list SSLKEYS STORE MISMATCH file $path] "$path does not hold a key and its request; remove it"
    }
    return [dict create key $key request $request info $info]
}
