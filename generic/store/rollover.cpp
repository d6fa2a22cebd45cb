// See rollover.h.
#include "store/rollover.h"

#include "pki/error.h"
#include "pki/path.h"
#include "pki/pem.h"
#include "store/files.h"
#include "store/lock.h"
#include "store/pemfile.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>

namespace sslkeys {
namespace {

using Certificates = std::vector<Certificate>;

constexpr const char* kCaPrefix = "ca-";

[[noreturn]] void refuse(Code code, const std::string& directory, const std::string& why) {
    throw Error(code, why, {{"directory", directory}});
}

bool isSame(const Certificate& one, const Certificate& other) {
    return one.fingerprint() == other.fingerprint();
}

// What ca.crt says: the one that signs first, then all that are trusted.
Certificates trustedIn(const std::string& directory) {
    try {
        return certificatesOfFile(pairPaths(directory, kCaName).certificate);
    } catch (const Error& error) {
        if (error.errorNumber() != ENOENT && error.errorNumber() != 0) {
            throw;
        }
    }
    loadCa(directory, std::nullopt, nullptr);  // which tells what is wrong with it
    return certificatesOfFile(pairPaths(directory, kCaName).certificate);
}

// The names in a directory of files with this extension.
std::vector<std::string> stemsIn(const std::string& directory, const std::string& extension) {
    std::vector<std::string> stems;
    std::error_code failure;
    for (const auto& entry : std::filesystem::directory_iterator(directory, failure)) {
        std::error_code ignored;
        if (entry.path().extension() == extension && isPairName(entry.path().stem().string()) &&
            entry.is_regular_file(ignored)) {
            stems.push_back(entry.path().stem().string());
        }
    }
    if (failure) {
        throw Error::fromSystem(failure.value(), "could not read directory " + quote(directory));
    }
    std::sort(stems.begin(), stems.end());
    return stems;
}

// The certificates of the CAs that were replaced: those under the name of their own serial number.
std::vector<CaFile> replacedIn(const std::string& directory) {
    std::vector<CaFile> found;
    for (const std::string& stem : stemsIn(directory, ".crt")) {
        const bool isSerial = stem.rfind(kCaPrefix, 0) == 0 &&
                              stem.find_first_not_of("0123456789abcdef", 3) == std::string::npos;
        if (!isSerial) {
            continue;
        }
        const PairPaths paths = pairPaths(directory, stem);
        const Certificate certificate = certificatesOfFile(paths.certificate).front();
        if (certificate.isCa() && stem == kCaPrefix + certificate.serial()) {
            found.push_back({paths, certificate});
        }
    }
    return found;
}

// Those of some CAs that a list trusts beside the one that signs, in the list's order.
std::vector<CaFile> amongOthers(const Certificates& list, const std::vector<CaFile>& files) {
    std::vector<CaFile> found;
    for (auto each = list.begin() + 1; each != list.end(); ++each) {
        for (const CaFile& file : files) {
            if (isSame(file.certificate, *each) && !isSame(*each, list.front())) {
                found.push_back(file);
            }
        }
    }
    return found;
}

std::optional<CaFile> nextIn(const std::string& directory) {
    const PairPaths paths = pairPaths(directory, kNextCaName);
    if (!exists(paths.certificate)) {
        return std::nullopt;
    }
    const Certificate next = certificatesOfFile(paths.certificate).front();
    if (!next.isCa()) {
        throw Error(Code::CaNotCa, quote(paths.certificate) + " is not the certificate of a CA");
    }
    return CaFile{paths, next};
}

// Refuse two CAs of one name that are trusted at one time: nobody could tell their CRLs apart.
//   in  next  the next CA's certificate, which may be trusted already; null when it is not made yet
void requireOtherName(const std::string& directory, const X509_NAME* name,
                      const Certificate* next) {
    for (const Certificate& each : trustedIn(directory)) {
        const bool isItself = next != nullptr && isSame(each, *next);
        if (!isItself && X509_NAME_cmp(X509_get_subject_name(each.get()), name) == 0) {
            refuse(Code::CaName, directory,
                   "the next CA needs another name than " + quote(printName(name)) +
                       ", which is trusted");
        }
    }
}

void requireOtherName(const std::string& directory, const Name& subject) {
    const OwnedName name(require(X509_NAME_new(), "could not make a name"));
    subject.writeTo(name.get());
    requireOtherName(directory, name.get(), nullptr);
}

// Refuse a next CA below one that it is to replace: the trust in that could not end.
void requireApart(const std::string& directory, const Certificates& above) {
    const Rollover found = rolloverOf(directory);
    std::vector<CaFile> replaced = found.previous;
    replaced.push_back(found.signing);
    for (const CaFile& each : replaced) {
        if (holds(above, each.certificate)) {
            refuse(Code::CaRollover, directory,
                   "the next CA cannot be below " + quote(each.certificate.commonName()) +
                       ", which it is to replace");
        }
    }
}

// Make the next CA's key before the lock is taken: a large one takes seconds, in which whoever
// issues would wait.
KeyTerms withKey(const std::string& directory, KeyTerms keyTerms, const Stop* stop) {
    if (!exists(pairPaths(directory, kNextCaName).key)) {
        keyTerms.made = Key::generate(keyTerms.spec, stop);
    }
    return keyTerms;
}

// Keep the pair of the CA that is replaced. One of a name that another CA has is not written over.
void keepReplaced(const std::string& directory, const CaFile& signing,
                  const Certificates& certificates) {
    const std::string name = kCaPrefix + signing.certificate.serial();
    const std::string kept = pairPaths(directory, name).certificate;
    if (exists(kept) && isSame(certificatesOfFile(kept).front(), signing.certificate)) {
        return;
    }
    commitPair(directory, name, readFile(signing.paths.key, kLongestPem), writeAll(certificates),
               false);
}

// Put the next CA among those that are trusted.
Stored publishNext(const std::string& directory, bool truncated) {
    const CaFile next = nextIn(directory).value();
    Certificates trusted = trustedIn(directory);
    if (!holds(trusted, next.certificate)) {
        addOnce(trusted, certificatesOfFile(next.paths.certificate));
        writeDurably(pairPaths(directory, kCaName).certificate, writeAll(trusted), std::nullopt,
                     false);
    }
    return {next.paths, next.certificate, truncated};
}

void removePair(const std::string& directory, const PairPaths& paths) {
    removeFile(paths.certificate);
    syncDirectory(directory);
    removeFile(paths.key);
    syncDirectory(directory);
}

// Refuse to retire a CA whose certificates are in use.
void requireUnused(const std::string& directory, const CaFile& previous, std::int64_t now) {
    std::size_t count = 0;
    for (const std::string& stem : stemsIn(directory, ".crt")) {
        try {
            const Secret text = readFile(pairPaths(directory, stem).certificate, kLongestPem);
            const Certificate each = Certificate::listFromPem(view(text)).front();
            const bool isValid = each.notAfter() >= now && !isSame(each, previous.certificate);
            count += isValid && isSignedBy(each, previous.certificate) ? 1 : 0;
        } catch (const Error& error) {
            if (error.errorNumber() != 0) {
                throw;
            }
        }
    }
    if (count != 0) {
        throw Error(Code::CaInUse,
                    quote(previous.certificate.commonName()) +
                        " signed certificates here that are still valid, " + std::to_string(count) +
                        " in all: renew them, or give -force 1",
                    {{"serial", previous.certificate.serial()}, {"count", std::to_string(count)}});
    }
}

}  // namespace

Certificates othersTrusted(const std::string& directory, const Certificates& list) {
    Certificates others;
    std::vector<CaFile> files = replacedIn(directory);
    if (const auto next = nextIn(directory)) {
        files.push_back(*next);
    }
    for (const CaFile& file : amongOthers(list, files)) {
        addOnce(others, certificatesOfFile(file.paths.certificate));
    }
    return others;
}

Rollover rolloverOf(const std::string& directory) {
    const Certificates trusted = trustedIn(directory);
    Rollover found{Rollover::State::kNone,
                   {pairPaths(directory, kCaName), trusted.front()},
                   nextIn(directory),
                   {}};
    if (found.next && isSame(found.next->certificate, trusted.front())) {
        found.next.reset();
    }
    found.previous = amongOthers(trusted, replacedIn(directory));
    const bool isRequested = exists(requestPath(directory, kNextCaName)) &&
                             exists(pairPaths(directory, kNextCaName).key);
    if (found.next) {
        found.state = holds(trusted, found.next->certificate) ? Rollover::State::kPrepared
                                                              : Rollover::State::kBroken;
    } else if (isRequested) {
        found.state = Rollover::State::kRequested;
    } else if (!found.previous.empty()) {
        found.state = Rollover::State::kActivated;
    }
    return found;
}

void settleRollover(const std::string& directory) {
    const PairPaths next = pairPaths(directory, kNextCaName);
    const PairPaths signing = pairPaths(directory, kCaName);
    const bool hasKey = exists(next.key);
    if ((!hasKey && !exists(next.certificate)) || !exists(signing.key)) {
        return;
    }
    // The swap gave ca.key the next key, to the letter, and to ca.crt the next certificate first.
    const bool isOver = hasKey
                            ? readFile(next.key, kLongestPem) == readFile(signing.key, kLongestPem)
                            : isSame(nextIn(directory)->certificate, trustedIn(directory).front());
    if (isOver) {
        removePair(directory, next);
    }
}

Stored prepareRollover(const std::string& directory, const Terms& terms, const KeyTerms& keyTerms,
                       const Parent* parent, const Stop* stop) {
    trustedIn(directory);  // without a CA no key is made
    const KeyTerms withOwn = withKey(directory, keyTerms, stop);
    const DirectoryLock lock(directory, DirectoryLock::Mode::kExclusive, stop);
    settleDirectory(directory, stop);
    settleRollover(directory);
    bool truncated = false;
    if (!nextIn(directory)) {
        requireOtherName(directory, terms.subject);
        if (parent != nullptr) {
            requireApart(directory, pathFrom(parent->certificates.front(), parent->certificates));
        }
        if (exists(pairPaths(directory, kNextCaName).key)) {
            refuse(Code::CaRequested, directory,
                   "the next CA waits for its certificate: have ca-next.csr signed, and bring what "
                   "comes back with sslkeys::rollover prepare -certificate");
        }
        truncated = makeCa(directory, kNextCaName, terms, withOwn, parent, stop).truncated;
    }
    return publishNext(directory, truncated);
}

std::optional<Requested> prepareRequest(const std::string& directory, const Name& subject,
                                        const KeyTerms& keyTerms, const Stop* stop) {
    trustedIn(directory);
    const KeyTerms withOwn = withKey(directory, keyTerms, stop);
    const DirectoryLock lock(directory, DirectoryLock::Mode::kExclusive, stop);
    settleDirectory(directory, stop);
    settleRollover(directory);
    if (nextIn(directory)) {
        return std::nullopt;
    }
    requireOtherName(directory, subject);
    return requestCa(directory, kNextCaName, subject, withOwn, stop);
}

Stored prepareCertificate(const std::string& directory, const Certificates& certificates,
                          const std::optional<Secret>& password, std::int64_t now) {
    const DirectoryLock lock(directory, DirectoryLock::Mode::kExclusive);
    settleDirectory(directory);
    settleRollover(directory);
    const Certificates path = certifiedPath(directory, kNextCaName, certificates, password, now);
    requireOtherName(directory, X509_get_subject_name(path.front().get()), &path.front());
    requireApart(directory, path);
    const auto before = nextIn(directory);
    if (before && !isSame(before->certificate, path.front())) {
        throw Error(Code::StoreExists, "the next CA has a certificate", {{"name", kNextCaName}});
    }
    writeCertificates(directory, kNextCaName, path);
    return publishNext(directory, false);
}

Stored activateRollover(const std::string& directory, std::int64_t now) {
    const DirectoryLock lock(directory, DirectoryLock::Mode::kExclusive);
    settleDirectory(directory);
    settleRollover(directory);
    const Rollover found = rolloverOf(directory);
    if (found.state == Rollover::State::kActivated) {
        return {found.signing.paths, found.signing.certificate, false};
    }
    if (found.state != Rollover::State::kPrepared) {
        refuse(Code::CaRollover, directory,
               "no next CA is trusted in " + quote(directory) +
                   ": call sslkeys::rollover prepare first");
    }
    const Certificate& next = found.next->certificate;
    if (now < next.notBefore() || now > next.notAfter()) {
        refuse(Code::CaExpired, directory, "the next CA's certificate is not valid now");
    }
    settlePair(directory, kCaName);
    const PairPaths nextPaths = settlePair(directory, kNextCaName);
    const Certificates before = trustedIn(directory);
    const Certificates path = pathFrom(before.front(), before);
    keepReplaced(directory, found.signing, path);
    Certificates trusted = certificatesOfFile(nextPaths.certificate);
    addOnce(trusted, path);
    addOnce(trusted, othersTrusted(directory, before));
    commitPair(directory, kCaName, readFile(nextPaths.key, kLongestPem), writeAll(trusted), true);
    settleRollover(directory);
    return {found.signing.paths, next, false};
}

void finishRollover(const std::string& directory, std::int64_t now, bool keep, bool regardless) {
    const DirectoryLock lock(directory, DirectoryLock::Mode::kExclusive);
    settleDirectory(directory);
    settleRollover(directory);
    const Rollover found = rolloverOf(directory);
    if (found.previous.empty() && found.state != Rollover::State::kNone) {
        refuse(Code::CaRollover, directory,
               "no previous CA is trusted in " + quote(directory) +
                   ": call sslkeys::rollover activate first");
    }
    for (const CaFile& previous : found.previous) {
        if (!regardless) {
            requireUnused(directory, previous, now);
        }
    }
    if (!found.previous.empty()) {
        const Certificates before = trustedIn(directory);
        Certificates trusted = pathFrom(before.front(), before);
        if (found.state == Rollover::State::kPrepared) {
            addOnce(trusted, certificatesOfFile(found.next->paths.certificate));
        }
        writeDurably(found.signing.paths.certificate, writeAll(trusted), std::nullopt, false);
    }
    for (const CaFile& file : replacedIn(directory)) {
        if (!keep && !isSame(file.certificate, found.signing.certificate)) {
            removePair(directory, file.paths);
        }
    }
}

}  // namespace sslkeys
