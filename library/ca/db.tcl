# A database: the only file that knows a TDBC driver. Today SQLite; a connection string "postgres ..." would begin here.
# SQL comes with :name for every value and nothing pasted in. Statements are prepared once and kept. Every error leaves as
# SSLKEYS STORE ..., made in one place: the driver itself says NONE for a busy database as for a row that is there already.

package require tdbc::sqlite3

oo::class create ::sslkeys::db {
    variable Path Busy Locked Full Journal Begin Connection Handle Stamp Depth Group Timer Fault

    # Open a database that is there; the path "" is one in memory.
    #   in      path; -busy  seconds to wait for who else writes, and not again in the second after it was in vain;
    #           -journal  WAL, or DELETE for a file that is alone; -begin  prefix that is called when a transaction has begun
    #   errors  STORE GONE, DAMAGED, BUSY; POSIX EACCES
    constructor {path args} {
        set options [::sslkeys::ReadOptions $args {-busy 5 -journal WAL -begin {}}]
        set Begin [dict get $options -begin]
        set Locked 0
        set Full 0
        set Journal [dict get $options -journal]
        set Path [expr {$path eq {} ? {} : [file normalize $path]}]
        set Busy [dict get $options -busy]
        set Connection {}
        set Depth 0
        set Group {}  ;# the coroutines that wait for the transaction that they share
        my Open
    }

    destructor {
        if {[info exists Group] && [llength $Group]} {
            after cancel $Timer
            my Tell $Group [my Failure [list SSLKEYS STORE GONE path $Path] "the database \"$Path\" was closed"]
        }
        if {[info exists Connection]} {
            my Close
        }
    }

    # List the rows that a query finds, each a dict; a column that is NULL is absent.
    method rows {sql {params {}}} {
        my Attend
        return [my Run $sql $params rows]
    }

    # Give the first row, or {}.
    method row {sql {params {}}} {
        return [lindex [my rows $sql $params] 0]
    }

    # Give the first column of the first row, or {}.
    method value {sql {params {}}} {
        return [lindex [my row $sql $params] 1]
    }

    # Change rows, and tell how many.
    method change {sql {params {}}} {
        my Attend
        return [my Run $sql $params count]
    }

    # Run a script in the caller's scope as one transaction that may write from its beginning. Whatever is no normal end
    # undoes all of it; inside another one, that part of it.
    method transaction {script} {
        if {$Depth == 0} {
            my Attend
            lassign {{BEGIN IMMEDIATE} COMMIT ROLLBACK} begin end undo
        } else {
            lassign [list "SAVEPOINT part$Depth" "RELEASE part$Depth" "ROLLBACK TO part$Depth; RELEASE part$Depth"] begin end undo
        }
        my Direct $begin
        incr Depth
        set code [catch {
            if {$Depth == 1} {
                {*}$Begin
            }
            uplevel 1 $script
        } result options]
        set isDone 0
        try {
            if {$code == 0} {
                my Direct $end
                set isDone 1
            }
        } finally {
            incr Depth -1
            if {!$isDone} {
                my Undo $undo
            }
        }
        if {$isDone && $Depth == 0} {
            my Attest
        }
        dict incr options -level
        return -options $options $result
    }

    # Run a script in the caller's scope that reads, all of it from one moment; nobody is locked out, and nobody waited for.
    method reading {script} {
        if {$Depth} {
            return [uplevel 1 $script]
        }
        my Attend
        my Direct BEGIN
        incr Depth
        try {
            uplevel 1 $script
        } finally {
            incr Depth -1
            my Undo ROLLBACK
        }
    }

    # Run statements that have no values: those of a schema.
    method script {sql} {
        my Attend
        my Direct $sql
        return
    }

    # Write a consistent copy to a path that is free, 0600 and on the disk, while others go on writing.
    #   errors  STORE EXISTS, FULL; POSIX
    method backup {path} {
        my Attend
        set path [file normalize $path]
        set fresh [file join [file dirname $path] .sslkeys-backup.[pid].[file tail $path]]
        try {
            # An empty file is what SQLite may write into; so the copy is the owner's alone from its first octet.
            close [open $fresh {WRONLY CREAT EXCL} 0600]
            my Direct {VACUUM INTO :fresh}
            my Flush $fresh
            file link -hard $path $fresh
        } trap {POSIX EEXIST} {} {
            throw [list SSLKEYS STORE EXISTS path $path] "\"$path\" is there already"
        } finally {
            file delete $fresh
        }
        return $path
    }

    # Run a script in the caller's scope while another database's tables are there as NAME.table.
    method attached {path name script} {
        my Attend
        set path [file normalize $path]
        my Direct "ATTACH :path AS $name"
        try {
            uplevel 1 $script
        } finally {
            # Kept statements would hold on to what is detached.
            $Handle cache flush
            my Direct "DETACH $name"
        }
    }

    # Refuse a database whose pages do not fit together.
    #   errors  STORE DAMAGED
    method check {} {
        if {[my value {PRAGMA quick_check(1)}] ne {ok}} {
            my Refuse 11 {}
        }
    }

    # Give the octets of a database in memory as its file would hold them.
    method serialize {} {
        return [$Handle serialize]
    }

    # Wait for who else writes that many seconds from now on.
    method patience {seconds} {
        set Busy $seconds
        set Locked 0
        my Attend
        my Wait $seconds
    }

    # Tell whether the disk is full or fails: what was to be written last did not find room, and a page does not now.
    method isFull {} {
        if {$Full} {
            try {
                my change "PRAGMA user_version = [my value {PRAGMA user_version}]"
                set Full 0
            } trap {SSLKEYS STORE} {} - trap POSIX {} {
                # It is as before, or nobody can tell now.
            }
        }
        return $Full
    }

    # Tell where the database is.
    method path {} {
        return $Path
    }

    # Close a connection whose file was taken away or replaced, and open what stands there now.
    #   errors  STORE GONE
    method Attend {} {
        if {$Depth || $Path eq {}} {
            return
        }
        if {$Connection ne {} && [my Look] ne $Stamp} {
            my Close
        }
        if {$Connection eq {}} {
            my Open
        }
        if {$Locked && [::sslkeys::ticker now] >= $Locked} {
            set Locked 0
            my Wait $Busy
        }
    }

    # How long a statement waits for who else writes. Meanwhile nothing else is done here.
    method Wait {seconds} {
        $Handle timeout [expr {round($seconds * 1000)}]
    }

    # After a commit: what was written into a file that has no name any more is not on record.
    #   errors  STORE GONE
    method Attest {} {
        if {$Path ne {} && [my Look] ne $Stamp} {
            throw [list SSLKEYS STORE GONE path $Path] "the database \"$Path\" was taken away"
        }
    }

    method Look {} {
        try {
            file stat $Path stat
            return [list $stat(dev) $stat(ino)]
        } trap POSIX {} {
            return {}
        }
    }

    method Open {} {
        if {$Path ne {}} {
            if {![file exists $Path]} {
                throw [list SSLKEYS STORE GONE path $Path] "there is no database \"$Path\""
            }
            if {![file isfile $Path] || [file size $Path] == 0} {
                throw [list SSLKEYS STORE DAMAGED path $Path] "the database \"$Path\" is an empty file or none: restore it from a backup"
            }
        }
        set Stamp [my Look]
        set Depth 0
        set name [expr {$Path eq {} ? {:memory:} : $Path}]
        try {
            set Connection [::tdbc::sqlite3::connection new $name]
            set Handle [$Connection getDBhandle]
            my Wait $Busy
            $Handle cache size 100
            my Direct {PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL}
            if {$Path ne {}} {
                my Direct "PRAGMA journal_mode = $Journal"
            }
        } on error {message options} {
            my Close
            if {[dict get $options -errorcode] eq {NONE}} {
                # SQLITE_CANTOPEN, which the driver has no code for.
                my Refuse 14 $message
            }
            return -options $options $message
        }
    }

    # A copy is on the disk when a change in it is; there is no other word for that here.
    method Flush {path} {
        set copy [::sslkeys::db new $path -journal DELETE]
        try {
            $copy script {PRAGMA user_version = 1}
        } finally {
            $copy destroy
        }
    }

    method Close {} {
        if {$Connection ne {}} {
            $Connection destroy
            set Connection {}
        }
    }

    # Undo what a transaction left open; after a full disk SQLite has done so itself.
    method Undo {sql} {
        if {$Connection ne {}} {
            catch {$Handle eval $sql}
        }
    }

    # Run statements past the driver; a :name in them is the caller's variable.
    method Direct {sql} {
        my Guard {uplevel 1 [list $Handle eval $sql]}
    }

    # Run a statement. Values go as text, since the driver would store what was once counted with as a number; the columns'
    # types make numbers of it again. And no text goes through an expr: to that "0012" is 10.
    method Run {sql params what} {
        set bound {}
        foreach {name value} $params {
            dict set bound $name [string range "x$value" 1 end]
            if {$value eq "\ufffd"} {
                # The driver takes this one for NULL.
                dict set bound $name ?
            }
        }
        my Guard {
            set answer [my Perform $Handle $sql $bound]
        }
        if {$what eq {rows}} {
            return $answer
        }
        return [$Handle changes]
    }

    # The handle under the driver keeps what is prepared, by its text; the driver's own objects for a statement and its
    # result cost five times as much. No name of a value begins with a dash, so these of ours are never one.
    method Perform {-handle -sql -bound} {
        set -found {}
        lassign [dict values ${-bound}] {*}[dict keys ${-bound}]
        ${-handle} eval ${-sql} -row {lappend -found [array get -row]}
        set -rows {}
        foreach -one ${-found} {
            set -dict {}
            foreach -column [dict get ${-one} *] {
                set -value [dict get ${-one} ${-column}]
                if {${-value} ne "\ufffd"} {
                    dict set -dict ${-column} ${-value}
                }
            }
            lappend -rows ${-dict}
        }
        return ${-rows}
    }

    # Run a script in this method's caller, and tell an error of the database as ours.
    #   errors  STORE BUSY, FULL, DAMAGED, GONE, CONSTRAINT; POSIX EACCES; INTERNAL UNEXPECTED
    method Guard {script} {
        try {
            return [uplevel 1 $script]
        } on error {message options} {
            if {[string match {SSLKEYS *} [dict get $options -errorcode]] || $Connection eq {}} {
                return -options $options $message
            }
            set number [$Handle errorcode]
        }
        my Refuse $number $message
    }

    # The one mapping of SQLite's result codes (sqlite.org/rescode.html).
    method Refuse {number message} {
        set path [list path $Path]
        set place "the database \"$Path\""
        set number [expr {$number & 0xff}]
        if {$number in {8 14 1 10} && $Path ne {} && [my Look] ne $Stamp} {
            throw [list SSLKEYS STORE GONE {*}$path] "$place was taken away"
        }
        switch -- $number {
            5 - 6 {
                set Locked [expr {[::sslkeys::ticker now] + 1000}]
                my Wait 0
                throw [list SSLKEYS STORE BUSY {*}$path] "$place is locked by another process for longer than $Busy s: try again"
            }
            8 - 14 - 23 {
                throw {POSIX EACCES {permission denied}} "$place cannot be written: $message"
            }
            10 - 13 {
                set Full 1
                throw [list SSLKEYS STORE FULL {*}$path] "$place cannot grow: the disk is full or fails: $message"
            }
            11 - 26 {
                throw [list SSLKEYS STORE DAMAGED {*}$path] "$place is damaged: restore it from a backup"
            }
            19 {
                throw [list SSLKEYS STORE CONSTRAINT {*}$path] "$place refuses a row: $message"
            }
            default {
                throw [list SSLKEYS INTERNAL UNEXPECTED] "$place does not understand ($number): $message"
            }
        }
    }
}

foreach part {group} {
    source -encoding utf-8 [file join $::sslkeys::library ca db $part.tcl]
}
unset part
