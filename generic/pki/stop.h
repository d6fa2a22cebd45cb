// The wish to break off, from whoever gave a long piece of work to another thread. Who works looks
// at it where nothing is half done, and goes on where something is.
#pragma once

#include "pki/error.h"

#include <atomic>

namespace sslkeys {

class Stop {
  public:
    void request() noexcept { isWanted_ = true; }
    bool isRequested() const noexcept { return isWanted_; }

  private:
    std::atomic<bool> isWanted_{false};
};

// Refuse to go on once that was asked for.
//   in      stop  null when nobody can ask
//   errors  JOB CANCELLED
inline void checkStop(const Stop* stop) {
    if (stop != nullptr && stop->isRequested()) {
        throw Error(Code::JobCancelled, "the job was cancelled");
    }
}

}  // namespace sslkeys
