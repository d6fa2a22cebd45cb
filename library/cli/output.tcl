# What a command answers: lines and tables for people, or JSON (json.tcl). Rows are written as they come, so that a million of them
# need no memory.

namespace eval ::sslkeys::cli {
    variable quiet 0
    variable json 0
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
        WriteJson $record
    } else {
        Say $text
    }
}

# Write pages of rows: an array in JSON, a table for people.
#   in   columns: list of {key heading style}; style is a command prefix that gets the row and answers a colour, or {}
#        more: a script prefix that gets a cursor (first {}) and answers a page, dict rows next
#        shape: a command prefix that makes the row's cells, a dict, from a record; {} for none
#        notes: a command prefix that gets a record and answers lines that stand whole below its row; {} for none
#   out  the number of rows
proc ::sslkeys::cli::Pages {columns more {shape {}} {notes {}}} {
    variable json
    set cursor {}
    set count 0
    set widths {}
    BeginArray
    while 1 {
        set page [{*}$more $cursor]
        set records [dict get $page rows]
        if {$json} {
            foreach record $records {
                WriteJson $record
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
            foreach row $rows record $records {
                TableLine $columns $widths $row 0
                if {$notes ne {}} {
                    Notes [{*}$notes $record]
                }
                incr count
            }
        }
        set cursor [dict get $page next]
        if {$cursor eq {}} {
            break
        }
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
        set cell $title
        if {!$heading} {
            set cell [Cell $row $key]
        }
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

# Write lines that belong to what stands above, each whole: what somebody has to know is not cut.
proc ::sslkeys::cli::Notes {lines} {
    foreach line $lines {
        Say "    [Clean $line]"
    }
}

# No expr gives back a cell: of the serial number 6888451925646e70 it would make another number.
proc ::sslkeys::cli::Cell {row key} {
    if {[dict exists $row $key]} {
        return [Clean [dict get $row $key]]
    }
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
