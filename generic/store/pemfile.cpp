// See pemfile.h.
#include "store/pemfile.h"

#include "pki/digest.h"
#include "pki/error.h"
#include "pki/pem.h"
#include "store/files.h"

#include <openssl/rand.h>

#include <cerrno>
#include <map>
#include <mutex>
#include <optional>
#include <tuple>

namespace sslkeys {
namespace {

constexpr std::size_t kMostFiles = 64;

// What tells one state of a file from another.
using Stamp = std::tuple<dev_t, ino_t, off_t, time_t, long, time_t, long>;

Stamp stampOf(const std::string& path) {
    struct stat found {};
    if (stat(path.c_str(), &found) != 0) {
        throw Error::fromSystem(errno, "could not read " + quote(path));
    }
    return {found.st_dev,          found.st_ino,         found.st_size,        found.st_mtim.tv_sec,
            found.st_mtim.tv_nsec, found.st_ctim.tv_sec, found.st_ctim.tv_nsec};
}

// Values by path. The stamp is taken before the file is read, so what changes in between is read
// once too often rather than kept too long.
template <class T> class Cache {
  public:
    std::optional<T> find(const std::string& path, const Stamp& stamp) {
        const std::lock_guard<std::mutex> guard(mutex_);
        const auto entry = entries_.find(path);
        return entry != entries_.end() && entry->second.first == stamp
                   ? std::optional<T>(entry->second.second)
                   : std::nullopt;
    }
    void keep(const std::string& path, const Stamp& stamp, const T& value) {
        const std::lock_guard<std::mutex> guard(mutex_);
        if (entries_.size() >= kMostFiles) {
            entries_.clear();
        }
        entries_.insert_or_assign(path, std::pair(stamp, value));
    }

  private:
    std::mutex mutex_;
    std::map<std::string, std::pair<Stamp, T>> entries_;
};

// Never destroyed: threads may still ask while the process ends.
template <class T> Cache<T>& cache() {
    static auto* const kept = std::make_unique<Cache<T>>().release();
    return *kept;
}

// A key of a file, and what tells the passphrase that opened it.
struct KeptKey {
    Key key;
    std::optional<Sha256> password;  // none: the file is not encrypted
};

// Hash a passphrase with a salt of this process, so that what is kept tells nobody the passphrase,
// which may open more than this key.
Sha256 hashPassword(const Secret& password) {
    static const Secret salt = [] {
        Secret drawn(32);
        if (RAND_bytes(reinterpret_cast<unsigned char*>(drawn.data()),
                       static_cast<int>(drawn.size())) != 1) {
            drainOpenSsl();
            throw Error(Code::InternalRandom, "the random generator failed");
        }
        return drawn;
    }();
    Secret salted = salt;
    salted.insert(salted.end(), password.begin(), password.end());
    return hashSha256(reinterpret_cast<const unsigned char*>(salted.data()), salted.size());
}

bool opens(const KeptKey& kept, const Secret* password) {
    if (!kept.password) {
        return true;
    }
    if (password == nullptr) {
        return false;
    }
    const Sha256 hash = hashPassword(*password);
    return CRYPTO_memcmp(hash.data(), kept.password->data(), hash.size()) == 0;
}

}  // namespace

std::vector<Certificate> certificatesOfFile(const std::string& path) {
    auto& kept = cache<std::vector<Certificate>>();
    const Stamp stamp = stampOf(path);
    if (auto found = kept.find(path, stamp)) {
        return *found;
    }
    const Secret text = readFile(path, kLongestPem);
    std::vector<Certificate> list = Certificate::listFromPem(view(text));
    kept.keep(path, stamp, list);
    return list;
}

Trust trustOfFile(const std::string& path) {
    auto& kept = cache<Trust>();
    const Stamp stamp = stampOf(path);
    if (auto found = kept.find(path, stamp)) {
        return *found;
    }
    Trust trust(certificatesOfFile(path));
    kept.keep(path, stamp, trust);
    return trust;
}

std::vector<Crl> crlsOfFile(const std::string& path) {
    auto& kept = cache<std::vector<Crl>>();
    const Stamp stamp = stampOf(path);
    if (auto found = kept.find(path, stamp)) {
        return *found;
    }
    const Secret text = readFile(path, kLongestCrl);
    std::vector<Crl> list = Crl::listFromPem(view(text));
    kept.keep(path, stamp, list);
    return list;
}

Key keyOfFile(const std::string& path, const Secret* password) {
    auto& kept = cache<KeptKey>();
    const Stamp stamp = stampOf(path);
    const auto found = kept.find(path, stamp);
    if (found && opens(*found, password)) {
        return found->key;
    }
    const Secret text = readFile(path, kLongestPem);
    const Key key = Key::fromPem(view(text), password);
    const bool isSealed = isEncryptedKey(view(text));
    kept.keep(path, stamp, {key, isSealed ? std::optional(hashPassword(*password)) : std::nullopt});
    return key;
}

}  // namespace sslkeys
