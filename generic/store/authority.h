// A CA in a key directory: NAME.key, and in NAME.crt first the certificate that signs, then the
// others that are trusted with it, up to its root. NAME is "ca", or that of a rollover's other CA.
// While it asks another CA for its certificate, NAME.csr stands beside the key: the request is
// written first, so that a key without a request is never ours.
#pragma once

#include "pki/issuance.h"
#include "pki/request.h"
#include "store/pair.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace sslkeys {

constexpr const char* kCaName = "ca";

// How a pair's key is made and kept.
struct KeyTerms {
    KeySpec spec;
    std::optional<Secret> password;  // encrypts the key file
    std::optional<Key> made = {};    // ahead of time, where others would wait for it
};

struct Stored {
    PairPaths paths;
    Certificate certificate;
    bool truncated;
};

// The CA above, which signs.
struct Parent {
    std::vector<Certificate> certificates;  // its own first
    std::function<Key()> openKey;           // errors  KEY *, POSIX
};

struct LoadedCa {
    std::vector<Certificate> certificates;  // the one that signs first
    Key key;
};

// Read the CA that signs. What another's rollover has half swapped is waited for, or healed.
//   errors  CA MISSING, INCOMPLETE, REQUESTED, MISMATCH, DAMAGED, ENCRYPTED; POSIX; JOB CANCELLED
LoadedCa loadCa(const std::string& directory, const std::optional<Secret>& password,
                const Stop* stop);

// What a CA's certificates are served with: those between it and its root, itself first.
std::vector<Certificate> servedWith(const std::vector<Certificate>& certificates);

// Make a CA whose name is free, a root or, below a parent, an intermediate CA. The lock is held.
//   errors  NAME *, CERTIFICATE *, CA *, CHAIN *, KEY *, STORE *, POSIX, JOB CANCELLED
Stored makeCa(const std::string& directory, const std::string& name, const Terms& terms,
              const KeyTerms& keyTerms, const Parent* parent, const Stop* stop);

struct Requested {
    std::string keyFile, requestFile;
    Request request;
};

// Make a CA's key and its request for a certificate, or give those that are there. Where a CA
// stands its key asks again. The lock is held.
//   in      subject  may be empty where a CA stands, whose own it then is
//   errors  CA INCOMPLETE, NAME *, KEY *, POSIX
Requested requestCa(const std::string& directory, const std::string& name, const Name& subject,
                    const KeyTerms& keyTerms, const Stop* stop);

// Judge what came back: find the certificate of NAME.key among others and its way up to the root.
//   out     that way, itself first
//   errors  CA MISSING, ENCRYPTED, MISMATCH, NOTCA, EXPIRED; CHAIN *; KEY *; POSIX
std::vector<Certificate> certifiedPath(const std::string& directory, const std::string& name,
                                       const std::vector<Certificate>& certificates,
                                       const std::optional<Secret>& password, std::int64_t now);

// Write a CA's certificates, which ends its request. The lock is held.
void writeCertificates(const std::string& directory, const std::string& name,
                       const std::vector<Certificate>& certificates);

// Tell whether a list holds a certificate, and put one at its end if it does not.
bool holds(const std::vector<Certificate>& list, const Certificate& certificate);
void addOnce(std::vector<Certificate>& list, const std::vector<Certificate>& more);

// Tell where a CA's request is.
std::string requestPath(const std::string& directory, const std::string& name);

}  // namespace sslkeys
