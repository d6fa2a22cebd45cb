# Revocation: what deciding one costs where many are revoked already, and how long after it the list on the disk names it.

if {[bench::wanted revoke-decide] || [bench::wanted crl-lag]} {
    # A key directory whose registry has many revoked certificates and some that are not yet.
    proc revocations {name count} {
        set directory $bench::scratch/$name
        set kept $::sslkeys::keydirectory
        set ::sslkeys::keydirectory $directory
        sslkeys::initialize CN "Bench CA"
        set ::sslkeys::keydirectory $kept
        set registry [sslkeys::registry new $directory -create 1]
        set db [$registry db]
        $db transaction {
            $db change {
                WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < CAST(:last AS INTEGER))
                INSERT INTO certificates (serial, name, folded, profile, subject, san, fingerprint, keyfingerprint, notbefore, notafter,
                    certificate, state, request, parent, origin, at, who, owner, revoked, reason, note, withdrawn, changed, sequence)
                SELECT printf('%032x', i), 'n' || i, 'n' || i, 'client', '', '', printf('%032x', i), '', 0, 4000000000, '',
                    CASE WHEN i <= CAST(:count AS INTEGER) THEN 'revoked' ELSE 'issued' END, '', '', 'line', 0, '', '', 1, 'superseded', '', 0,
                    CASE WHEN i <= CAST(:count AS INTEGER) THEN i ELSE 0 END, i FROM n
            } [list last [expr {$count + 2000}] count $count]
            $registry meta changes $count
        }
        set revocation [sslkeys::revocation new $directory $registry -log ::revocationEvent]
        $revocation publish
        return [dict create registry $registry revocation $revocation next $count]
    }
    proc revocationEvent {level event args} {
        set ::revocationEvents($event) $args
    }
    proc revokeNext {name} {
        upvar #0 $name place
        dict incr place next
    [dict get $place revocation] revoke [format %032x [dict get $place next]] superseded operator:bench
    }
    # Milliseconds from a decision to the list on the disk; the beat that starts it, up to a second, not counted.
    proc listLag {name} {
        upvar #0 $name place
        set begin [clock microseconds]
        revokeNext $name
        unset -nocomplain ::revocationEvents(crl)
        [dict get $place revocation] poll [clock seconds]
        while {![info exists ::revocationEvents(crl)]} {
            vwait ::revocationEvents(crl)
        }
        return [expr {([clock microseconds] - $begin) / 1000.0}]
    }
    set revokedMany [revocations many 20000]
    set revokedFew [revocations few 10]
    bench::row revoke-decide "the same with 10 revoked; 20,000 here" 0.33 0.8 1/s \
        {bench::rate 50 {revokeNext revokedMany}} {bench::rate 50 {revokeNext revokedFew}}
    bench::row crl-lag "the same with 10 revoked; 20,000 here" +500 +100 ms {listLag revokedMany} {listLag revokedFew}
    foreach place {revokedMany revokedFew} {
        [dict get [set $place] revocation] destroy
        [dict get [set $place] registry] destroy
    }
}
