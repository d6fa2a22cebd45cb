// See ticker.h.
#include "tcl/ticker.h"

#include "tcl/lifetime.h"
#include "tcl/mailbox.h"
#include "tcl/trace.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

namespace sslkeys {
namespace {

constexpr auto kBeat = std::chrono::seconds(1);

// A ticker: its thread only ever posts a letter; all else happens in the interpreter's thread.
class Ticker {
  public:
    Ticker(Tcl_Interp* interp, Tcl_Obj* prefix) : interp_(interp), prefix_(prefix) {
        thread_ = std::thread([this] { beat(); });
    }
    Ticker(const Ticker&) = delete;
    Ticker& operator=(const Ticker&) = delete;
    ~Ticker() {
        {
            const std::lock_guard<std::mutex> guard(mutex_);
            isStopped_ = true;
        }
        wake_.notify_one();
        thread_.join();
    }

  private:
    void beat() {
        std::unique_lock<std::mutex> guard(mutex_);
        auto due = std::chrono::steady_clock::now() + kBeat;
        while (!wake_.wait_until(guard, due, [this] { return isStopped_; })) {
            due = std::chrono::steady_clock::now() + kBeat;
            if (!isPosted_.exchange(true)) {
                mailbox_.post([this] { tell(); });
            }
        }
    }

    // The ticker may be stopped by what it calls: nothing of it is touched after the call.
    void tell() {
        isPosted_ = false;
        if (Tcl_InterpDeleted(interp_) == 0) {
            callBack(interp_, Reference(prefix_), {Reference(Tcl_NewWideIntObj(monotonicNow()))});
        }
    }

    Tcl_Interp* interp_;
    Reference prefix_;
    Mailbox mailbox_;
    std::mutex mutex_;
    std::condition_variable wake_;
    bool isStopped_ = false;
    std::atomic<bool> isPosted_{false};
    std::thread thread_;
};

// The tickers of one interpreter.
struct Tickers {
    static constexpr const char* kAssociation = "sslkeys::ticker";
    explicit Tickers(Tcl_Interp* /*interp*/) {}
    void close() noexcept { byToken.clear(); }

    std::map<std::string, std::unique_ptr<Ticker>> byToken;
    long made = 0;
};

Tickers& tickersOf(Tcl_Interp* interp) { return Belonging<Tickers>::of(interp); }

}  // namespace

std::int64_t monotonicNow() {
    const auto since = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
}

std::string startTicker(Tcl_Interp* interp, Tcl_Obj* prefix) {
    Tickers& tickers = tickersOf(interp);
    std::string token = "ticker" + std::to_string(++tickers.made);
    tickers.byToken.emplace(token, std::make_unique<Ticker>(interp, prefix));
    return token;
}

bool stopTicker(Tcl_Interp* interp, const std::string& token) {
    return tickersOf(interp).byToken.erase(token) != 0;
}

}  // namespace sslkeys
