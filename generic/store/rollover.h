// The rollover of a key directory's CA: the next one, ca-next.key and ca-next.crt, is made ahead
// and trusted in ca.crt; then it signs, as ca.key and first in ca.crt, and the one before becomes
// ca-SERIAL.key and .crt, which still verifies and signs its CRL; last, nobody trusts that any
// more.
//
// What a file says decides, so a step that was broken off is found and can be called again:
//
//   ca-next.crt not in ca.crt       prepare was broken off
//   ca-next.crt first in ca.crt     activate was over but for this file, which goes
//   ca-SERIAL.crt first in ca.crt   activate was broken off before the swap; nothing counts yet
//   ca-SERIAL.crt in ca.crt         a previous CA
//   ca-SERIAL.crt not in ca.crt     a retired one
//
// The swap itself is that of a pair (pair.h).
#pragma once

#include "store/authority.h"

#include <optional>
#include <string>
#include <vector>

namespace sslkeys {

constexpr const char* kNextCaName = "ca-next";

struct CaFile {
    PairPaths paths;
    Certificate certificate;
};

struct Rollover {
    enum class State { kNone, kRequested, kBroken, kPrepared, kActivated };
    State state;
    CaFile signing;
    std::optional<CaFile> next;
    std::vector<CaFile> previous;
};

// Tell how far a rollover is. Reads only.
//   errors  CA MISSING, INCOMPLETE, REQUESTED, DAMAGED; POSIX
Rollover rolloverOf(const std::string& directory);

// Make the next CA, or give the one there is, and see to it that it is trusted.
//   in      terms, keyTerms, parent  as for initialize()
//   errors  CA NAME when it has the name of one that is trusted, CA ROLLOVER when it is below one
//           that it is to replace; else as initialize()
Stored prepareRollover(const std::string& directory, const Terms& terms, const KeyTerms& keyTerms,
                       const Parent* parent, const Stop* stop = nullptr);

// The same in two steps: as initializeRequest() and initializeCertificate().
std::optional<Requested> prepareRequest(const std::string& directory, const Name& subject,
                                        const KeyTerms& keyTerms, const Stop* stop = nullptr);
Stored prepareCertificate(const std::string& directory,
                          const std::vector<Certificate>& certificates,
                          const std::optional<Secret>& password, std::int64_t now);

// Let the next CA sign. Where it does already nothing is changed.
//   errors  CA ROLLOVER when there is no next CA that is trusted, NOTCA, EXPIRED, MISMATCH; STORE
//           EXISTS when a CA of the same serial number was replaced before; STORE *; POSIX
Stored activateRollover(const std::string& directory, std::int64_t now);

// End the trust in the previous CA, and remove its pair.
//   in      keep  whether the pair stays;  regardless  whether certificates are left that it signed
//   errors  CA INUSE while one is valid, CA ROLLOVER before activate; POSIX
void finishRollover(const std::string& directory, std::int64_t now, bool keep, bool regardless);

// Finish what a broken-off activate left to be done. The lock is held.
void settleRollover(const std::string& directory);

// The others than the one that signs, with their ways to the root, that are trusted in a list.
std::vector<Certificate> othersTrusted(const std::string& directory,
                                       const std::vector<Certificate>& list);

}  // namespace sslkeys
