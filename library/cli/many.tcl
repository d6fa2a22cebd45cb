# sslkeys issue -from: a certificate per row of a table in CSV (RFC 4180), whose first line names the columns. A row that fails
# is told with its line, and the others go on; what an earlier run made is left and counted.

namespace eval ::sslkeys::cli {
    variable interrupted 0
    # What to do next, as far as it was told: each line once.
    variable toldHints {}
}

# Issue all rows.
#   out  0; 3 when some rows failed or were not come to, 1 when none is there
proc ::sslkeys::cli::IssueTable {options words} {
    variable interrupted
    set shared [SharedOfTable $words]
    OpenRegistry $options
    lassign [OpenTable [dict get $options -from]] channel size
    set head [ReadRow $channel line]
    CheckHead $head $shared
    BeginArray
    ::sslkeys::process signal INT {set ::sslkeys::cli::interrupted 1}
    set counts {made 0 there 0 failed 0}
    set began [clock milliseconds]
    while 1 {
        try {
            set cells [ReadRow $channel line]
            if {![llength $cells]} {
                break
            }
            dict incr counts [IssueRow $options $shared $head $cells $line]
        } trap {POSIX EPIPE} {message details} {
            return -options $details $message
        } on error {message details} {
            dict incr counts failed
            TellRow $options $line $message $details
            if {[EndsTable [dict get $details -errorcode]]} {
                break
            }
        }
        Progress [tcl::mathop::+ {*}[dict values $counts]] [expr {[dict get $options -from] eq {-} ? 0 : [tell $channel]}] $size $began
        update
        if {$interrupted} {
            dict incr counts failed
            TellRow $options $line "interrupted after this line" {-errorcode {POSIX EINTR} -errorinfo {}}
            break
        }
    }
    ClearProgress
    dict with counts {
        Say "[Count $made certificate] made, [expr {$there ? "$there there already, " : {}}][Count $failed row] failed"
        return [expr {!$failed ? 0 : $made || $there ? 3 : 1}]
    }
}

# Whether what one row met the next ones would meet as well: all that is not about its own cells.
proc ::sslkeys::cli::EndsTable {code} {
    if {[string match {SSLKEYS ARGS TABLE unended *} $code]} {
        return 1
    }
    foreach own {
        {SSLKEYS NAME *} {SSLKEYS CERTIFICATE *} {SSLKEYS POLICY *} {SSLKEYS ARGS RANGE*} {SSLKEYS ARGS TABLE*}
        {SSLKEYS STORE NAME*} {SSLKEYS STORE EXISTS*} {SSLKEYS STORE ORPHAN*} {SSLKEYS STORE CONSTRAINT*}
    } {
        if {[string match $own $code]} {
            return 0
        }
    }
    return 1
}

# Tell what a row met; what to do next only where it was not told for a row before.
proc ::sslkeys::cli::TellRow {options line message details} {
    variable json
    variable toldHints
    ClearProgress
    if {$json} {
        TellOne issue $options [list line $line] $message $details
        return
    }
    puts stderr "[Cut [dict get $options -from]] line $line: [Sentence $message]"
    foreach hint [HintsFor issue $options $details] {
        if {$hint ni $toldHints} {
            lappend toldHints $hint
            puts stderr "  $hint"
        }
    }
}

# What the command line says for all rows: a type, and attributes.
#   out  dict: columns' names and values
proc ::sslkeys::cli::SharedOfTable {words} {
    set shared {}
    if {[llength $words] && [string first = [lindex $words 0]] < 0} {
        set words [lassign $words type]
        dict set shared type [ReadType issue $type]
    }
    foreach {attribute value} [Attributes issue $words] {
        if {$attribute eq {CN}} {
            Misuse issue "a CN cannot be the same for all rows: make it a column of the table"
        }
        dict set shared $attribute $value
    }
    return $shared
}

proc ::sslkeys::cli::OpenTable {path} {
    if {$path eq {-}} {
        fconfigure stdin -encoding utf-8
        return [list stdin 0]
    }
    set channel [open $path r]
    fconfigure $channel -encoding utf-8
    AtEnd [list close $channel]
    return [list $channel [file size $path]]
}

