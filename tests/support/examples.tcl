# Examples in README.md and the manual pages, as tests run them: all of one document in one interpreter
# and one fresh directory, from top to bottom. A comment `#=> text` states the result of the command
# before it; `...` in it stands for anything.

# Take the Tcl blocks out of a Markdown text.
proc ::support::markdownExamples {text} {
    join [lmap {- block} [regexp -all -inline {\n```tcl\n(.*?)\n```} \n$text] {set block}] \n
}

# Take the examples out of a manual page in doctools format.
proc ::support::manualExamples {text} {
    join [lmap {- block} [regexp -all -inline {\n\[example \{\n(.*?)\n\}\]} $text] {set block}] \n
}

# Take the synopsis out of a manual page: each [call ...], its markup resolved to plain text.
proc ::support::manualCalls {text} {
    set calls {}
    set reader [interp create -safe]
    try {
        $reader eval {
            proc call args {return [join $args]}
            proc cmd word {return $word}
            proc method word {return $word}
            proc option word {return $word}
            proc arg word {return $word}
            proc opt word {return ?$word?}
        }
        set start 0
        while {[set start [string first "\[call " $text $start]] >= 0} {
            set end $start
            while {![info complete [string range $text $start $end]]
                    || [string index $text $end] ne "\]"} {
                incr end
            }
            lappend calls [$reader eval [string range $text $start+1 $end-1]]
            set start $end
        }
    } finally {
        interp delete $reader
    }
    return $calls
}

# Run examples; answer what did not come as stated, a line each.
#   in   script with #=> comments
#   out  list of complaints, empty when all is well
proc ::support::runExamples {script} {
    set complaints {}
    set reader [interp create]
    set saved [pwd]
    cd [temporary]
    try {
        $reader eval [list set auto_path $::auto_path]
        $reader eval {package require sslkeys}
        set command ""
        set result ""
        foreach line [split $script \n] {
            if {[regexp {^\s*#=> ?(.*)$} $line - expected]} {
                if {![string match [string map {... * [ \\[ ] \\] ? \\? * \\* \\ \\\\} $expected] $result]} {
                    lappend complaints "expected $expected, got $result, after: $last"
                }
                continue
            }
            append command $line \n
            if {[info complete $command]} {
                if {[string trim $command] ne ""} {
                    set last [string trim $command]
                    if {[catch {$reader eval $command} result]} {
                        lappend complaints "error $result in: $last"
                        break
                    }
                }
                set command ""
            }
        }
    } finally {
        cd $saved
        interp delete $reader
    }
    return $complaints
}
