# What was asked for, issued and revoked, and who decided it: the records of a CA, in registry.db of its key directory.
# One class in parts, a file for each noun in registry/. Each method that changes something does so and writes its audit
# row in one transaction. Knows no channel and decides nothing; policy and issuer do.

foreach part {schema} {
    source -encoding utf-8 [file join $::sslkeys::library ca registry $part.tcl]
}

oo::class create ::sslkeys::registry {
    variable Directory Place Db Known Who Myself Unsettled Restored

    # Open the registry of a key directory. From then on createAndSign there puts on record what it issues, and what a
    # process that died left prepared is closed, or released where it stands published.
    #   in      the directory; -create 1  make it where there is none; -from  a backup that it is made of then;
    #           -anew 1  make it also where ca.crl says that one was lost;
    #           -who  in whose name this process acts; -busy  seconds to wait for who else writes
    #   errors  STORE GONE, DAMAGED, NEWER, FOREIGN, BUSY; POSIX EACCES
    constructor {directory args} {
        set options [::sslkeys::ReadOptions $args [list -create 0 -from {} -anew 0 -who server:[info hostname] -busy 5]]
        set Directory [file normalize $directory]
        set Who [dict get $options -who]
        set Unsettled {}
        set Myself [list [info hostname] [pid] [my Begun [pid]]]
        set path [file join $Directory registry.db]
        if {([dict get $options -create] || [dict get $options -anew]) && ![file exists $path]} {
            my Create $path [dict get $options -from] [dict get $options -anew]
        }
        set Known {}
        set Db [::sslkeys::db new $path -busy [dict get $options -busy] -begin [namespace code {my Recheck}]]
        try {
            my Check
        } on error {message options} {
            $Db destroy
            unset Db
            return -options $options $message
        }
        my Hook
        my settle
    }

    destructor {
        my Unhook
        if {[info exists Db]} {
            $Db destroy
        }
    }

    # The database, for doctor and tests.
    method db {} {
        return $Db
    }

    method directory {} {
        return $Directory
    }

    # What `restore` tells of a registry that was made from a backup.
    method restored {} {
        return $Restored
    }

    # Read a value of the registry's own, or set it.
    method meta {key args} {
        if {[llength $args] > 1} {
            return -code error -errorcode {TCL WRONGARGS} "wrong # args: should be \"registry meta key ?value?\""
        }
        if {[llength $args]} {
            $Db transaction {
                if {![$Db change {UPDATE meta SET value = :value WHERE key = :key} [list key $key value [lindex $args 0]]]} {
                    $Db change {INSERT INTO meta (key, value) VALUES (:key, :value)} [list key $key value [lindex $args 0]]
                }
            }
            return [lindex $args 0]
        }
        return [$Db value {SELECT value FROM meta WHERE key = :key} [list key $key]]
    }

    # Make sure that the database is ours, of our version and of this directory's CA.
    #   errors  STORE NEWER, DAMAGED, FOREIGN
    method Check {} {
        ::sslkeys::RegistrySchema::migrate $Db
        my RequireOwn [$Db path] [my meta cakeys]
    }

    # In each transaction: somebody may have put another file in its place, or brought it to another version.
    method Recheck {} {
        set now [$Db rows {SELECT key, value FROM meta WHERE key IN ('schema', 'cakeys') ORDER BY key}]
        if {$now ne $Known} {
            my Check
            set Known $now
        }
    }

    # Refuse a registry that knows other CAs only.
    #   errors  STORE FOREIGN
    method RequireOwn {path keys} {
        set ours [lmap authority [my Authorities] {dict get [::sslkeys::certificate info $authority -fields keyfingerprint] keyfingerprint}]
        if {[llength $keys] && [llength $ours] && ![llength [lmap key $ours {expr {$key in $keys ? $key : [continue]}}]]} {
            throw [list SSLKEYS STORE FOREIGN path $path] "\"$path\" is the registry of another CA"
        }
    }

    # A registry appears whole: it is made in memory and published as a file is, 0600 from its first octet.
    # Nobody issues meanwhile, so what stands in the directory then is all there is.
    method Create {path from anew} {
        set Db [::sslkeys::db new {}]
        try {
            ::sslkeys::RegistrySchema::migrate $Db
            ::sslkeys::durable lock $Directory {
                if {![file exists $path]} {
                    if {$from eq {} && !$anew} {
                        my RequireNew $path
                    }
                    $Db transaction {
                        my TakeIn
                    }
                    if {$from ne {}} {
                        set Restored [my restore $from $Who]
                    }
                    # A log that a database of this name left would be taken for the new one's.
                    file delete $path-wal $path-shm
                    ::sslkeys::durable write $path [$Db serialize] -mode 0600 -exclusive 1
                }
            }
        } finally {
            $Db destroy
            unset Db
        }
    }

    # Refuse to begin from nothing where a list of who is revoked says that there was a registry: whoever had a name would be
    # forgotten, and a stranger get it.
    #   errors  STORE GONE
    method RequireNew {path} {
        if {[file exists [file join $Directory ca.crl]]} {
            throw [list SSLKEYS STORE GONE path $path] "the registry \"$path\" was lost, since the revocation list that it signed\
                is still there: restore it from a backup, or make it anew of what stands in the directory, with -anew 1"
        }
    }

    # The next number of a column that counts, inside a transaction.
    method Next {table column} {
        return [expr {[$Db value "SELECT COALESCE(MAX($column), 0) FROM $table"] + 1}]
    }

    # Insert a dict as a row.
    method Insert {table row} {
        set columns [lmap column [dict keys $row] {format {"%s"} $column}]
        set values [lmap column [dict keys $row] {string cat : $column}]
        $Db change "INSERT INTO $table ([join $columns {, }]) VALUES ([join $values {, }])" $row
    }

    # Take the columns of a row from what a caller gives; what he does not give has its default.
    method Columns {row defaults} {
        return [dict merge $defaults [dict filter $row script {key value} {dict exists $defaults $key}]]
    }

    # The moment of a call: its -now, or the clock's.
    method Now {arguments} {
        set now [dict get [::sslkeys::ReadOptions $arguments {-now {}}] -now]
        return [expr {$now eq {} ? [clock seconds] : $now}]
    }
}

foreach part {audit page certificates authority publish import standing revoked requests decisions tokens backup prune} {
    source -encoding utf-8 [file join $::sslkeys::library ca registry $part.tcl]
}
unset part