# The columns: type, name, san, days, and attributes in capitals.
#   errors  ARGS TABLE
proc ::sslkeys::cli::CheckHead {head shared} {
    foreach column $head {
        if {$column ni {type name san days} && $column ni [Vocabulary attribute {}]} {
            throw [list SSLKEYS ARGS TABLE column [Cut $column]] \
                "the table's first line names its columns, and \"[Cut $column]\" is none"
        }
    }
    if {[llength [lsort -unique $head]] != [llength $head]} {
        throw {SSLKEYS ARGS TABLE} "the table has two columns of one name"
    }
    foreach column {name type} {
        if {$column ni $head && ![dict exists $shared $column]} {
            throw [list SSLKEYS ARGS TABLE column $column] "the table has no column \"$column\""
        }
    }
}

# Issue what a row says.
#   out     made; there, where an earlier run has made the same
#   errors  ARGS TABLE, and what a single certificate meets
proc ::sslkeys::cli::IssueRow {options shared head cells line} {
    variable json
    set row [ReadCells $shared $head $cells]
    if {[dict exists $row san]} {
        dict set options -san [regexp -all -inline {\S+} [dict get $row san]]
    }
    if {[dict exists $row days]} {
        dict set options -days [dict get $row days]
    }
    set attributes [WithName [dict get $row name] [dict remove $row type name san days]]
    set told [dict create line $line name [dict get $row name] profile [dict get $row type]]
    try {
        set made [WithCaKey $options [list ::sslkeys::cli::IssueOne $options [dict get $row type] [dict get $row name] $attributes]]
    } trap {SSLKEYS STORE EXISTS} {message details} {
        set there [[OpenRegistry $options] newest [dict get $row name]]
        if {![llength $there] || [dict get $there profile] ne [dict get $row type]
                || [lsort -stride 2 [dict get $there subject]] ne [lsort -stride 2 $attributes]} {
            return -options $details $message
        }
        if {$json} {
            WriteJson [dict merge $told [dict filter $there key serial notbefore notafter fingerprint] {present 1}]
        }
        return there
    }
    if {$json} {
        WriteJson [dict merge $told $made {present 0}]
    }
    return made
}

# The row as a dict of columns and attributes.
#   errors  ARGS TABLE
proc ::sslkeys::cli::ReadCells {shared head cells} {
    if {[llength $cells] > [llength $head]} {
        throw {SSLKEYS ARGS TABLE} "[llength $cells] cells, but [llength $head] columns"
    }
    set row $shared
    foreach column $head cell $cells {
        if {$cell ne {}} {
            dict set row $column [ReadCell $column $cell]
        }
    }
    foreach column {type name} {
        if {![dict exists $row $column]} {
            throw [list SSLKEYS ARGS TABLE column $column] "the $column is empty"
        }
    }
    return $row
}

# Read a cell as the command line is read.
#   errors  ARGS TABLE
proc ::sslkeys::cli::ReadCell {column cell} {
    try {
        switch -- $column {
            type {return [ReadType {} $cell]}
            days {return [ReadValue {} -days $cell]}
        }
    } trap {SSLKEYS ARGS USAGE} {message} {
        throw [list SSLKEYS ARGS TABLE column $column] [string trimleft $message -]
    }
    return $cell
}

# Read the next row that is not empty; {} at the end. A cell in quotes may hold commas, quotes and line ends.
#   in      channel, the name of a variable that gets the number of the row's first line
#   errors  ARGS TABLE
proc ::sslkeys::cli::ReadRow {channel lineName} {
    upvar 1 $lineName line
    variable lines
    while 1 {
        if {[gets $channel text] < 0} {
            return {}
        }
        incr lines
        set line $lines
        while {[regexp -all \" $text] % 2} {
            if {[gets $channel more] < 0 || [string length $text] > 100000} {
                throw [list SSLKEYS ARGS TABLE unended $line] "a quoted cell of the table, begun in line $line, does not end: nothing behind it was read"
            }
            incr lines
            append text \n $more
        }
        set text [string trimright [string trimleft $text \ufeff] \r]
        if {[string trim $text] ne {}} {
            return [SplitRow $text $line]
        }
    }
}

proc ::sslkeys::cli::SplitRow {text line} {
    set cells {}
    set start 0
    while 1 {
        if {![regexp -start $start -indices {\A[ \t]*(?:"((?:[^"]|"")*)"[ \t]*|([^",]*))(,|$)} $text all quoted plain end]} {
            throw [list SSLKEYS ARGS TABLE line $line] "a quote in the middle of a cell of the table"
        }
        if {[lindex $quoted 0] >= 0} {
            lappend cells [string map {\"\" \"} [string range $text {*}$quoted]]
        } else {
            lappend cells [string trim [string range $text {*}$plain]]
        }
        if {[lindex $end 0] > [lindex $end 1]} {
            return $cells
        }
        set start [expr {[lindex $all 1] + 1}]
    }
}
