// A pair in a key directory: NAME.key and NAME.crt. The certificate is the commit: where NAME.crt
// is, its matching NAME.key was before. Whatever ends a call, the next one finds nothing that
// counts or a matching pair, and clears what is ours, told by its name.
//
// A new pair: .sslkeys-new.NAME.crt, .sslkeys-new.NAME.key, both and their names on the disk; key
// to its name, directory to the disk; certificate to its name, directory to the disk. The first of
// them is there until the end, so it keeps out a second creator of the name. After a crash
//   NAME.crt is there                  it was over: what is left goes
//   NAME.key fits the new certificate  the key was published: the certificate follows it
//   else                               nothing was published: both go, the certificate last
//
// A replaced pair, alone in the directory: .sslkeys-next.NAME.key, its name on the disk, then
// .sslkeys-next.NAME.crt, its name, too; key to its name, certificate to its name. After a crash
//   the next key is there              nothing was replaced: both go, the key last
//   the next certificate alone         the key was replaced: the certificate follows if it fits
//
// An encrypted key cannot be held against a certificate; there the order above decides. Nothing is
// taken for durable but what POSIX promises: a file's content by fsync of the file, its name by
// fsync of the directory, and without that, in any order or not at all.
#pragma once

#include "pki/owned.h"
#include "pki/stop.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>

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
//   in      key  PEM, plain or encrypted;  certificate  PEM;  stop  ends the waiting for others
//   in      permit  called while the directory is locked; what it throws is the end of it
//   errors  STORE NAME, STORE EXISTS, STORE ORPHAN, JOB CANCELLED, POSIX; the state before stands
void commitPair(const std::string& directory, const std::string& name, const Secret& key,
                std::string_view certificate, bool replace, const Stop* stop = nullptr,
                const std::function<void()>& permit = nullptr);

// Give the paths of a pair that stands and belongs together, finishing or clearing what a broken
// off call left. An encrypted key cannot be held against its certificate and is taken as it is.
//   errors  STORE NAME, STORE ABSENT, STORE ORPHAN (a key alone), STORE MISMATCH
PairPaths settlePair(const std::string& directory, const std::string& name);

// Finish or clear whatever broken off calls left in a directory.
//   in  stop  as above
void settleDirectory(const std::string& directory, const Stop* stop = nullptr);

// Write a file in one step: what has the name stays whole until the new content stands.
//   in      mode  none: that of the file that is there, else 0644;  exclusive  the name must be
//   free errors  STORE EXISTS, POSIX
void writeDurably(const std::string& path, std::string_view content, std::optional<mode_t> mode,
                  bool exclusive);

}  // namespace sslkeys
