# sslkeys list: the certificates on record, page by page.

proc ::sslkeys::cli::DoList {options words} {
    set registry [OpenRegistry $options]
    set now [expr {[dict get $options -now] eq {} ? [clock seconds] : [dict get $options -now]}]
    set filter [list {*}[Given $options {-expiring -profile -name -order}] -now $now]
    set state [dict get $options -state]
    if {$state ni {{} all}} {
        lappend filter -state $state
    }
    set count [Pages {
        {name NAME {}} {profile TYPE {}} {shortserial SERIAL {}} {state STATE ::sslkeys::cli::StateColour} {expires EXPIRES ::sslkeys::cli::ExpiryColour}
    } [list ::sslkeys::cli::CertificatePage $registry $filter $now [dict get $options -limit]] [list ::sslkeys::cli::CertificateCells $now]]
    if {!$count} {
        Say [NoneListed [Given $options {-expiring -state -profile -name}]]
    }
    return
}

# What an empty list comes to, by what was asked for.
proc ::sslkeys::cli::NoneListed {asked} {
    switch -- [dict keys $asked] {
        {}        {return "No certificate is on record yet."}
        -expiring {return "No certificate ends within [Span [dict get $asked -expiring]]."}
    }
    return "No certificate is so."
}

# A page of certificates; -limit ends the last page early.
proc ::sslkeys::cli::CertificatePage {registry filter now limit cursor} {
    lassign $cursor after seen
    set seen [expr {$seen eq {} ? 0 : $seen}]
    set size [expr {$limit eq {} ? 500 : min(500, $limit - $seen)}]
    if {$size < 1} {
        return {rows {} next {}}
    }
    set page [$registry certificates {*}$filter -limit $size -after $after]
    dict set page rows [lmap row [dict get $page rows] {
        CertificateRecord $registry $row $now
    }]
    if {[dict get $page next] ne {}} {
        incr seen [llength [dict get $page rows]]
        dict set page next [expr {$limit ne {} && $seen >= $limit ? {} : [list [dict get $page next] $seen]}]
    }
    return $page
}

# A certificate as a table shows it.
proc ::sslkeys::cli::CertificateCells {now row} {
    dict set row shortserial [string range [dict get $row serial] 0 15]
    dict set row left [expr {[dict get $row notafter] - $now}]
    set isOver [expr {[dict get $row state] ni {current superseded expired}}]
    dict set row expires [expr {$isOver ? {} : [When [dict get $row notafter] $now]}]
    return $row
}

proc ::sslkeys::cli::StateColour {row} {
    switch -- [dict get $row state] {
        current             {return green}
        revoked - expired   {return red}
        superseded - closed {return dim}
        prepared            {return yellow}
    }
}

proc ::sslkeys::cli::ExpiryColour {row} {
    if {[dict get $row state] ne {current}} {
        return {}
    }
    return [expr {[dict get $row left] < 7 * 86400 ? {red} : [dict get $row left] < 30 * 86400 ? {yellow} : {}}]
}
