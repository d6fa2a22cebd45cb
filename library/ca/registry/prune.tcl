# What is kept for how long. Certificates stay: a name that was issued once is never new again, and a serial number is used
# once. What was asked for and is over, spent tokens, and the trail go when they are old enough.

oo::define ::sslkeys::registry {
    # Remove what is old, at most 1,000 rows of a kind; call it again while it removes some.
    #   in   days to keep: -requests (90) after they ended, -tokens (90), -audit (730), -closed (30) certificates that were
    #        never issued; -now
    #   out  dict of counts
    method prune {args} {
        set options [::sslkeys::ReadOptions $args {-requests 90 -tokens 90 -audit 730 -closed 30 -now {}}]
        set now [my Now [list -now [dict get $options -now]]]
        set removed {}
        $Db transaction {
            foreach {kind table key condition} {
                requests requests id {changed < :before AND (state IN ('denied', 'expired') OR (state = 'issued' AND NOT EXISTS
                    (SELECT 1 FROM certificates c WHERE c.serial = requests.serial AND c.notafter >= :before)))}
                tokens tokens hash {(usedat > 0 AND usedat < :before) OR (expires > 0 AND expires < :before)}
                audit audit id {at < :before AND id < (SELECT MAX(id) FROM audit)}
                closed certificates serial {state = 'closed' AND at < :before}
            } {
                set before [expr {$now - 86400 * [dict get $options -$kind]}]
                dict set removed $kind [$Db change "DELETE FROM $table WHERE $key IN
                    (SELECT $key FROM $table WHERE $condition LIMIT 1000)" [list before $before]]
            }
        }
        return $removed
    }
}
