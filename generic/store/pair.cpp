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

const std::string kNewPrefix = ".sslkeys-new.";      // a pair's temporaries
const std::string kWritePrefix = ".sslkeys-write.";  // a single file's

PairPaths newPaths(const std::string& directory, const std::string& name) {
    return {join(directory, kNewPrefix + name + ".key"),
            join(directory, kNewPrefix + name + ".crt")};
}

enum class Fit { kYes, kNo, kUnknown };

// Hold a key file against a certificate file; unknown when the key is encrypted.
Fit fits(const std::string& key, const std::string& certificate) {
    try {
        const Secret pem = readFile(key, kLongestPem);
        if (isEncryptedKey(view(pem))) {
            return Fit::kUnknown;
        }
        const Secret text = readFile(certificate, kLongestPem);
        return Certificate::listFromPem(view(text)).front().matches(Key::fromPem(view(pem)).get())
                   ? Fit::kYes
                   : Fit::kNo;
    } catch (const Error&) {
        return Fit::kNo;
    }
}

[[noreturn]] void refuse(Code code, const std::string& name, const std::string& why) {
    throw Error(code, quote(name) + " " + why, {{"name", name}});
}

// Finish or clear what is left of one name. The lock is held alone.
void settleName(const std::string& directory, const std::string& name) {
    const PairPaths stand = pairPaths(directory, name);
    const PairPaths fresh = newPaths(directory, name);
    if (exists(fresh.key)) {
        if (!isSameFile(fresh.key, stand.key)) {
            removeFile(fresh.certificate);
        }
        removeFile(fresh.key);
    }
    if (!exists(fresh.certificate)) {
        return;
    }
    if (exists(stand.key) && fits(stand.key, fresh.certificate) != Fit::kNo) {
        renameOver(fresh.certificate, stand.certificate);
    } else {
        removeFile(fresh.certificate);
    }
    syncDirectory(directory);
}

// Take a file back after a failure; one that cannot be removed is recovery's.
void withdraw(const std::string& path) noexcept { unlink(path.c_str()); }

// Take a pair back, certificate first.
void withdraw(const PairPaths& paths) noexcept {
    withdraw(paths.certificate);
    withdraw(paths.key);
}

void writeTemporaries(const PairPaths& fresh, const PairPaths& like, const Secret& key,
                      std::string_view certificate) {
    writeNewFile(fresh.key, view(key), kPrivateMode, like.key);
    try {
        writeNewFile(fresh.certificate, certificate, kPublicMode, like.certificate);
    } catch (const Error&) {
        withdraw(fresh.key);
        throw;
    }
}

// Publish a pair whose names are free.
//   out  false when something of that name is in the way
bool tryCreate(const std::string& directory, const std::string& name, const Secret& key,
               std::string_view certificate) {
    const DirectoryLock lock(directory, DirectoryLock::Mode::kShared);
    const PairPaths stand = pairPaths(directory, name);
    const PairPaths fresh = newPaths(directory, name);
    requireVacant(directory, name);
    try {
        writeTemporaries(fresh, {}, key, certificate);
    } catch (const Error& error) {
        if (error.errorNumber() == EEXIST) {
            return false;
        }
        throw;
    }
    PairPaths published;
    try {
        if (renameToFree(fresh.key, stand.key)) {
            published.key = stand.key;
            syncDirectory(directory);
            if (renameToFree(fresh.certificate, stand.certificate)) {
                published.certificate = stand.certificate;
                syncDirectory(directory);
                return true;
            }
        }
    } catch (const Error&) {
        withdraw(published);
        withdraw(fresh);
        throw;
    }
    withdraw(published);
    withdraw(fresh);
    return false;
}

void createPair(const std::string& directory, const std::string& name, const Secret& key,
                std::string_view certificate) {
    if (tryCreate(directory, name, key, certificate)) {
        return;
    }
    // Another call is at work on the name, or one was broken off: wait for it, or clear up after
    // it.
    const DirectoryLock lock(directory, DirectoryLock::Mode::kExclusive);
    settleName(directory, name);
    const PairPaths stand = pairPaths(directory, name);
    if (exists(stand.key) && !exists(stand.certificate)) {
        refuse(Code::StoreOrphan, name,
               "has a key without a certificate that sslkeys did not leave: move it away");
    }
    if (!tryCreate(directory, name, key, certificate)) {
        refuse(Code::StoreExists, name, "is taken");
    }
}

void replacePair(const std::string& directory, const std::string& name, const Secret& key,
                 std::string_view certificate) {
    const DirectoryLock lock(directory, DirectoryLock::Mode::kExclusive);
    settleName(directory, name);
    const PairPaths stand = pairPaths(directory, name);
    const PairPaths fresh = newPaths(directory, name);
    if (!exists(stand.certificate)) {
        createPair(directory, name, key, certificate);
        return;
    }
    writeTemporaries(fresh, stand, key, certificate);
    try {
        syncDirectory(directory);
        renameOver(fresh.key, stand.key);
    } catch (const Error&) {
        withdraw(fresh);
        throw;
    }
    // The new key stands: from here on the way leads forward, here or in settleName().
    syncDirectory(directory);
    renameOver(fresh.certificate, stand.certificate);
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
                std::string_view certificate, bool replace) {
    if (replace) {
        replacePair(directory, name, key, certificate);
    } else {
        createPair(directory, name, key, certificate);
    }
}

PairPaths settlePair(const std::string& directory, const std::string& name) {
    const PairPaths stand = pairPaths(directory, name);
    const auto isWhole = [&] {
        return exists(stand.key) && exists(stand.certificate) &&
               fits(stand.key, stand.certificate) != Fit::kNo;
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

void settleDirectory(const std::string& directory) {
    const DirectoryLock lock(directory, DirectoryLock::Mode::kExclusive);
    std::vector<std::string> entries;
    std::error_code failure;
    for (const auto& entry : std::filesystem::directory_iterator(directory, failure)) {
        entries.push_back(entry.path().filename().string());
    }
    if (failure) {
        throw Error::fromSystem(failure.value(), "could not read directory " + quote(directory));
    }
    for (const std::string& entry : entries) {
        const std::filesystem::path named(entry);
        const std::string stem = named.stem().string();
        const bool ofPair = named.extension() == ".key" || named.extension() == ".crt";
        if (entry.rfind(kWritePrefix, 0) == 0) {
            removeFile(join(directory, entry));
        } else if (ofPair && stem.rfind(kNewPrefix, 0) == 0 &&
                   isPairName(stem.substr(kNewPrefix.size()))) {
            settleName(directory, stem.substr(kNewPrefix.size()));
        }
    }
}

void writeDurably(const std::string& path, std::string_view content, mode_t mode, bool exclusive) {
    const std::string directory = directoryOf(path);
    const std::string entry =
        path.substr(path.rfind('/') == std::string::npos ? 0 : path.rfind('/') + 1);
    const std::string fresh = join(directory, kWritePrefix + entry);
    const DirectoryLock lock(directory, DirectoryLock::Mode::kExclusive);
    removeFile(fresh);
    const bool replaces = !exclusive && exists(path);
    writeNewFile(fresh, content, mode, replaces ? path : "");
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
