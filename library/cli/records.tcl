# sslkeys audit, backup and restore: what is on record.

proc ::sslkeys::cli::DoAudit {options words} {
    set registry [OpenRegistry $options]
    set count [Pages {
        {when WHEN {}} {who WHO {}} {action WHAT {}} {what ON {}} {why WHY {}}
    } [list ::sslkeys::cli::AuditPage $registry [Given $options {-since -until -who -action -object}] [dict get $options -limit]] \
        [list ::sslkeys::cli::AuditCells]]
    if {!$count} {
        Say "Nothing is on record there."
    }
    return
}

proc ::sslkeys::cli::AuditPage {registry filter limit cursor} {
    lassign $cursor after seen
    set seen [expr {$seen eq {} ? 0 : $seen}]
    set size [expr {$limit eq {} ? 500 : min(500, $limit - $seen)}]
    if {$size < 1} {
        return {rows {} next {}}
    }
    set page [$registry auditTrail {*}$filter -limit $size -after $after]
    incr seen [llength [dict get $page rows]]
    if {[dict get $page next] ne {}} {
        dict set page next [list [dict get $page next] $seen]
    }
    return $page
}

# A row of the trail as a table shows it: a serial number alone tells people little, so the name goes before it.
proc ::sslkeys::cli::AuditCells {row} {
    set details [dict get $row details]
    set object [dict get $row object]
    if {[regexp {^[0-9a-f]{17,}$} $object]} {
        set object [string range $object 0 15]
    }
    if {![catch {dict get $details name} name] && $name ne $object} {
        set object "$name, $object"
    }
    # A revocation has a reason, whoever revokes may have said why.
    if {![catch {dict get $details reason} reason]} {
        dict set row why [string trim "$reason[expr {[dict get $row why] eq {} ? {} : " ([dict get $row why])"}]"]
    }
    dict set row what $object
    dict set row when [Stamp [dict get $row at]]
    return $row
}

# Copy the registry, also while others write.
proc ::sslkeys::cli::DoBackup {options words} {
    lassign $words path
    if {$path eq {-}} {
        Misuse backup "a copy of the registry is a file, which - is none"
    }
    if {![file isdirectory [file dirname $path]]} {
        throw {POSIX ENOENT {no such file or directory}} "there is no directory \"[Cut [file dirname $path]]\""
    }
    [OpenRegistry $options] backup $path
    Answer [dict create path $path size [file size $path]] "$path: a copy of the registry, [expr {([file size $path] + 1023) / 1024}] KiB"
    Say "Keep the CA as well, elsewhere and safely: [file join [dict get $options -keys] ca.key] and ca.crt. Bring the copy back with:"
    Next [Line $options restore $path]
    return
}

# Put on record what a copy has. What was revoked since stays revoked, and is told.
proc ::sslkeys::cli::DoRestore {options words} {
    lassign $words path
    set directory [dict get $options -keys]
    if {![file isdirectory $directory]} {
        throw [list SSLKEYS CA MISSING directory $directory] "there is no key directory \"[Cut $directory]\""
    }
    Confirm $options "Bring back what [Cut $path] has on record?"
    set told [::sslkeys::registry::restore $directory $path [Who]]
    set revoked [dict get $told revoked]
    Answer [dict merge [dict remove $told revoked] [dict create stillrevoked $revoked]] "[Count [dict get $told added] certificate] came back from [Cut $path]."
    if {[dict get $told aside] ne {}} {
        Say "The damaged registry is kept: [dict get $told aside]"
    }
    if {[llength $revoked]} {
        Say "Revoked since the copy was made, and still so ([llength $revoked]):"
        Next {*}[lmap serial [lrange $revoked 0 19] {RevokedLine $options $serial}]
        if {[llength $revoked] > 20} {
            Next "and [expr {[llength $revoked] - 20}] more: [Line $options list -state revoked]"
        }
    }
    return
}

proc ::sslkeys::cli::RevokedLine {options serial} {
    set row [[OpenRegistry $options] certificate $serial]
    return "$serial  [Cut [dict get $row name]], [Stamp [dict get $row revoked]], [dict get $row reason]"
}
