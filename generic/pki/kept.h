// Something that costs much to make and serves one thread at a time: kept from one use to the next.
#pragma once

#include <mutex>
#include <utility>

namespace sslkeys {

// Keeps one object. Who comes while it is in use makes one of their own; one whose use threw is not
// kept. Safe from several threads.
template <class Owner> class Kept {
  public:
    // Use what is kept, or what `make` gives.
    //   in   make  gives an Owner;  use  takes what it points to
    //   out  what `use` gave
    template <class Make, class Use> auto with(Make make, Use use) {
        Owner taken = take();
        if (taken == nullptr) {
            taken = make();
        }
        auto result = use(taken.get());
        giveBack(std::move(taken));
        return result;
    }

  private:
    Owner take() {
        const std::lock_guard<std::mutex> guard(mutex_);
        return std::move(kept_);
    }
    void giveBack(Owner used) {
        const std::lock_guard<std::mutex> guard(mutex_);
        kept_.swap(used);
    }

    std::mutex mutex_;
    Owner kept_;
};

}  // namespace sslkeys
