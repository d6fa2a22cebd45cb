// A key directory: the CA (ca.key, ca.crt) and the pairs that it signed. The article's two
// commands, without Tcl.
#pragma once

#include "pki/issuance.h"
#include "store/pair.h"

#include <optional>
#include <string>

namespace sslkeys {

// How a pair's key is made and kept.
struct KeyTerms {
    KeySpec spec;
    std::optional<Secret> password;  // encrypts the key file
};

struct Stored {
    PairPaths paths;
    Certificate certificate;
    bool truncated;
};

// Refuse what initialize() would refuse before it makes a key.
//   errors  NAME *, CERTIFICATE VALIDITY
void requireInitializable(const std::string& directory, const Terms& terms);

// Make the directory and its CA, or check the CA that is there and leave it.
//   in      terms  of profile root; its subject may be empty where the CA is there
//   in      keyTerms.password  also opens a CA key that is there
//   errors  CA INCOMPLETE, MISMATCH, DAMAGED, ENCRYPTED; NAME *; POSIX; JOB CANCELLED
Stored initialize(const std::string& directory, const Terms& terms, const KeyTerms& keyTerms,
                  const Stop* stop = nullptr);

// Refuse a name that createAndSign() would refuse before it makes a key.
//   errors  STORE NAME, EXISTS
void requireCreatable(const std::string& directory, const std::string& name, bool replace);

// Make a key and its certificate and publish them as a pair; what is being published is finished.
//   in      caPassword  none unless the CA's key is encrypted
//   errors  STORE NAME, EXISTS, ORPHAN; CA *; NAME *; CERTIFICATE *; POSIX; JOB CANCELLED
Stored createAndSign(const std::string& directory, const std::string& name, const Terms& terms,
                     const KeyTerms& keyTerms, const std::optional<Secret>& caPassword,
                     bool replace, const Stop* stop = nullptr);

}  // namespace sslkeys
