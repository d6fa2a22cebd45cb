// See pemfile.h.
#include "store/pemfile.h"

#include "pki/error.h"
#include "pki/pem.h"
#include "store/files.h"

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
    auto& kept = cache<Key>();
    const Stamp stamp = stampOf(path);
    if (auto found = kept.find(path, stamp)) {
        return *found;
    }
    const Secret text = readFile(path, kLongestPem);
    Key key = Key::fromPem(view(text), password);
    if (!isEncryptedKey(view(text))) {
        kept.keep(path, stamp, key);
    }
    return key;
}

}  // namespace sslkeys
