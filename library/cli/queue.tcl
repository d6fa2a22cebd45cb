# sslkeys pending, approve, deny, hold: the requests that wait for a person.

proc ::sslkeys::cli::DoPending {options words} {
    variable json
    set registry [OpenRegistry $options]
    set state [dict get $options -state]
    set count [Pages {
        {id REQUEST {}} {name NAME {}} {profile TYPE {}} {asks ASKS {}} {state STATE ::sslkeys::cli::RequestColour} {address FROM {}} {opened SINCE {}}
    } [list ::sslkeys::cli::RequestPage $options $state [dict get $options -name] [dict get $options -limit]] \
        [list ::sslkeys::cli::RequestCells [clock seconds]] [list ::sslkeys::cli::WishLines $options]]
    if {!$count} {
        Say [expr {$state eq {} ? "Nothing waits." : "No request is so."}]
    } elseif {$state eq {}} {
        # The one that waits is named, so that the line can be copied.
        variable latest
        set request REQUEST
        if {$count == 1} {
            set request $latest
        }
        Say "Compare the id with what the requester sees, then:"
        Next [Line $options show $request] [Line $options approve $request] [Line $options deny $request -why REASON]
    }
    return
}

# A page of requests: unless a state is said, those that a person may decide.
#   in  cursor: that of the registry, and how many came before
proc ::sslkeys::cli::RequestPage {options state name limit cursor} {
    lassign $cursor after seen
    set seen [expr {$seen eq {} ? 0 : $seen}]
    set size [expr {$limit eq {} ? 500 : min(500, $limit - $seen)}]
    if {$size < 1} {
        return {rows {} next {}}
    }
    set states [string map {all {}} [expr {$state eq {} ? {pending held} : $state}]]
    variable latest
    set page [[OpenRegistry $options] requests -state $states -name $name -limit $size -after $after]
    incr seen [llength [dict get $page rows]]
    dict set page rows [lmap row [dict get $page rows] {
        set latest [dict get $row id]
        RequestRecord $options $row
    }]
    if {[dict get $page next] ne {}} {
        dict set page next [list [dict get $page next] $seen]
    }
    return $page
}

proc ::sslkeys::cli::RequestCells {now row} {
    dict set row opened [When [dict get $row opened] $now]
    dict set row asks [dict get $row operation]
    if {[dict get $row needed] > 1} {
        dict append row state ", [dict get $row approvals] of [dict get $row needed]"
    }
    return $row
}

proc ::sslkeys::cli::RequestColour {row} {
    switch -glob -- [dict get $row state] {
        pending*           {return yellow}
        denied* - expired* {return red}
        issued*            {return green}
    }
}

# What a request wishes beside its name, and whose place it takes: what somebody who approves has to know.
#   in  the row, or what programs are told of it
proc ::sslkeys::cli::WishLines {options row} {
    set lines {}
    set wishes [dict get $row san]
    foreach {attribute value} [dict get $row subject] {
        if {$attribute ne {CN} || $value ne [dict get $row name]} {
            lappend wishes $attribute=$value
        }
    }
    if {[llength $wishes]} {
        lappend lines "for [join $wishes {, }]"
    }
    set before [Superseded $options $row]
    if {$before ne {}} {
        lappend lines "in place of [dict get $before name]'s certificate [dict get $before serial], which is current, of\
            [expr {[dict get $before keyfingerprint] eq [dict get $row keyfingerprint] ? {the same key} : {another key}}][expr {
                [dict get $row authserial] eq [dict get $before serial] ? {, and was shown} : {}}]"
    }
    return $lines
}

# Whether somebody else than who has the name now would have it.
proc ::sslkeys::cli::IsTakeover {before row} {
    return [expr {$before ne {} && [dict get $before keyfingerprint] ne [dict get $row keyfingerprint]
        && [dict get $before serial] ne [dict get $row authserial]}]
}

proc ::sslkeys::cli::DoApprove {options words} {
    return [DecideEach $options $words approve]
}

proc ::sslkeys::cli::DoDeny {options words} {
    return [DecideEach $options $words deny]
}

proc ::sslkeys::cli::DoHold {options words} {
    return [DecideEach $options $words hold]
}

# Decide about each request; what one of them meets does not keep the others.
#   out  4 when one still needs approvals
proc ::sslkeys::cli::DecideEach {options words decision} {
    return [Each $decision $options $words [list ::sslkeys::cli::Decide $options $decision]]
}

#   errors  POLICY STATE request; ARGS CONFIRM where a stranger would take the place of who has the name
proc ::sslkeys::cli::Decide {options decision word} {
    set row [LocateRequest $options $word]
    set wishes [WishLines $options $row]
    if {$decision eq {approve} && [dict get $row state] in {pending held} && [IsTakeover [Superseded $options $row] $row]} {
        Confirm $options "[Cut [dict get $row name]] has a current certificate, of another key, which counts no more when this request\
            ([dict get $row id]) gets its own. Approve it?"
    }
    try {
        set row [[OpenRegistry $options] decide [dict get $row id] $decision [Who] [dict get $options -why]]
    } trap {SSLKEYS POLICY STATE} {message} {
        throw [list SSLKEYS POLICY STATE request [dict get $row id] state [dict get $row state]] $message
    }
    set what "[Cut [dict get $row name]] ([dict get $row profile]), request [dict get $row id]"
    set missing [expr {$decision eq {approve} && [dict get $row state] in {pending held} ? [dict get $row needed] - [dict get $row approvals] : 0}]
    set record [RequestRecord $options $row]
    if {$missing > 0} {
        Answer $record "Approved by you: $what; [Count $missing approval] of others to come:"
        Notes $wishes
        Next [Line $options approve [dict get $row id]]
        return 4
    }
    Answer $record "[dict get {approve Approved deny Denied hold {Put aside}} $decision]: $what"
    Notes $wishes
    if {$decision eq {approve}} {
        Say "It gets its certificate when it asks again, which it does by itself."
    }
    return 0
}
