// See lock.h.
#include "store/lock.h"

#include "pki/error.h"

#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <set>
#include <sys/file.h>
#include <thread>
#include <utility>

namespace sslkeys {
namespace {

// How often to ask for a lock when the waiting may be ended; the system has no word for both.
constexpr auto kPatience = std::chrono::milliseconds(2);

// The directories that this thread holds alone.
std::set<std::pair<dev_t, ino_t>>& heldAlone() {
    thread_local std::set<std::pair<dev_t, ino_t>> held;
    return held;
}

}  // namespace

DirectoryLock::DirectoryLock(const std::string& directory, Mode mode, const Stop* stop)
    : file_(open(join(directory, kLockFile).c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
                 kPrivateMode)) {
    checkStop(stop);
    if (file_.number() < 0) {
        throw Error::fromSystem(errno, "could not lock directory " + quote(directory));
    }
    if (mode == Mode::kExclusive || !heldAlone().empty()) {
        struct stat found {};
        if (fstat(file_.number(), &found) != 0) {
            throw Error::fromSystem(errno, "could not lock directory " + quote(directory));
        }
        device_ = found.st_dev;
        inode_ = found.st_ino;
        if (heldAlone().count({device_, inode_}) != 0) {
            return;
        }
    }
    const int operation = mode == Mode::kShared ? LOCK_SH : LOCK_EX;
    while (flock(file_.number(), stop == nullptr ? operation : operation | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK) {
            checkStop(stop);
            std::this_thread::sleep_for(kPatience);
        } else if (errno != EINTR) {
            throw Error::fromSystem(errno, "could not lock directory " + quote(directory));
        }
    }
    holdsAlone_ = mode == Mode::kExclusive;
    if (holdsAlone_) {
        heldAlone().emplace(device_, inode_);
    }
}

DirectoryLock::~DirectoryLock() {
    if (holdsAlone_) {
        heldAlone().erase({device_, inode_});
    }
}

}  // namespace sslkeys
