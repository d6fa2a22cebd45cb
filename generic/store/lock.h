// The lock on a key directory: flock on the directory itself, so it leaves no file behind and ends
// with its process. Creators share it; recovery and replacing have it alone.
#pragma once

#include "store/files.h"

#include <string>

namespace sslkeys {

class DirectoryLock {
  public:
    enum class Mode { kShared, kExclusive };

    // Wait for the lock. A thread that holds a directory's lock exclusively gets it again at once.
    //   errors  POSIX when the directory cannot be opened
    DirectoryLock(const std::string& directory, Mode mode);
    ~DirectoryLock();
    DirectoryLock(const DirectoryLock&) = delete;
    DirectoryLock& operator=(const DirectoryLock&) = delete;

  private:
    Descriptor directory_;
    bool holdsAlone_ = false;
    dev_t device_ = 0;
    ino_t inode_ = 0;
};

}  // namespace sslkeys
