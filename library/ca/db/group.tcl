# Group commit: decisions that come in one round of the event loop are parts of one transaction, with one flush to the disk for
# all. Each is undone alone when it fails, and none is answered before the end of all.

oo::define ::sslkeys::db {
    # As transaction, in a coroutine, with one flush to the disk for all that come meanwhile: it yields until there is a transaction
    # to be a part of, and again until that is committed. When this returns it is durable, or an error. What is no coroutine
    # has a transaction of its own.
    method together {script} {
        if {[info coroutine] eq {} || $Depth} {
            tailcall my transaction $script
        }
        if {![llength $Group]} {
            set Timer [after 0 [namespace code {my Gather}]]
        }
        lappend Group [info coroutine]
        if {[set word [my Hear]] ne {go}} {
            return {*}$word
        }
        set code [catch {uplevel 1 [list [self] transaction $script]} result options]
        if {$code == 1 && ![my IsOpen]} {
            # After a full disk all of it is undone.
            set Fault [my Failure [dict get $options -errorcode] $result]
        }
        # Whatever came of it: nothing goes on before the end of all.
        set word [my Hear]
        if {$code != 1 && $word ne {done}} {
            return {*}$word
        }
        dict incr options -level
        return -options $options $result
    }

    # Run the parts of a transaction, one after the other, and tell all what came of it.
    method Gather {} {
        set group $Group
        set Group {}
        set Fault {}
        try {
            my transaction {
                foreach coroutine $group {
                    my Tell [list $coroutine] go
                    if {$Fault ne {}} {
                        return -level 0 {*}$Fault
                    }
                }
            }
            set word done
        } on error {message options} {
            set word [my Failure [dict get $options -errorcode] $message]
        }
        my Tell $group $word
    }

    # Whether the transaction that was begun is still there: it cannot be begun again then.
    method IsOpen {} {
        try {
            $Handle eval {BEGIN; ROLLBACK}
        } on error {} {
            return 1
        }
        return 0
    }

    # Resume those coroutines that are still there; who is no more has closed his connection.
    method Tell {coroutines word} {
        foreach coroutine $coroutines {
            if {[llength [info commands $coroutine]]} {
                $coroutine [list [self] $word]
            }
        }
    }

    # Wait for that; whoever else resumes this coroutine means something that is over.
    method Hear {} {
        while {[lindex [set heard [yield]] 0] ne [self]} {}
        return [lindex $heard 1]
    }

    # The words of a `return` that fails.
    method Failure {code message} {
        return [list -code error -errorcode $code $message]
    }
}
