// A key directory: the CA (ca.key, ca.crt) and the pairs that it signed. The article's two
// commands, without Tcl. Where a registry stands in it, nothing is published that is not on record
// there; the registry itself is not known here.
#pragma once

#include "store/authority.h"

#include <optional>
#include <string>
#include <vector>

namespace sslkeys {

constexpr const char* kRegistryFile = "registry.db";

// Refuse what initialize() would refuse before it makes a key.
//   errors  NAME *, CERTIFICATE VALIDITY, CERTIFICATE PROFILE
void requireInitializable(const std::string& directory, const Terms& terms, const Parent* parent);

// Make the directory and its CA, or check the CA that is there and leave it.
//   in      terms  of profile root, or intermediate with a parent; its subject may be empty where
//           the CA is there
//   in      keyTerms.password  also opens a CA key that is there
//   in      parent  null for a root
//   errors  CA INCOMPLETE, REQUESTED, MISMATCH, DAMAGED, ENCRYPTED; NAME *; POSIX; JOB CANCELLED;
//           with a parent CA *, CERTIFICATE PROFILE, CHAIN *
Stored initialize(const std::string& directory, const Terms& terms, const KeyTerms& keyTerms,
                  const Parent* parent, const Stop* stop = nullptr);

// Make the directory, the CA's key, and a request for its certificate; or give those there are.
//   in      again  whether a CA that stands asks for another certificate
//   out     none when a CA stands and shall not ask again
//   errors  as requestCa
std::optional<Requested> initializeRequest(const std::string& directory, const Name& subject,
                                           const KeyTerms& keyTerms, bool again,
                                           const Stop* stop = nullptr);

// Take the certificate that the request asked for, and its chain, in any order.
//   in      replace  whether it may take the place of one that stands
//   errors  as certifiedPath; STORE EXISTS
Stored initializeCertificate(const std::string& directory,
                             const std::vector<Certificate>& certificates,
                             const std::optional<Secret>& password, std::int64_t now, bool replace);

// Refuse a directory in which a registry stands, for whoever has not opened it.
//   errors  STORE REGISTERED
void requireUnregistered(const std::string& directory);

// Refuse a name that createAndSign() would refuse before it makes a key.
//   errors  STORE NAME, EXISTS
void requireCreatable(const std::string& directory, const std::string& name, bool replace);

// A pair that stands nowhere yet. Below an intermediate CA the certificate is followed by those
// that lead to the root.
struct Unpublished {
    Certificate certificate;
    bool truncated;
    Secret key;
    std::string chain;  // PEM
};

// Make a key and its certificate in memory.
//   in      caPassword  none unless the CA's key is encrypted
//   errors  STORE NAME, EXISTS; CA *; NAME *; CERTIFICATE *; POSIX; JOB CANCELLED
Unpublished makePair(const std::string& directory, const std::string& name, const Terms& terms,
                     const KeyTerms& keyTerms, const std::optional<Secret>& caPassword,
                     bool replace, const Stop* stop = nullptr);

// Publish what was made; what is being published is finished.
//   in      isOnRecord  whether a registry knows of it; without, none may stand in the directory
//   errors  STORE NAME, EXISTS, ORPHAN, REGISTERED; POSIX; JOB CANCELLED
Stored publishPair(const std::string& directory, const std::string& name, const Unpublished& pair,
                   bool replace, bool isOnRecord, const Stop* stop = nullptr);

// Both in one, in a directory without a registry.
//   errors  as makePair and publishPair
Stored createAndSign(const std::string& directory, const std::string& name, const Terms& terms,
                     const KeyTerms& keyTerms, const std::optional<Secret>& caPassword,
                     bool replace, const Stop* stop = nullptr);

}  // namespace sslkeys
