# The registry's tables, and the steps from each version of them to the next. Standard SQL. A step that was released is
# never changed; another one follows it.

namespace eval ::sslkeys::RegistrySchema {
    variable steps {}
}

lappend ::sslkeys::RegistrySchema::steps {
    CREATE TABLE meta (
        key TEXT PRIMARY KEY,
        value TEXT NOT NULL
    );

    CREATE TABLE certificates (
        serial TEXT PRIMARY KEY,
        sequence BIGINT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        folded TEXT NOT NULL,
        profile TEXT NOT NULL,
        subject TEXT NOT NULL,
        san TEXT NOT NULL,
        fingerprint TEXT NOT NULL UNIQUE,
        keyfingerprint TEXT NOT NULL,
        notbefore BIGINT NOT NULL,
        notafter BIGINT NOT NULL,
        certificate TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('prepared', 'issued', 'revoked', 'closed')),
        request TEXT NOT NULL,
        parent TEXT NOT NULL,
        origin TEXT NOT NULL,
        at BIGINT NOT NULL,
        who TEXT NOT NULL,
        owner TEXT NOT NULL,
        revoked BIGINT NOT NULL,
        reason TEXT NOT NULL,
        note TEXT NOT NULL,
        withdrawn BIGINT NOT NULL,
        changed BIGINT NOT NULL
    );
    CREATE INDEX certificates_folded ON certificates (folded, sequence);
    CREATE INDEX certificates_state ON certificates (state, sequence);
    CREATE INDEX certificates_end ON certificates (notafter, serial);
    CREATE INDEX certificates_state_end ON certificates (state, notafter, serial);
    CREATE INDEX certificates_profile ON certificates (profile, sequence);
    CREATE INDEX certificates_changed ON certificates (changed) WHERE changed > 0;
    CREATE INDEX certificates_request ON certificates (request) WHERE request <> '';
    CREATE INDEX certificates_parent ON certificates (parent) WHERE parent <> '';
    CREATE INDEX certificates_key ON certificates (keyfingerprint);

    -- Every name that a certificate speaks for: its own, its CN, its alternative names.
    CREATE TABLE names (
        name TEXT NOT NULL,
        serial TEXT NOT NULL REFERENCES certificates (serial) ON DELETE CASCADE,
        PRIMARY KEY (name, serial)
    );
    CREATE INDEX names_serial ON names (serial);

    CREATE TABLE requests (
        id TEXT PRIMARY KEY,
        sequence BIGINT NOT NULL UNIQUE,
        operation TEXT NOT NULL,
        profile TEXT NOT NULL,
        name TEXT NOT NULL,
        folded TEXT NOT NULL,
        subject TEXT NOT NULL,
        san TEXT NOT NULL,
        authserial TEXT NOT NULL,
        csrhash TEXT NOT NULL,
        keyfingerprint TEXT NOT NULL,
        keytype TEXT NOT NULL,
        address TEXT NOT NULL,
        "user" TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('pending', 'held', 'approved', 'issued', 'denied', 'expired')),
        needed BIGINT NOT NULL,
        opened BIGINT NOT NULL,
        changed BIGINT NOT NULL,
        expires BIGINT NOT NULL,
        serial TEXT NOT NULL,
        token TEXT NOT NULL,
        why TEXT NOT NULL,
        told BIGINT NOT NULL
    );
    CREATE INDEX requests_asked ON requests (csrhash, authserial, profile, operation, sequence);
    CREATE INDEX requests_folded ON requests (folded, sequence);
    CREATE INDEX requests_state ON requests (state, sequence);
    CREATE INDEX requests_expires ON requests (state, expires);
    CREATE INDEX requests_address ON requests (address, state);
    CREATE INDEX requests_key ON requests (keyfingerprint, state);
    CREATE INDEX requests_authserial ON requests (authserial);

    CREATE TABLE approvals (
        request TEXT NOT NULL REFERENCES requests (id) ON DELETE CASCADE,
        who TEXT NOT NULL,
        at BIGINT NOT NULL,
        PRIMARY KEY (request, who)
    );

    CREATE TABLE tokens (
        hash TEXT PRIMARY KEY,
        sequence BIGINT NOT NULL UNIQUE,
        profile TEXT NOT NULL,
        name TEXT NOT NULL,
        folded TEXT NOT NULL,
        san TEXT NOT NULL,
        created BIGINT NOT NULL,
        expires BIGINT NOT NULL,
        usedat BIGINT NOT NULL,
        usedby TEXT NOT NULL,
        who TEXT NOT NULL
    );
    CREATE INDEX tokens_folded ON tokens (folded);

    CREATE TABLE audit (
        id INTEGER PRIMARY KEY,
        at BIGINT NOT NULL,
        who TEXT NOT NULL,
        action TEXT NOT NULL,
        object TEXT NOT NULL,
        why TEXT NOT NULL,
        details TEXT NOT NULL
    );
    CREATE INDEX audit_at ON audit (at, id);
    CREATE INDEX audit_who ON audit (who, id);
    CREATE INDEX audit_action ON audit (action, id);
    CREATE INDEX audit_object ON audit (object, id);
}

# Bring a database to this version's tables.
#   errors  STORE NEWER; STORE DAMAGED when it is a database of something else
proc ::sslkeys::RegistrySchema::migrate {db} {
    variable steps
    if {[Version $db] == [llength $steps]} {
        return
    }
    $db transaction {
        set version [Version $db]
        if {$version > [llength $steps]} {
            throw [list SSLKEYS STORE NEWER path [$db path] version $version] \
                "the registry \"[$db path]\" is of a newer sslkeys (version $version of its tables): use that one"
        }
        foreach step [lrange $steps $version end] {
            $db script $step
        }
        $db change {DELETE FROM meta WHERE key = 'schema'}
        $db change {INSERT INTO meta (key, value) VALUES ('schema', :version)} [dict create version [llength $steps]]
    }
}

# The version of a database's tables, 0 for one that has none yet.
proc ::sslkeys::RegistrySchema::Version {db} {
    try {
        set version [$db value {SELECT value FROM meta WHERE key = 'schema'}]
    } trap {SSLKEYS INTERNAL} {} {
        if {[$db path] ne {}} {
            throw [list SSLKEYS STORE DAMAGED path [$db path]] "\"[$db path]\" is a database, but no registry"
        }
        return 0
    }
    if {![string is integer -strict $version] || $version < 1} {
        throw [list SSLKEYS STORE DAMAGED path [$db path]] "\"[$db path]\" is a database, but no registry"
    }
    return $version
}
