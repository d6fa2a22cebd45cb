# What a process changed below a directory, as record.cpp recorded it, and what a crash at any point
# of it can leave. Knows nothing of keys and certificates.
#
# A tree is a dict: nodes, id -> {type mode data}, and entries, path -> id; paths are relative to the
# directory. A node's id outlives its names, as an inode does.

namespace eval ::recording {
    variable library [file join $::support::build sslkeys-record.so]
    variable counter 0
    # What a child runs: a list of log and script; its output is a list of {code result errorcode}.
    variable child {
        package require sslkeys
        lassign $argv root jobs
        set channel [open $jobs]
        set jobs [read $channel]
        close $channel
        set env(SSLKEYS_RECORD_ROOT) $root
        foreach {log script} $jobs {
            set env(SSLKEYS_RECORD_LOG) $log
            set code [catch $script result options]
            set env(SSLKEYS_RECORD_LOG) ""
            puts [list $code $result [expr {$code == 1 ? [dict get $options -errorcode] : ""}]]
        }
    }
}
::support::constraint recorder [file exists $::recording::library] \
    "the preload library that records is not built; run make test"

# Tell the environment that puts the recorder under a child; what is preloaded already goes first.
proc ::recording::environment {args} {
    variable library
    list LD_PRELOAD [string trim "$::support::preload $library"] {*}$args
}

# Run scripts in one child, each with a record of its own.
#   in   root, a list of scripts; more of the environment
#   out  a list of dicts: code, result, errorcode, log (a list of what was recorded)
proc ::recording::run {root scripts args} {
    variable counter
    variable child
    set logs [::support::temporary]
    set jobs {}
    foreach script $scripts {
        lappend jobs $logs/[incr counter].log $script
    }
    set ended [::support::runTcl -env [environment {*}$args] \
        [::support::writeFile $logs/child.tcl $child] $root [::support::writeFile $logs/jobs $jobs]]
    if {[dict get $ended status] != 0} {
        error "the recorded process failed: $ended"
    }
    lmap {log script} $jobs line [split [string trimright [dict get $ended stdout] \n] \n] {
        set text [expr {[file exists $log] ? [::support::readFile $log] : ""}]
        dict create code [lindex $line 0] result [lindex $line 1] errorcode [lindex $line 2] \
            log [split [string trimright $text \n] \n]
    }
}

# Let the directories of this test be in memory where that is possible: there are thousands, and
# what the disk makes of them is not the question.
proc ::recording::useMemory {} {
    if {[file isdirectory /dev/shm] && [file writable /dev/shm]} {
        set ::env(TMPDIR) /dev/shm
    }
}

# ---- trees ----------------------------------------------------------------------------------

# Read a directory's tree.
proc ::recording::scan {root {below {}}} {
    set tree [dict create nodes {} entries {}]
    foreach name [glob -nocomplain -tails -directory $root/$below * .*] {
        if {$name in {. ..}} {
            continue
        }
        set path [string trimleft $below/$name /]
        file lstat $root/$path status
        set data [expr {$status(type) eq "file" ? [::support::readOctets $root/$path] : ""}]
        dict set tree entries $path $status(ino)
        dict set tree nodes $status(ino) [list $status(type) [expr {$status(mode) & 0o7777}] $data]
        if {$status(type) eq "directory"} {
            set inner [scan $root $path]
            foreach part {nodes entries} {
                dict set tree $part [dict merge [dict get $tree $part] [dict get $inner $part]]
            }
        }
    }
    return $tree
}

# Put a tree on the disk, in a directory that is empty.
proc ::recording::build {tree root} {
    set names [dict create]
    foreach path [lsort [dict keys [dict get $tree entries]]] {
        set id [dict get $tree entries $path]
        lassign [dict get $tree nodes $id] type mode data
        if {$type eq "directory"} {
            file mkdir $root/$path
        } elseif {[dict exists $names $id]} {
            file link -hard $root/$path $root/[dict get $names $id]
            continue
        } else {
            set channel [open $root/$path wb]
            puts -nonewline $channel $data
            close $channel
        }
        file attributes $root/$path -permissions $mode
        dict set names $id $path
    }
}

# Give what can be seen of a tree: path -> {type mode data}.
proc ::recording::shown {tree} {
    set seen [dict create]
    foreach path [lsort [dict keys [dict get $tree entries]]] {
        dict set seen $path [dict get $tree nodes [dict get $tree entries $path]]
    }
    return $seen
}

# ---- what was recorded ----------------------------------------------------------------------

# Read a log: number the inodes anew, since the file system uses them again; make paths relative.
#   out  a list of {call id ...}
proc ::recording::resolve {log root tree} {
    file stat $root status
    set now [dict create $status(ino) .]
    foreach id [dict keys [dict get $tree nodes]] {
        dict set now $id $id
    }
    set generation 0
    set operations {}
    foreach line $log {
        set rest [lassign $line call inode]
        if {$call in {create mkdir}} {
            dict set now $inode $inode/[incr generation]
        }
        set rest [lmap word $rest {Relative $word $root}]
        if {$call ne "fault"} {
            lappend operations [list $call [dict get $now $inode] {*}$rest]
        }
    }
    return $operations
}

