# A CA with a registry, and certificates to put on record; made in memory, so they cost little.

# Each test has a directory or two; what the disk makes of their syncs is not the question. In a child there is no helper.
if {[info exists ::support::directory]} {
    source -encoding utf-8 [file join $::support::directory recording.tcl]
    recording::useMemory
}

namespace eval ::records {
    variable day 86400
    # A moment that no clock of ours will show.
    variable now 2000000000
}

# Make a key directory with a CA.
proc ::records::directory {} {
    set keys [::support::temporary]/keys
    set saved $::sslkeys::keydirectory
    set ::sslkeys::keydirectory $keys
    try {
        ::sslkeys::initialize CN MyCA
    } finally {
        set ::sslkeys::keydirectory $saved
    }
    return $keys
}

# Make a key directory with a CA and open its registry.
proc ::records::open {args} {
    return [::sslkeys::registry new [directory] -create 1 -who server:here {*}$args]
}

# Make a certificate as a row for the registry.
#   in  registry, profile, name; then key value ... of the row, and options of `certificate issue` (with their -)
proc ::records::made {registry profile name args} {
    set keys [$registry directory]
    set options {}
    set row [dict create name $name at $::records::now]
    foreach {key value} $args {
        if {[string match -* $key]} {
            lappend options $key $value
        } else {
            dict set row $key $value
        }
    }
    if {"-now" ni $options} {
        lappend options -now $::records::now
    }
    set issued [::sslkeys::certificate issue $profile -cafile $keys/ca.crt -cakeyfile $keys/ca.key {*}$options CN $name]
    return [dict merge [dict create profile $profile certificate [dict get $issued certificate] serial [dict get $issued serial]] $row]
}

# Issue a certificate on record.
#   out  its serial number
proc ::records::issue {registry profile name args} {
    set row [made $registry $profile $name {*}$args]
    $registry prepare $row
    $registry release [dict get $row serial] -now [dict get $row at]
    return [dict get $row serial]
}

# Open a request.
#   out  its id
proc ::records::ask {registry name args} {
    return [$registry openRequest [dict merge [dict create operation enroll profile client name $name subject [list CN $name] \
        csrhash [::sslkeys::token hash $name] keyfingerprint [::sslkeys::token hash key-$name] keytype ec address 192.0.2.1 \
        opened $::records::now expires [expr {$::records::now + 7 * $::records::day}]] $args]]
}

# What an error's code begins with.
proc ::records::refusal {script {words 3}} {
    try {
        uplevel 1 $script
        return none
    } on error {- options} {
        return [lrange [dict get $options -errorcode] 0 $words-1]
    }
}
