# What an operator's words stand for: files, certificates, requests. A word with a slash, or with the suffix of a file of
# certificates or keys, is a file, and so is -; every other word is looked up. What several things fit is refused, and all are shown.

# Whether the word names a file.
proc ::sslkeys::cli::IsFile {word} {
    return [expr {$word eq {-} || [string match */* $word]
        || [regexp -nocase {\.(?:crt|cer|pem|der|key|csr|req|p10|crl|p12|pfx|p7b|p7c)$} $word]}]
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
    if {[HasRegistry $options]} {
        set fingerprint [dict get [::sslkeys::certificate info $certificate] fingerprint]
        set row [lindex [[OpenRegistry $options] find $fingerprint] 0]
    }
    return [dict create certificate $certificate row $row]
}

# Find the registry's row of a name, a serial number or its beginning. Of a name it is the newest that was issued and not
# revoked, else the newest.
#   errors  POLICY UNKNOWN, AMBIGUOUS
proc ::sslkeys::cli::LocateRow {options word} {
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

# Whether the key directory has a registry.
proc ::sslkeys::cli::HasRegistry {options} {
    return [file exists [file join [dict get $options -keys] registry.db]]
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
