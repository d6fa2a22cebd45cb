// See pair.h.
#include "store/pair.h"

#include "pki/certificate.h"
#include "pki/error.h"
#include "pki/key.h"
#include "pki/pem.h"
#include "store/files.h"
#include "store/lock.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <filesystem>
#include <unistd.h>

namespace sslkeys {
namespace {

constexpr const char* kNewPrefix = ".sslkeys-new.";      // a new pair's temporaries
constexpr const char* kNextPrefix = ".sslkeys-next.";    // a replacing pair's
constexpr const char* kWritePrefix = ".sslkeys-write.";  // a single file's

PairPaths temporaryPaths(const std::string& directory, const std::string& prefix,
                         const std::string& name) {
    return {join(directory, prefix + name + ".key"), join(directory, prefix + name + ".crt")};
}

enum class Fit { kYes, kNo, kUnknown };

// Hold a key file against a certificate file; unknown when the key is encrypted.
Fit fits(const std::string& key, const std::string& certificate) {
    try {
        const Secret pem = readFile(key, kLongestPem);
        const Secret text = readFile(certificate, kLongestPem);
        const Certificate leaf = Certificate::listFromPem(view(text)).front();
        if (isEncryptedKey(view(pem))) {
            return Fit::kUnknown;
        }
        return leaf.matches(Key::fromPem(view(pem)).get()) ? Fit::kYes : Fit::kNo;
    } catch (const Error& error) {
        if (error.errorNumber() != 0) {
            throw;  // what could not be read may well fit
        }
        return Fit::kNo;
    }
}

[[noreturn]] void refuse(Code code, const std::string& name, const std::string& why) {
    throw Error(code, quote(name) + " " + why, {{"name", name}});
}

// Put a temporary certificate in place, also where both names are one file already.
void publish(const std::string& fresh, const std::string& stand) {
    renameOver(fresh, stand);
    removeFile(fresh);
}

// Tell whether the key that stands is the one that came with the new certificate. While that one
// still has its first name, an encrypted key that is another came from somebody else.
bool isCreators(const std::string& key, const PairPaths& fresh) {
    const Fit fit = fits(key, fresh.certificate);
    return fit == Fit::kUnknown && exists(fresh.key)
               ? readFile(key, kLongestPem) == readFile(fresh.key, kLongestPem)
               : fit != Fit::kNo;
}

// After a creator that was broken off.
void settleNew(const PairPaths& fresh, const PairPaths& stand) {
    if (!exists(fresh.certificate) && !exists(fresh.key)) {
        return;
    }
    const bool isPublished = exists(fresh.certificate) && !exists(stand.certificate) &&
                             exists(stand.key) && isCreators(stand.key, fresh);
    if (isPublished) {
        publish(fresh.certificate, stand.certificate);
    }
    removeFile(fresh.key);
    removeFile(fresh.certificate);
    syncDirectory(directoryOf(stand.key));
}

// After a replacer that was broken off.
void settleNext(const PairPaths& next, const PairPaths& stand) {
    if (!exists(next.certificate) && !exists(next.key)) {
        return;
    }
    const bool isReplaced =
        !exists(next.key) && exists(stand.key) && fits(stand.key, next.certificate) != Fit::kNo;
    if (isReplaced) {
        publish(next.certificate, stand.certificate);
    }
    // While the next key is there, nothing was replaced: it outlives the next certificate.
    removeFile(next.certificate);
    syncDirectory(directoryOf(stand.key));
    removeFile(next.key);
    syncDirectory(directoryOf(stand.key));
}

// Finish or clear what is left of one name. The lock is held alone.
void settleName(const std::string& directory, const std::string& name) {
    const PairPaths stand = pairPaths(directory, name);
    settleNew(temporaryPaths(directory, kNewPrefix, name), stand);
    settleNext(temporaryPaths(directory, kNextPrefix, name), stand);
}

// Take a file back after a failure.
//   out  whether it is gone
bool withdraw(const std::string& path) noexcept {
    return unlink(path.c_str()) == 0 || errno == ENOENT;
}

// Bring a directory to the disk on the way back.
bool trySync(const std::string& directory) noexcept {
    try {
        syncDirectory(directory);
        return true;
    } catch (const Error&) {
        return false;
    }
}

// After a replacer's failure, before it replaced anything; what cannot be removed is recovery's.
void takeBackNext(const PairPaths& next, const PairPaths& stand) noexcept {
    try {
        settleNext(next, stand);
    } catch (const Error&) {
        return;
    }
}

// Write a file whose name must be free.
//   out  false when it is not
bool writeToFree(const std::string& path, std::string_view content, mode_t mode) {
    try {
        writeNewFile(path, content, mode);
        return true;
    } catch (const Error& error) {
        if (error.errorNumber() == EEXIST) {
            return false;
        }
        throw;
    }
}

// Who may say no, once nothing can change in the directory.
using Permit = std::function<void()>;

void ask(const Permit& permit) {
    if (permit) {
        permit();
    }
}

// Publish a pair whose names are free.
//   out  false when something of that name is in the way
bool tryCreate(const std::string& directory, const std::string& name, const Secret& key,
               std::string_view certificate, const Stop* stop, const Permit& permit) {
    const DirectoryLock lock(directory, DirectoryLock::Mode::kShared, stop);
    ask(permit);
    const PairPaths stand = pairPaths(directory, name);
    const PairPaths fresh = temporaryPaths(directory, kNewPrefix, name);
    const OpenDirectory opened(directory);
    requireVacant(directory, name);
    if (!writeToFree(fresh.certificate, certificate, kPublicMode)) {
        return false;
    }
    // From here on the name is ours until the temporary certificate is gone, so that goes last.
    // Each step back is taken only after the one before: wherever they stop, the pair is whole, or
    // recovery's to finish or to clear.
    PairPaths published;
    const auto takeBack = [&] {
        const bool isHidden = published.certificate.empty() ||
                              rename(published.certificate.c_str(), fresh.certificate.c_str()) == 0;
        static_cast<void>(isHidden && trySync(directory) && withdraw(published.key) &&
                          withdraw(fresh.key) && trySync(directory) && withdraw(fresh.certificate));
    };
    try {
        if (!writeToFree(fresh.key, view(key), kPrivateMode)) {
            takeBack();
            return false;
        }
        opened.sync();
        if (renameToFree(fresh.key, stand.key)) {
            published.key = stand.key;
            opened.sync();
            if (renameToFree(fresh.certificate, stand.certificate)) {
                published.certificate = stand.certificate;
                opened.sync();
                return true;
            }
        }
    } catch (const Error&) {
        takeBack();
        throw;
    }
    takeBack();
    return false;
}

void createPair(const std::string& directory, const std::string& name, const Secret& key,
                std::string_view certificate, const Stop* stop, const Permit& permit) {
    if (tryCreate(directory, name, key, certificate, stop, permit)) {
        return;
    }
    // Another call is at work on the name, or one was broken off: wait for it, or clear up after
    // it.
    const DirectoryLock lock(directory, DirectoryLock::Mode::kExclusive, stop);
    settleName(directory, name);
    const PairPaths stand = pairPaths(directory, name);
    if (exists(stand.key) && !exists(stand.certificate)) {
        refuse(Code::StoreOrphan, name,
               "has a key without a certificate that sslkeys did not leave: move it away");
    }
    if (!tryCreate(directory, name, key, certificate, stop, permit)) {
        refuse(Code::StoreExists, name, "is taken");
    }
}

void replacePair(const std::string& directory, const std::string& name, const Secret& key,
                 std::string_view certificate, const Stop* stop, const Permit& permit) {
    const DirectoryLock lock(directory, DirectoryLock::Mode::kExclusive, stop);
    ask(permit);
    settleName(directory, name);
    const PairPaths stand = pairPaths(directory, name);
    const PairPaths next = temporaryPaths(directory, kNextPrefix, name);
    if (!exists(stand.certificate)) {
        createPair(directory, name, key, certificate, stop, permit);
        return;
    }
    try {
        writeNewFile(next.key, view(key), kPrivateMode, stand.key);
        syncDirectory(directory);
        writeNewFile(next.certificate, certificate, kPublicMode, stand.certificate);
        syncDirectory(directory);
        renameOver(next.key, stand.key);
    } catch (const Error&) {
        takeBackNext(next, stand);
        throw;
    }
    // The new key stands. Where the way ends here, recovery goes it to its end; to go on after a
    // failing sync could leave the new certificate beside the old key.
    syncDirectory(directory);
    publish(next.certificate, stand.certificate);
    syncDirectory(directory);
}

}  // namespace

bool isPairName(std::string_view name) {
    const bool plain = std::all_of(name.begin(), name.end(), [](unsigned char octet) {
        return octet < 0x80 && (std::isalnum(octet) != 0 || octet == '.' || octet == '_' ||
                                octet == '@' || octet == '-');
    });
    return plain && !name.empty() && name.size() <= 64 &&
           std::isalnum(static_cast<unsigned char>(name.front())) != 0;
}

PairPaths pairPaths(const std::string& directory, const std::string& name) {
    if (!isPairName(name)) {
        throw Error(Code::StoreName,
                    "name " + quote(name) +
                        " cannot be a file name: it takes 1 to 64 of A-Z a-z 0-9 . _ @ -, a letter "
                        "or digit first",
                    {{"name", name}});
    }
    return {join(directory, name + ".key"), join(directory, name + ".crt")};
}

void requireVacant(const std::string& directory, const std::string& name) {
    if (exists(pairPaths(directory, name).certificate)) {
        refuse(Code::StoreExists, name, "is taken: its certificate is there");
    }
}

void commitPair(const std::string& directory, const std::string& name, const Secret& key,
                std::string_view certificate, bool replace, const Stop* stop,
                const Permit& permit) {
    if (replace) {
        replacePair(directory, name, key, certificate, stop, permit);
    } else {
        createPair(directory, name, key, certificate, stop, permit);
    }
}

PairPaths settlePair(const std::string& directory, const std::string& name) {
    const PairPaths stand = pairPaths(directory, name);
    const auto isWhole = [&] {
        if (!exists(stand.key) || !exists(stand.certificate)) {
            return false;
        }
        const Fit fit = fits(stand.key, stand.certificate);
        const bool mayBeHalf = exists(temporaryPaths(directory, kNextPrefix, name).certificate);
        return fit == Fit::kYes || (fit == Fit::kUnknown && !mayBeHalf);
    };
    if (isWhole()) {
        return stand;
    }
    const DirectoryLock lock(directory, DirectoryLock::Mode::kExclusive);
    settleName(directory, name);
    if (isWhole()) {
        return stand;
    }
    if (!exists(stand.key)) {
        refuse(Code::StoreAbsent, name,
               exists(stand.certificate) ? "has a certificate but no key here"
                                         : "has no pair here");
    }
    if (!exists(stand.certificate)) {
        refuse(Code::StoreOrphan, name, "has a key without a certificate");
    }
    refuse(Code::StoreMismatch, name, "has a key and a certificate that do not belong together");
}

void settleDirectory(const std::string& directory, const Stop* stop) {
    const DirectoryLock lock(directory, DirectoryLock::Mode::kExclusive, stop);
    std::vector<std::string> entries;
    std::error_code failure;
    for (const auto& entry : std::filesystem::directory_iterator(directory, failure)) {
        std::error_code ignored;
        if (std::filesystem::is_regular_file(entry.symlink_status(ignored))) {
            entries.push_back(entry.path().filename().string());
        }
    }
    if (failure) {
        throw Error::fromSystem(failure.value(), "could not read directory " + quote(directory));
    }
    for (const std::string& entry : entries) {
        if (entry.rfind(kWritePrefix, 0) == 0) {
            removeFile(join(directory, entry));
            continue;
        }
        const std::filesystem::path named(entry);
        const std::string stem = named.stem().string();
        for (const std::string_view prefix : {kNewPrefix, kNextPrefix}) {
            const bool isOurs = (named.extension() == ".key" || named.extension() == ".crt") &&
                                stem.rfind(prefix, 0) == 0 &&
                                isPairName(stem.substr(prefix.size()));
            if (isOurs) {
                settleName(directory, stem.substr(prefix.size()));
            }
        }
    }
}

void writeDurably(const std::string& path, std::string_view content, std::optional<mode_t> mode,
                  bool exclusive) {
    const std::string directory = directoryOf(path);
    const std::string entry =
        path.substr(path.rfind('/') == std::string::npos ? 0 : path.rfind('/') + 1);
    const std::string fresh = join(directory, kWritePrefix + entry);
    const DirectoryLock lock(directory, DirectoryLock::Mode::kExclusive);
    removeFile(fresh);
    const bool imitates = !mode && !exclusive && exists(path);
    writeNewFile(fresh, content, mode.value_or(kPublicMode), imitates ? path : "");
    try {
        if (!exclusive) {
            renameOver(fresh, path);
        } else if (!renameToFree(fresh, path)) {
            throw Error(Code::StoreExists, quote(path) + " is there", {{"path", path}});
        }
    } catch (const Error&) {
        withdraw(fresh);
        throw;
    }
    syncDirectory(directory);
}

}  // namespace sslkeys