proc ::recording::Relative {word root} {
    if {$word eq $root} {
        return .
    }
    if {[string match $root/* $word]} {
        return [string range $word [string length $root]+1 end]
    }
    return $word
}

# The calls that change a directory, and the place of the entry's path in them.
proc ::recording::ChangesDirectory {operation} {
    expr {[lindex $operation 0] in {create mkdir link rename unlink}}
}

# Carry out one change of a directory. The node is known, so that a rename may be carried out where
# the file's making was lost.
proc ::recording::Change {treeName operation} {
    upvar 1 $treeName tree
    lassign $operation call id first second
    switch -- $call {
        create - mkdir {dict set tree entries $second $id}
        link           {dict set tree entries $second $id}
        unlink         {dict unset tree entries $first}
        rename {
            if {[dict exists $tree entries $first] && [dict get $tree entries $first] eq $id} {
                dict unset tree entries $first
            }
            dict set tree entries $second $id
        }
    }
}

# Carry out what was done to the content of files. What was not brought to the disk is
#   kept   there all the same
#   cut    there by half
#   empty  not there, and the file has the mode that it was made with
proc ::recording::Fill {treeName operations loss} {
    upvar 1 $treeName tree
    set synced [dict create]
    set place 0
    foreach operation $operations {
        if {[lindex $operation 0] in {fsync fdatasync}} {
            dict set synced [lindex $operation 1] $place
        }
        incr place
    }
    set place 0
    foreach operation $operations {
        lassign $operation call id first second
        set isSafe [expr {[dict exists $synced $id] && [dict get $synced $id] > $place}]
        incr place
        if {$call in {create mkdir}} {
            dict set tree nodes $id [list [expr {$call eq "mkdir" ? "directory" : "file"}] [expr $first] ""]
            continue
        }
        if {$call ni {write truncate chmod} || ($loss eq "empty" && !$isSafe)} {
            continue
        }
        lassign [dict get $tree nodes $id] type mode data
        switch -- $call {
            chmod    {set mode [expr $first]}
            truncate {set data [string range $data 0 $first-1]}
            write {
                set octets [binary format H* $second]
                if {$loss eq "cut" && !$isSafe} {
                    set octets [string range $octets 0 [expr {[string length $octets] / 2 - 1}]]
                }
                set data [string range $data 0 $first-1]$octets[string range $data $first+[string length $octets] end]
            }
        }
        dict set tree nodes $id [list $type $mode $data]
    }
}

# Drop what lies in a directory that is not there.
proc ::recording::Prune {tree} {
    foreach path [lsort [dict keys [dict get $tree entries]]] {
        set above [file dirname $path]
        if {$above ne "." && ![dict exists $tree entries $above]} {
            dict unset tree entries $path
        }
    }
    return $tree
}

# Give every tree that a crash after these operations can leave. POSIX promises little: the content
# of a file is safe when it was synced, a change of a directory when that directory was, and of all
# the others any may be there without the rest. Whatever a file system promises more, the order of
# such changes or that a synced file brings its name along, leaves one of these trees, too.
#   out  a list of trees, each once
proc ::recording::crashes {tree operations} {
    set changes {}
    set pending {}
    foreach operation $operations {
        if {[ChangesDirectory $operation]} {
            lappend pending [llength $changes]
            lappend changes $operation
        } elseif {[lindex $operation 0] eq "fsync" && [lindex $operation 3] eq "directory"} {
            set synced [lindex $operation 2]
            set pending [lmap place $pending {
                if {[file dirname [lindex $changes $place end]] eq $synced} {
                    continue
                }
                set place
            }]
        }
    }
    set found [dict create]
    foreach loss {kept cut empty} {
        set filled $tree
        Fill filled $operations $loss
        for {set subset 0} {$subset < 1 << [llength $pending]} {incr subset} {
            set state $filled
            set place 0
            foreach change $changes {
                set bit [lsearch -exact -integer $pending $place]
                if {$bit < 0 || ($subset >> $bit) & 1} {
                    Change state $change
                }
                incr place
            }
            set state [Prune $state]
            dict set found [identity $state] $state
        }
    }
    dict values $found
}

# Tell trees apart by what is in them, and by which names are one file.
proc ::recording::identity {tree} {
    set names [dict create]
    dict for {path id} [dict get $tree entries] {
        dict lappend names $id $path
    }
    list [shown $tree] [lsort [lmap paths [dict values $names] {lsort $paths}]]
}

# Give the tree that all operations together leave; a complete record leaves what is on the disk.
proc ::recording::outcome {tree operations} {
    Fill tree $operations kept
    foreach operation $operations {
        if {[ChangesDirectory $operation]} {
            Change tree $operation
        }
    }
    return $tree
}
