# A key directory as the crash tests see it: its pairs, what of ours is left in it, what of others
# must not be touched, and whether what stands there is sound.

namespace eval ::keystore {
    # What no call of ours may touch: other programs' names, some of them like our own.
    variable foreign {
        .alice.crt.swp .alice.key.swp alice.crt~ {#alice.key#} alice.key.bak alice.pem .other.key
        .sslkeys-new. {.sslkeys-new.strange name.key} .sslkeys-next.alice.pem .sslkeys-newer.alice.key
        .goutputstream-X4T5Z1 alice.crt.tmp notes.txt ca.srl
    }
}

proc ::keystore::putForeign {keys} {
    variable foreign
    foreach name $foreign {
        ::support::writeFile $keys/$name "not ours: $name\n" 0640
    }
}

# Name what was changed of what others left.
proc ::keystore::foreignTroubles {keys} {
    variable foreign
    set troubles {}
    foreach name $foreign {
        if {![file exists $keys/$name] || [::support::readFile $keys/$name] ne "not ours: $name\n"
                || [::support::mode $keys/$name] ne "0640"} {
            lappend troubles "touched what is not ours: $name"
        }
    }
    return $troubles
}

# List what a broken-off call left: of one name, or of all and single files.
proc ::keystore::leftovers {keys {name *}} {
    variable foreign
    set patterns [list .sslkeys-new.$name.key .sslkeys-new.$name.crt .sslkeys-next.$name.key .sslkeys-next.$name.crt]
    if {$name eq "*"} {
        lappend patterns .sslkeys-write.*
    }
    lmap entry [lsort [glob -nocomplain -tails -directory $keys {*}$patterns]] {
        if {$entry in $foreign} {
            continue
        }
        set entry
    }
}

# Read a name's two files; what is not there is {}.
#   out  list: key, certificate
proc ::keystore::pair {keys name} {
    lmap suffix {key crt} {
        expr {[file exists $keys/$name.$suffix] ? [::support::readOctets $keys/$name.$suffix] : ""}
    }
}

# Tell whether a pair of plain PEM belongs together.
proc ::keystore::matches {pair} {
    lassign $pair key certificate
    expr {$key ne "" && $certificate ne "" && ![catch {::sslkeys::certificate match $certificate $key} yes] && $yes}
}

# Name what is wrong with the modes of a tree's files: a key is the owner's alone from its first octet.
proc ::keystore::modeTroubles {tree} {
    variable foreign
    set troubles {}
    dict for {path node} [::recording::shown $tree] {
        lassign $node type mode data
        set isKey [expr {[file extension $path] eq ".key" || [string match "*PRIVATE KEY*" $data]}]
        if {$type eq "file" && $isKey && $mode & 0o077 && [file tail $path] ni $foreign} {
            lappend troubles [format "mode %04o of %s" $mode $path]
        }
    }
    return $troubles
}

# ---- what must hold after a crash -----------------------------------------------------------
#
# A judge opens a directory that a crash left, in one way, and answers what is wrong. `allowed` are
# the pairs that alice may have: the one before ({{} {}} when the name was free) and the one after;
# the latter alone when the call had returned.

namespace eval ::keystore {
    variable judges {
        pair {untouched settle initialize create force}
        ca   {caUntouched caInitialize caCreate}
        file {fileInitialize fileWrite}
    }
}

proc ::keystore::Expect {troublesName what holds} {
    upvar 1 $troublesName troubles
    if {!$holds} {
        lappend troubles $what
    }
}

# Call something that may refuse.
#   out  the reason of the refusal, or {} when there was none
proc ::keystore::Refusal {script} {
    try {
        uplevel 1 $script
        return ""
    } trap {SSLKEYS} {- options} {
        lindex [dict get $options -errorcode] 2
    }
}

# Nothing is called, as for programs that know nothing of us: what has a name is whole, a certificate
# is there with a key, and what a call reported stands.
proc ::keystore::untouched {keys allowed} {
    set troubles {}
    lassign [set found [pair $keys alice]] key certificate
    Expect troubles "not yet there" [expr {[llength $allowed] > 1 || $found in $allowed}]
    Expect troubles "a certificate without its key" [expr {$certificate eq "" || $key ne ""}]
    foreach text [list $key $certificate] {
        Expect troubles "part of a file" [expr {[string length $text] == 0 || [string match "-----BEGIN *-----END *-----\n" $text]}]
    }
    return $troubles
}

proc ::keystore::settle {keys allowed} {
    set troubles {}
    set refusal [Refusal {::sslkeys::durable settle $keys alice}]
    set found [pair $keys alice]
    Expect troubles "settle: [Describe $found $allowed]" [expr {$found in $allowed}]
    Expect troubles "settle says $refusal" [expr {$refusal eq ([lindex $found 0] eq "" ? "ABSENT" : "")}]
    return $troubles
}

proc ::keystore::initialize {keys allowed} {
    set troubles [foreignTroubles $keys]
    set before [list [pair $keys ca] [pair $keys bob]]
    ::sslkeys::initialize CN Another
    set found [pair $keys alice]
    Expect troubles "initialize: [Describe $found $allowed]" [expr {$found in $allowed}]
    Expect troubles "initialize left [leftovers $keys]" [expr {[leftovers $keys] eq ""}]
    set refusal [Refusal {::sslkeys::createAndSign client alice CN alice}]
    Expect troubles "then createAndSign says $refusal" [expr {$refusal eq ([lindex $found 0] eq "" ? "" : "EXISTS")}]
    Expect troubles "another pair was changed" [expr {$before eq [list [pair $keys ca] [pair $keys bob]]}]
    lappend troubles {*}[foreignTroubles $keys] {*}[caTroubles $keys]
}

proc ::keystore::create {keys allowed} {
    set troubles {}
    set refusal [Refusal {::sslkeys::createAndSign client alice CN alice}]
    if {$refusal eq ""} {
        Expect troubles "createAndSign replaced a pair" [expr {{{} {}} in $allowed}]
        Expect troubles "createAndSign made no pair" [matches [pair $keys alice]]
        Expect troubles "createAndSign left [leftovers $keys alice]" [expr {[leftovers $keys alice] eq ""}]
    } else {
        Expect troubles "createAndSign says $refusal" [expr {$refusal eq "EXISTS"}]
        ::sslkeys::durable settle $keys alice
        set found [pair $keys alice]
        Expect troubles "createAndSign: [Describe $found $allowed]" [expr {$found in $allowed}]
    }
    lappend troubles {*}[foreignTroubles $keys]
}

proc ::keystore::force {keys allowed} {
    set troubles {}
    ::sslkeys::createAndSign client alice -force 1 CN alice
    set found [pair $keys alice]
    Expect troubles "-force made no pair" [expr {$found ni $allowed && [matches $found]}]
    Expect troubles "-force left [leftovers $keys alice]" [expr {[leftovers $keys alice] eq ""}]
    Expect troubles "-force gave modes" [expr {[::support::mode $keys/alice.key] eq "0600" && [::support::mode $keys/alice.crt] eq "0644"}]
    lappend troubles {*}[foreignTroubles $keys]
}

# The same for the CA's own pair; the directory may be missing.
proc ::keystore::caUntouched {keys allowed} {
    set troubles {}
    Expect troubles "not yet there" [expr {[llength $allowed] > 1 || [pair $keys ca] in $allowed}]
    return $troubles
}

proc ::keystore::caInitialize {keys allowed} {
    set troubles {}
    ::sslkeys::initialize CN Another
    set found [pair $keys ca]
    Expect troubles "the CA was lost" [expr {$found in $allowed || {{} {}} in $allowed}]
    Expect troubles "the CA does not belong together" [matches $found]
    Expect troubles "initialize left [leftovers $keys]" [expr {[leftovers $keys] eq ""}]
    lappend troubles {*}[caTroubles $keys]
}

proc ::keystore::caCreate {keys allowed} {
    set troubles {}
    set refusal [Refusal {::sslkeys::createAndSign client dave CN dave}]
    Expect troubles "createAndSign says $refusal" [expr {$refusal eq "" || ($refusal eq "MISSING" && {{} {}} in $allowed)}]
    lappend troubles {*}[caInitialize $keys [list {{} {}} [pair $keys ca]]]
}

# The same for a single file, ca.crl; allowed are its contents.
proc ::keystore::fileInitialize {keys allowed} {
    set troubles {}
    Expect troubles "neither the old nor the new file" [expr {[single $keys] in $allowed}]
    ::sslkeys::initialize CN Another
    Expect troubles "initialize changed the file" [expr {[single $keys] in $allowed}]
    Expect troubles "initialize left [leftovers $keys]" [expr {[leftovers $keys] eq ""}]
    lappend troubles {*}[foreignTroubles $keys] {*}[caTroubles $keys]
}

proc ::keystore::fileWrite {keys allowed} {
    ::sslkeys::durable write $keys/ca.crl third
    set troubles {}
    Expect troubles "durable write" [expr {[single $keys] eq "third" && [leftovers $keys] eq ""}]
    return $troubles
}

# Answer a single file's content, {} when there is none.
proc ::keystore::single {keys} {
    expr {[file exists $keys/ca.crl] ? [::support::readOctets $keys/ca.crl] : ""}
}

# The CA signs, and what it signs is verified.
proc ::keystore::caTroubles {keys} {
    set troubles {}
    set made [::sslkeys::createAndSign client carol CN carol]
    set certificate [::support::readFile [dict get $made certfile]]
    Expect troubles "the CA does not work" \
        [expr {[dict get [::sslkeys::certificate verify $certificate -cafile $keys/ca.crt] name] eq "carol"}]
    return $troubles
}

proc ::keystore::Describe {found allowed} {
    set parts [lmap text $found place {0 1} {
        set known [lmap pair $allowed {lindex $pair $place}]
        expr {$text eq "" ? "no" : $text in $known ? "known [lsearch -exact $known $text]" : "unknown"}
    }]
    return "[lindex $parts 0] key, [lindex $parts 1] certificate"
}
