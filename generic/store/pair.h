// A pair in a key directory: NAME.key and NAME.crt. The certificate is the commit: where NAME.crt
// is, its matching NAME.key was before. Whatever ends a call, the next one finds nothing that
// counts or a matching pair, and clears what is ours: files named .sslkeys-new.NAME.key and .crt.
//
// Order of a new pair: key temporary, certificate temporary, each on the disk; key to its name,
// directory to the disk; certificate to its name, directory to the disk. So after a crash
//   a key temporary is there      nothing was published: both temporaries go (certificate first)
//   a certificate temporary alone the key was published: it is finished if it fits, else it goes
#pragma once

#include "pki/owned.h"

#include <string>
#include <string_view>

namespace sslkeys {

struct PairPaths {
    std::string key;
    std::string certificate;
};

// Tell whether a name may become a file name: [A-Za-z0-9][A-Za-z0-9._@-]{0,63}.
bool isPairName(std::string_view name);

// Tell where a name's pair is.
//   errors  STORE NAME
PairPaths pairPaths(const std::string& directory, const std::string& name);

// Refuse a name whose certificate is there.
//   errors  STORE NAME, STORE EXISTS
void requireVacant(const std::string& directory, const std::string& name);

// Publish a new pair, or replace one, in which case mode and owner stay.
//   in      key  PEM, plain or encrypted;  certificate  PEM
//   errors  STORE NAME, STORE EXISTS, STORE ORPHAN, POSIX; the state before stands
void commitPair(const std::string& directory, const std::string& name, const Secret& key,
                std::string_view certificate, bool replace);

// Give the paths of a pair that stands and belongs together, finishing or clearing what a broken
// off call left. An encrypted key cannot be held against its certificate and is taken as it is.
//   errors  STORE NAME, STORE ABSENT, STORE ORPHAN (a key alone), STORE MISMATCH
PairPaths settlePair(const std::string& directory, const std::string& name);

// Finish or clear whatever broken off calls left in a directory.
void settleDirectory(const std::string& directory);

// Write a file in one step: what has the name stays whole until the new content stands.
//   in      exclusive  the name must be free
//   errors  STORE EXISTS, POSIX
void writeDurably(const std::string& path, std::string_view content, mode_t mode, bool exclusive);

}  // namespace sslkeys
