# sslkeys pending, approve, deny, hold: the requests that wait for a person.

proc ::sslkeys::cli::DoPending {options words} {
    variable json
    set registry [OpenRegistry $options]
    set state [dict get $options -state]
    set count [Pages {
        {id REQUEST {}} {name NAME {}} {profile TYPE {}} {asks ASKS {}} {state STATE ::sslkeys::cli::RequestColour} {address FROM {}} {opened SINCE {}}
    } [list ::sslkeys::cli::RequestPage $registry $state [dict get $options -name] [dict get $options -limit]] \
        [list ::sslkeys::cli::RequestCells [clock seconds]]]
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
        Next [Line $options approve $request] [Line $options deny $request -why REASON]
    }
    return
}

# A page of requests: unless a state is said, those that a person may decide.
#   in  cursor: that of the registry, and how many came before
proc ::sslkeys::cli::RequestPage {registry state name limit cursor} {
    lassign $cursor after seen
    set seen [expr {$seen eq {} ? 0 : $seen}]
    set size [expr {$limit eq {} ? 500 : min(500, $limit - $seen)}]
    if {$size < 1} {
        return {rows {} next {}}
    }
    set states [string map {all {}} [expr {$state eq {} ? {pending held} : $state}]]
    variable latest
    set page [$registry requests -state $states -name $name -limit $size -after $after]
    incr seen [llength [dict get $page rows]]
    dict set page rows [lmap row [dict get $page rows] {
        set latest [dict get $row id]
        dict remove $row folded csrhash token told
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

proc ::sslkeys::cli::Decide {options decision word} {
    set row [LocateRequest $options $word]
    set row [[OpenRegistry $options] decide [dict get $row id] $decision [Who] [dict get $options -why]]
    set what "[Cut [dict get $row name]] ([dict get $row profile]), request [dict get $row id]"
    set missing [expr {$decision eq {approve} && [dict get $row state] in {pending held} ? [dict get $row needed] - [dict get $row approvals] : 0}]
    set record [dict remove $row folded csrhash token told]
    if {$missing > 0} {
        Answer $record "Approved by you: $what; [Count $missing approval] of others to come:"
        Next [Line $options approve [dict get $row id]]
        return 4
    }
    Answer $record "[dict get {approve Approved deny Denied hold {Put aside}} $decision]: $what"
    if {$decision eq {approve}} {
        Say "It gets its certificate when it asks again, which it does by itself."
    }
    return 0
}
