// The lock on a key directory: flock on a file of its own, 0600, which only who may write keys can
// open; on the directory itself anybody who may list it could stop the CA. It ends with its
// process. Creators share it; recovery and replacing have it alone.
#pragma once

#include "pki/stop.h"
#include "store/files.h"

#include <string>

namespace sslkeys {

// The lock's file in its directory.
constexpr const char* kLockFile = ".sslkeys-lock";

class DirectoryLock {
  public:
    enum class Mode { kShared, kExclusive };

    // Wait for the lock. A thread that holds a directory's lock alone gets it again at once: what
    // is called meanwhile, event handlers too, shares it.
    //   in      stop  ends the waiting; null when nobody can ask for it
    //   errors  POSIX when the directory cannot be written; JOB CANCELLED
    DirectoryLock(const std::string& directory, Mode mode, const Stop* stop = nullptr);
    ~DirectoryLock();
    DirectoryLock(const DirectoryLock&) = delete;
    DirectoryLock& operator=(const DirectoryLock&) = delete;

  private:
    Descriptor file_;
    bool holdsAlone_ = false;
    dev_t device_ = 0;
    ino_t inode_ = 0;
};

}  // namespace sslkeys
