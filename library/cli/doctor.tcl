# sslkeys doctor: the findings for people, and an exit status that tells the worst.

proc ::sslkeys::cli::DoDoctor {options words} {
    variable json
    LoadFile progress
    set findings [::sslkeys::doctor::examine [dict get $options -keys] -program [Line $options] {*}[Given $options -now] \
        -progress [list ::sslkeys::cli::TellProgress [clock milliseconds]]]
    ClearProgress
    set worst [::sslkeys::doctor::worst $findings]
    set status [dict get {ok 0 note 0 warning 5 error 6} $worst]
    if {$json} {
        WriteJson [dict create worst $worst findings $findings]
        return $status
    }
    foreach finding $findings {
        set level [dict get $finding level]
        puts "[Paint [dict get {note dim warning yellow error red} $level] [format %-7s $level]]  [Clean [dict get $finding what]]"
        if {[dict get $finding why] ne {}} {
            puts "         [Clean [dict get $finding why]]"
        }
        puts "         [Paint bold [Clean [dict get $finding mend]]]"
    }
    if {![llength $findings]} {
        Say "Nothing is wrong."
    }
    return $status
}

proc ::sslkeys::cli::TellProgress {began count all} {
    Progress $count $count $all $began
}
