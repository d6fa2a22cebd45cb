# The registry: a look-up by serial number, the page of what ends next, and a page from the middle of the list, at many rows
# against the same at 1,000; and what being on record costs createAndSign.

# A registry of so many certificates, each of a name of its own. They are made by the database itself, with a short text in
# the place of the certificate's, since a million signatures are another matter.
proc registryOf {count} {
    set ::sslkeys::keydirectory $::bench::scratch/registry$count
    sslkeys::initialize CN "Bench CA"
    set registry [sslkeys::registry new $::sslkeys::keydirectory -create 1]
    [$registry db] transaction {
        [$registry db] change {
            INSERT INTO certificates SELECT serial, i, 'host' || i, 'host' || i, CASE i % 10 WHEN 0 THEN 'server' ELSE 'client' END,
                'CN host' || i, '', 'f' || serial, 'k' || i, 1700000000, 2000000000 + (i * 7919) % 100000000, 'PEM', 'issued', '', '',
                'est', 1700000000 + i, 'bench', '', 0, '', '', 0, 0
            FROM (WITH RECURSIVE counter(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM counter WHERE i < CAST(:count AS INTEGER))
                SELECT i, printf('%08x%024x', (i * 2654435761) % 4294967296, i) AS serial FROM counter)
        } [list count $count]
        [$registry db] change {INSERT INTO names (name, serial) SELECT folded, serial FROM certificates}
    }
    return $registry
}
proc serialOf {i} {
    return [format %08x%024x [expr {($i * 2654435761) % 4294967296}] $i]
}

# What is asked for moves through the whole registry.
set asked 0
proc registryFind {count} {
    $::registries($count) certificate [serialOf [expr {1 + ([incr ::asked] * 7907) % $count}]]
}
# As many end within it, however many there are: the times go round.
proc registryExpiring {count} {
    $::registries($count) certificates -expiring 100000000 -limit 100 -now 1999999999
}
proc registryList {count} {
    $::registries($count) certificates -order name -limit 100 -after $::middles($count)
}

# Where a page in the middle of the list by name ended.
proc middleOf {count} {
    set page [$::registries($count) certificates -order name -limit 1 -name host[expr {$count / 2}]*]
    return [dict get [$::registries($count) certificates -order name -limit 1 -after [dict get $page next]] next]
}

if {[llength [lmap name {find expiring list} {expr {[bench::wanted registry-$name] || [bench::wanted registry-$name-million] ? 1 : [continue]}}]]} {
    set registryCounts {1000 100000}
    if {![dict get $bench::options -check]} {
        lappend registryCounts 1000000
    }
    foreach count $registryCounts {
        set registries($count) [registryOf $count]
        set middles($count) [middleOf $count]
    }
    foreach {suffix count} {{} 100000 -million 1000000} {
        if {$count ni $registryCounts} {
            continue
        }
        foreach {name calls procedure} {find 2000 registryFind expiring 50 registryExpiring list 50 registryList} {
            bench::row registry-$name$suffix "the same at 1,000 rows" 0.5 0.8 1/s \
                [list bench::rate $calls [list $procedure $count]] [list bench::rate $calls [list $procedure 1000]]
        }
    }
    foreach count $registryCounts {
        $registries($count) destroy
        file delete -force $bench::scratch/registry$count
    }
}

# Pairs in a fresh directory each, with a registry or without.
proc storeRecorded {count isRecorded} {
    set ::sslkeys::keydirectory $::bench::scratch/recorded[incr ::serial]
    sslkeys::initialize CN "Bench CA"
    if {$isRecorded} {
        set registry [sslkeys::registry new $::sslkeys::keydirectory -create 1]
    }
    try {
        bench::rate $count {sslkeys::createAndSign client n[incr ::serial] CN client1}
    } finally {
        if {$isRecorded} {
            $registry destroy
        }
    }
}
bench::row registry-createAndSign "createAndSign without a registry" 0.15 0.3 1/s {storeRecorded 100 1} {storeRecorded 100 0}
