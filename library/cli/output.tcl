# What a command answers: lines for people, tables, and JSON for programs. Rows are written as they come, so that a million of
# them need no memory. JSON is ASCII, one document or one array; numbers and flags are told by their key.

namespace eval ::sslkeys::cli {
    variable quiet 0
    variable json 0
    # Keys whose values are no text. Everything else is text, whatever it looks like: a serial number may consist of digits.
    variable numbers {
        notbefore notafter issued revoked opened changed expires created usedat used at time needed approvals count number
        thisupdate nextupdate bits version pathlength rounds done failed total sinceissued schema unrevoked
    }
    variable flags {truncated ca ok encrypted challenge}
    variable lists {san usages extendedusages previous stillrevoked subject}
}

# Say something that is good to know, unless -quiet or -json.
proc ::sslkeys::cli::Say {text} {
    variable quiet
    variable json
    if {!$quiet && !$json} {
        puts $text
    }
}

# Say what comes next: commands to type, one a line.
proc ::sslkeys::cli::Next {args} {
    foreach line $args {
        Say "  $line"
    }
}

# Answer a dict: as JSON, or as the text given for people.
proc ::sslkeys::cli::Answer {record text} {
    variable json
    if {$json} {
        puts [Json $record]
    } else {
        Say $text
    }
}

# Write pages of rows: an array in JSON, a table for people.
#   in   columns: list of {key heading style}; style is a command prefix that gets the row and answers a colour, or {}
#        more: a script prefix that gets a cursor (first {}) and answers a page, dict rows next
#        shape: a command prefix that makes the row's cells, a dict, from a record; {} for none
#   out  the number of rows
proc ::sslkeys::cli::Pages {columns more {shape {}}} {
    variable json
    set cursor {}
    set count 0
    set widths {}
    if {$json} {
        puts -nonewline \[
    }
    while 1 {
        set page [{*}$more $cursor]
        set records [dict get $page rows]
        if {$json} {
            foreach record $records {
                puts -nonewline "[expr {$count ? "," : {}}]\n[Json $record]"
                incr count
            }
        } elseif {[llength $records]} {
            set rows $records
            if {$shape ne {}} {
                set rows [lmap record $records {{*}$shape $record}]
            }
            if {$widths eq {}} {
                set widths [Widths $columns $rows]
                TableLine $columns $widths {} 1
            }
            foreach row $rows {
                TableLine $columns $widths $row 0
                incr count
            }
        }
        set cursor [dict get $page next]
        if {$cursor eq {}} {
            break
        }
    }
    if {$json} {
        puts "[expr {$count ? "\n" : {}}]\]"
    }
    return $count
}

# Answer how wide each column has to be for these rows; the widest gives way where the terminal is too narrow.
proc ::sslkeys::cli::Widths {columns rows} {
    variable width
    set widths {}
    foreach column $columns {
        lassign $column key heading
        set wide [string length $heading]
        foreach row $rows {
            set wide [expr {max($wide, [string length [Cell $row $key]])}]
        }
        lappend widths [expr {min($wide, 64)}]
    }
    while {$width > 0 && [tcl::mathop::+ {*}$widths] + 2 * ([llength $widths] - 1) > $width} {
        set widest [lindex [lsort -integer -decreasing $widths] 0]
        if {$widest <= 8} {
            break
        }
        set at [lsearch -exact $widths $widest]
        lset widths $at [expr {$widest - 1}]
    }
    return $widths
}

# Write one line of a table. On a terminal what does not fit is cut; elsewhere nothing is.
proc ::sslkeys::cli::TableLine {columns widths row heading} {
    variable width
    set line {}
    set last [expr {[llength $columns] - 1}]
    set index 0
    foreach column $columns wide $widths {
        lassign $column key title style
        set cell [expr {$heading ? $title : [Cell $row $key]}]
        if {$width > 0 && [string length $cell] > $wide} {
            set cell [string range $cell 0 $wide-2]\u2026
        }
        set pad [expr {$index < $last ? [string repeat " " [expr {max(0, $wide - [string length $cell]) + 2}]] : {}}]
        set paint {}
        if {$heading} {
            set paint bold
        } elseif {$style ne {}} {
            set paint [{*}$style $row]
        }
        append line [Paint $paint $cell] $pad
        incr index
    }
    puts [string trimright $line]
}

proc ::sslkeys::cli::Cell {row key} {
    return [expr {[dict exists $row $key] ? [Clean [dict get $row $key]] : {}}]
}

# Write fields under each other, those that have a value.
proc ::sslkeys::cli::Fields {pairs} {
    set wide 0
    foreach {name value} $pairs {
        set wide [expr {max($wide, [string length $name])}]
    }
    foreach {name value} $pairs {
        if {$value ne {}} {
            puts "[Paint dim [format %-*s $wide $name]]  [Clean $value]"
        }
    }
}

# Write a dict as a JSON object; a key's name tells its type.
proc ::sslkeys::cli::Json {record} {
    variable numbers
    variable flags
    variable lists
    set members {}
    dict for {key value} $record {
        if {$key in $numbers && [string is wideinteger -strict $value]} {
            set text $value
        } elseif {$key in $numbers && $value eq {}} {
            set text null
        } elseif {$key in $flags} {
            set text [expr {$value ? {true} : {false}}]
        } elseif {$key in {findings entries}} {
            set text \[[join [lmap one $value {Json $one}] ,]\]
        } elseif {$key in $lists} {
            set text \[[join [lmap one $value {JsonText $one}] ,]\]
        } else {
            set text [JsonText $value]
        }
        lappend members [JsonText $key]:$text
    }
    return \{[join $members ,]\}
}

# Write a text as a JSON string, in ASCII.
proc ::sslkeys::cli::JsonText {text} {
    if {[regexp {^[ !#-\[\]-~]*$} $text]} {
        return \"$text\"
    }
    set quoted {}
    foreach character [split $text {}] {
        scan $character %c code
        if {$character in {\" \\}} {
            append quoted \\ $character
        } elseif {$code >= 32 && $code < 127} {
            append quoted $character
        } elseif {$code > 0xffff} {
            append quoted [format {\u%04x\u%04x} [expr {0xd7c0 + ($code >> 10)}] [expr {0xdc00 + ($code & 0x3ff)}]]
        } else {
            append quoted [format {\u%04x} $code]
        }
    }
    return \"$quoted\"
}
