# Copies of the registry, and the way back from one: what the copy has and the registry of now has not is put on record again.
# Nothing that is known now is forgotten by that. Who is revoked here, in the copy or on the revocation list is revoked; and
# what waited in the copy, a request or a token, does not come to life again.

oo::define ::sslkeys::registry {
    # Write a copy of the registry to a path that is free, while others go on.
    #   errors  STORE EXISTS, FULL; POSIX
    method backup {path args} {
        set options [::sslkeys::ReadOptions $args [list -who $Who -now {}]]
        set path [$Db backup $path]
        my audit [dict get $options -who] backup $path {} {} -now [my Now [list -now [dict get $options -now]]]
        return $path
    }

    # Put on record what a copy has and this registry has not. Again is once.
    #   out     dict: revoked  serial numbers that are revoked and that the copy did not know to be; added  how many
    #           certificates came back
    #   errors  STORE GONE, DAMAGED, NEWER, FOREIGN; POSIX
    method restore {path who args} {
        set now [my Now $args]
        set aside [file join $Directory .sslkeys-restore.[pid].db]
        try {
            my CopyAside $path $aside
            $Db attached $aside copy {
                $Db transaction {
                    set told [my Merge]
                    my audit $who restore [file normalize $path] {} \
                        [list added [dict get $told added] revoked [llength [dict get $told revoked]]] -now $now
                }
            }
        } finally {
            file delete $aside $aside-wal $aside-shm
        }
        return $told
    }

    # Copy a backup beside the registry, 0600 from its first octet, and make it fit: it may be of a version before ours, and
    # of a medium that cannot be written.
    method CopyAside {path aside} {
        if {![file exists $path]} {
            throw [list SSLKEYS STORE GONE path $path] "there is no backup \"$path\""
        }
        file delete $aside $aside-wal $aside-shm
        set in [open $path rb]
        try {
            set out [open $aside {WRONLY CREAT EXCL BINARY} 0600]
            try {
                fcopy $in $out
            } finally {
                close $out
            }
        } finally {
            close $in
        }
        set copy [::sslkeys::db new $aside -journal DELETE]
        try {
            $copy check
            ::sslkeys::RegistrySchema::migrate $copy
            set theirs [$copy value {SELECT value FROM meta WHERE key = 'cakeys'}]
        } finally {
            $copy destroy
        }
        my RequireOwn $path $theirs
    }

    # Merge the attached copy into what is known.
    method Merge {} {
        dict for {serial entry} [my ListedRevoked] {
            my CarryRevoked $serial $entry
        }
        set revoked [lmap row [$Db rows {
            SELECT serial FROM main.certificates WHERE state = 'revoked' AND serial NOT IN
                (SELECT serial FROM copy.certificates WHERE state = 'revoked') ORDER BY serial
        }] {dict get $row serial}]
        my RevokeAsCopied
        set added [my AddCertificates]
        my AddMissing requests id {UPDATE copy.requests SET state = 'expired' WHERE state IN ('pending', 'held', 'approved')}
        my AddMissing tokens hash {DELETE FROM copy.tokens WHERE usedat = 0}
        my AddAudit
        my MergeMeta
        return [dict create revoked $revoked added $added]
    }

    # What the copy has as revoked is revoked.
    method RevokeAsCopied {} {
        foreach row [$Db rows {
            SELECT serial, revoked, reason, note, withdrawn FROM copy.certificates WHERE state = 'revoked'
                AND serial IN (SELECT serial FROM main.certificates WHERE state <> 'revoked')
        }] {
            $Db change {
                UPDATE main.certificates SET state = 'revoked', revoked = :revoked, reason = :reason, note = :note,
                    withdrawn = :withdrawn WHERE serial = :serial
            } $row
        }
    }

    # Add the certificates that are missing, and put all in the order of their time: which one of a name is the newest
    # follows from it.
    method AddCertificates {} {
        set added [my AddMissing certificates serial {
            UPDATE copy.certificates SET sequence = sequence - (SELECT MAX(sequence) FROM copy.certificates) - 1
                + COALESCE((SELECT MIN(sequence) FROM main.certificates), 0)
        }]
        $Db change {
            INSERT INTO main.names (name, serial) SELECT name, serial FROM copy.names
            WHERE serial NOT IN (SELECT serial FROM main.names) AND serial IN (SELECT serial FROM main.certificates)
        }
        # Of what was taken in from a file the copy knows more: when, by whom, as whose.
        $Db change {
            UPDATE main.certificates SET (at, profile, origin, who, request, parent) =
                (SELECT at, profile, origin, who, request, parent FROM copy.certificates c WHERE c.serial = main.certificates.serial)
            WHERE origin = 'import' AND serial IN (SELECT serial FROM copy.certificates)
        }
        my Renumber certificates sequence serial {at, sequence}
        return $added
    }

    # The trail of both, in the order of time.
    method AddAudit {} {
        $Db change {
            DELETE FROM copy.audit WHERE EXISTS (SELECT 1 FROM main.audit a WHERE a.at = copy.audit.at
                AND a.who = copy.audit.who AND a.action = copy.audit.action AND a.object = copy.audit.object)
        }
        if {[my AddMissing audit id {
            UPDATE copy.audit SET id = id - (SELECT MAX(id) FROM copy.audit) - 1 + COALESCE((SELECT MIN(id) FROM main.audit), 0)
        }]} {
            my Renumber audit id id {at, id}
        }
    }

    # Change the copy by a statement, then take the rows from it whose key is not there.
    method AddMissing {table key change} {
        $Db change $change
        set columns [join [my ColumnsOf $table] {, }]
        if {$table in {requests tokens}} {
            # Numbers of their own, before those that are there.
            $Db change "UPDATE copy.$table SET sequence = sequence - (SELECT MAX(sequence) FROM copy.$table) - 1
                + COALESCE((SELECT MIN(sequence) FROM main.$table), 0)"
        }
        return [$Db change "INSERT INTO main.$table ($columns) SELECT $columns FROM copy.$table
            WHERE $key NOT IN (SELECT $key FROM main.$table)"]
    }

    # Number the rows of a table anew, from 1. The order is written down first, since it is of the numbers that change; and
    # they change by way of numbers that no row has.
    method Renumber {table column key order} {
        $Db change {CREATE TEMP TABLE ranks (k TEXT PRIMARY KEY, n BIGINT)}
        $Db change "INSERT INTO ranks SELECT $key, ROW_NUMBER() OVER (ORDER BY $order) FROM main.$table"
        $Db change "UPDATE main.$table SET $column = 4000000000000 + (SELECT n FROM ranks WHERE k = CAST(main.$table.$key AS TEXT))"
        $Db change "UPDATE main.$table SET $column = $column - 4000000000000"
        $Db change {DROP TABLE ranks}
    }

    method ColumnsOf {table} {
        return [lmap row [$Db rows "SELECT name FROM pragma_table_info('$table')"] {format {"%s"} [dict get $row name]}]
    }

    # Counters go on from the greater one; whoever knows a part of the revoked set reads all of it again, and the next
    # revocation list names all.
    method MergeMeta {} {
        foreach key {crlnumber changes} {
            set theirs [$Db value {SELECT value FROM copy.meta WHERE key = :key} [list key $key]]
            my meta $key [expr {max([my Number $key], $theirs eq {} ? 0 : $theirs, $key eq {crlnumber} ? [my ListedNumber] : 0)}]
        }
        $Db change {UPDATE main.certificates SET changed = :changed WHERE state = 'revoked'} [list changed [my Count changes]]
        my meta crltime 0
        my meta cakeys [lsort -unique [concat [my meta cakeys] [$Db value {SELECT value FROM copy.meta WHERE key = 'cakeys'}]]]
    }
}

namespace eval ::sslkeys::registry {
    namespace export restore
}

# Go back to a backup, also where the registry is damaged or gone: then it is made anew from what stands in the key
# directory, the revocation list and the backup; a damaged file stays beside it.
#   out     dict revoked, added, aside (where the damaged one is)
#   errors  as the method restore
proc ::sslkeys::registry::restore {directory path who} {
    set file [file join $directory registry.db]
    try {
        set registry [::sslkeys::registry new $directory -who $who]
    } trap {SSLKEYS STORE DAMAGED} {} {
        set aside [MoveAside $file]
        return [dict merge [Remake $directory $path $who] [dict create aside $aside]]
    } trap {SSLKEYS STORE GONE} {} {
        return [dict merge [Remake $directory $path $who] {aside {}}]
    }
    try {
        return [dict merge [$registry restore $path $who] {aside {}}]
    } finally {
        $registry destroy
    }
}

proc ::sslkeys::registry::Remake {directory path who} {
    set registry [::sslkeys::registry new $directory -create 1 -who $who -from $path]
    try {
        return [$registry restored]
    } finally {
        $registry destroy
    }
}

# The log goes with its database: beside another one it would be taken for that one's.
proc ::sslkeys::registry::MoveAside {file} {
    for {set count 1} {[file exists $file.damaged-$count]} {incr count} {}
    file rename $file $file.damaged-$count
    foreach suffix {-wal -shm} {
        if {[file exists $file$suffix]} {
            file rename -force $file$suffix $file.damaged-$count$suffix
        }
    }
    return $file.damaged-$count
}
