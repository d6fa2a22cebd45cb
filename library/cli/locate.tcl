# What an operator's words stand for: files, certificates, requests. A word with a slash, or with the suffix of a file of
# certificates or keys, is a file, and so is -; every other word is looked up. What several things fit is refused, and all are shown.

# Whether the word names a file.
proc ::sslkeys::cli::IsFile {word} {
    return [expr {$word eq {-} || [string match */* $word]
        || [regexp -nocase {\.(?:crt|cer|pem|der|key|csr|req|p10|crl|p12|pfx|p7b|p7c)$} $word]}]
}

# Refuse a new name that cannot be a file's, or that would be taken for one later.
#   errors  STORE NAME
proc ::sslkeys::cli::RequireName {name} {
    if {![regexp {^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$} $name] || [IsFile $name]} {
        throw [list SSLKEYS STORE NAME name [Cut $name]] "the name \"[Cut $name]\" cannot be a name in a key directory"
    }
}

# Find the certificate that a word stands for; a name stands for its newest one.
#   out     dict: certificate (PEM), row (the registry's, {} for a file that is not on record)
#   errors  POLICY UNKNOWN, AMBIGUOUS; POSIX ...; BUNDLE ...
proc ::sslkeys::cli::Locate {options word} {
    if {$word eq {ca}} {
        set word [file join [dict get $options -keys] ca.crt]
    }
    if {![IsFile $word]} {
        set row [LocateRow $options $word]
        return [dict create certificate [dict get $row certificate] row $row]
    }
    set bundle [::sslkeys::bundle open [ReadFile $word]]
    set certificate [join [dict get $bundle certificates] {}]
    if {$certificate eq {}} {
        throw {SSLKEYS CERTIFICATE PEM} "\"[Cut $word]\" holds no certificate"
    }
    set row {}
    # The CA, its certificates and its list are for everybody, the registry is its owner's.
    if {[HasRegistry $options] && [file readable [RegistryFile $options]]} {
        set fingerprint [dict get [::sslkeys::certificate info $certificate] fingerprint]
        set row [lindex [[OpenRegistry $options] find $fingerprint] 0]
    }
    return [dict create certificate $certificate row $row]
}

# Find the registry's row of a name, a serial number or its beginning, or a certificate file. Of a name it is the newest that was
# issued and not revoked, else the newest.
#   errors  POLICY UNKNOWN, AMBIGUOUS
proc ::sslkeys::cli::LocateRow {options word} {
    if {[IsFile $word]} {
        OpenRegistry $options
        set row [dict get [Locate $options $word] row]
        if {$row eq {}} {
            throw [list SSLKEYS POLICY UNKNOWN file [Cut $word]] "the certificate in \"[Cut $word]\" is not on record"
        }
        return $row
    }
    set rows [[OpenRegistry $options] find $word]
    if {![llength $rows]} {
        throw [list SSLKEYS POLICY UNKNOWN name [Cut $word]] "no certificate is known as \"[Cut $word]\""
    }
    if {[llength [lsort -unique [lmap row $rows {dict get $row folded}]]] == 1
            && [string tolower $word] eq [dict get [lindex $rows 0] folded]} {
        foreach row $rows {
            if {[dict get $row state] eq {issued}} {
                return $row
            }
        }
        return [lindex $rows 0]
    }
    if {[llength $rows] > 1} {
        Ambiguous $word "certificates" [lmap row $rows {
            string cat [dict get $row serial] "  " [Cut [dict get $row name]] ", " [dict get $row profile]
        }]
    }
    return [lindex $rows 0]
}

# Find the request that a word stands for: its id, 4 letters or more of it, or its name. Those that wait go before those that are over.
#   errors  POLICY UNKNOWN, AMBIGUOUS
proc ::sslkeys::cli::LocateRequest {options word} {
    set rows [[OpenRegistry $options] findRequests $word]
    foreach row $rows {
        if {[dict get $row id] eq $word} {
            return $row
        }
    }
    set open [lmap row $rows {expr {[dict get $row state] in {pending held approved} ? $row : [continue]}}]
    if {[llength $open]} {
        set rows $open
    }
    if {![llength $rows]} {
        throw [list SSLKEYS POLICY UNKNOWN request [Cut $word]] "no request is known as \"[Cut $word]\""
    }
    if {[llength $rows] > 1} {
        Ambiguous $word "requests" [lmap row $rows {
            string cat [dict get $row id] "  " [Cut [dict get $row name]] ", " [dict get $row profile] ", " [dict get $row state] \
                ", from " [Cut [dict get $row address]] ", " [When [dict get $row opened] [clock seconds]]
        }]
    }
    return [lindex $rows 0]
}

# What programs are told of a certificate on record: its state is how it stands, as lists and `show` have it.
proc ::sslkeys::cli::CertificateRecord {registry row {now {}}} {
    if {[dict get $row state] eq {issued}} {
        dict set row state [$registry standing [dict get $row serial] {*}[expr {$now eq {} ? {} : [list -now $now]}]]
    }
    return [dict remove $row certificate folded withdrawn]
}

# What programs are told of a request.
proc ::sslkeys::cli::RequestRecord {options row} {
    set before [dict merge {serial {}} [Superseded $options $row]]
    return [dict merge [dict remove $row folded csrhash token told] [dict create supersedes [dict get $before serial]]]
}

# The current certificate that counts no more once a request has its own; {} where there is none, or the request is over.
proc ::sslkeys::cli::Superseded {options row} {
    if {[dict get $row state] ni {pending held approved}} {
        return
    }
    return [[OpenRegistry $options] newest [dict get $row name]]
}

# Refuse a word that several things fit, and show them.
#   errors  POLICY AMBIGUOUS
proc ::sslkeys::cli::Ambiguous {word things lines} {
    set shown [lrange $lines 0 9]
    if {[llength $lines] > 10} {
        lappend shown "and [expr {[llength $lines] - 10}] more"
    }
    throw [list SSLKEYS POLICY AMBIGUOUS text [Cut $word] candidates $shown] \
        "\"[Cut $word]\" stands for [llength $lines] $things; say which, by its first word here"
}

# Whether the key of a certificate on record is not here: its holder made it, or it lies elsewhere.
proc ::sslkeys::cli::IsElsewhere {options row} {
    return [expr {[dict get $row origin] in {est line} || ![file exists [file join [dict get $options -keys] [dict get $row name].key]]}]
}

proc ::sslkeys::cli::RegistryFile {options} {
    return [file join [dict get $options -keys] registry.db]
}

# Whether the key directory has a registry.
proc ::sslkeys::cli::HasRegistry {options} {
    return [file exists [RegistryFile $options]]
}

# The line that is typed on a machine: where the server is says sslkeys.conf, else this host's name is it.
proc ::sslkeys::cli::EnrollLine {options name args} {
    set host [info hostname]
    set port 9901
    try {
        set host [lindex [concat [Setting $options names] [list $host]] 0]
        set port [Setting $options enroll-port]
    } trap SSLKEYS {} - trap POSIX {} {
        # What is wrong with the configuration tells whoever needs it.
    }
    if {$port ni {0 9901}} {
        lappend args -port $port
    }
    set fingerprint [dict get [::sslkeys::certificate info [ReadFile [file join [dict get $options -keys] ca.crt]]] fingerprint]
    return [join [lmap word [list sslkeys enroll $host $name {*}$args -fingerprint $fingerprint] {Shell $word}] " "]
}

# A setting of sslkeys.conf, or what holds without it.
#   errors  POLICY CONFIG, RULE; POSIX
proc ::sslkeys::cli::Setting {options key} {
    return [dict get [Configuration $options] settings $key]
}

proc ::sslkeys::cli::Configuration {options} {
    set path [file join [dict get $options -keys] sslkeys.conf]
    if {[llength [Given $options -config]]} {
        set path [dict get $options -config]
    } elseif {![file exists $path]} {
        set path {}
    }
    return [::sslkeys::config::load $path]
}

# Open the registry of the key directory, once; it is closed at the end.
#   errors  CA MISSING, STORE ...
proc ::sslkeys::cli::OpenRegistry {options args} {
    variable registry
    if {$registry eq {}} {
        set directory [dict get $options -keys]
        if {![file isdirectory $directory]} {
            throw [list SSLKEYS CA MISSING directory $directory] "there is no key directory \"[Cut $directory]\""
        }
        if {![file executable $directory]} {
            throw {POSIX EACCES {permission denied}} "the key directory \"[Cut $directory]\" is somebody else's"
        }
        set registry [::sslkeys::registry new $directory -who [Who] {*}$args]
        AtEnd [list ::sslkeys::cli::CloseRegistry]
    }
    return $registry
}

proc ::sslkeys::cli::CloseRegistry {} {
    variable registry
    set open $registry
    set registry {}
    if {$open ne {}} {
        $open destroy
    }
}
