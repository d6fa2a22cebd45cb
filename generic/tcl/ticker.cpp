// See ticker.h.
#include "tcl/ticker.h"

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
const char* const kAssociation = "sslkeys::ticker";

// A ticker: its thread only ever queues an event; all else happens in the interpreter's thread.
class Ticker {
  public:
    Ticker(Tcl_Interp* interp, Tcl_Obj* prefix)
        : interp_(interp), prefix_(prefix), owner_(Tcl_GetCurrentThread()) {
        thread_ = std::thread([this] { beat(); });
    }
    Ticker(const Ticker&) = delete;
    Ticker& operator=(const Ticker&) = delete;
    ~Ticker() {
        {
            const std::lock_guard<std::mutex> guard(mutex_);
            stopped_ = true;
        }
        wake_.notify_one();
        thread_.join();
        Tcl_DeleteEvents(isOurs, this);
    }

  private:
    struct Event {
        Tcl_Event head;
        Ticker* ticker;
    };

    void beat() {
        std::unique_lock<std::mutex> guard(mutex_);
        auto due = std::chrono::steady_clock::now() + kBeat;
        while (!wake_.wait_until(guard, due, [this] { return stopped_; })) {
            due = std::chrono::steady_clock::now() + kBeat;
            if (!queued_.exchange(true)) {
                auto* event = static_cast<Event*>(static_cast<void*>(ckalloc(sizeof(Event))));
                event->head.proc = onEvent;
                event->head.nextPtr = nullptr;
                event->ticker = this;
                Tcl_ThreadQueueEvent(owner_, &event->head, TCL_QUEUE_TAIL);
                Tcl_ThreadAlert(owner_);
            }
        }
    }

    static int isOurs(Tcl_Event* event, ClientData ticker) noexcept {
        return event->proc == onEvent &&
                       static_cast<Event*>(static_cast<void*>(event))->ticker == ticker
                   ? 1
                   : 0;
    }

    // The ticker may be stopped by what it calls: nothing of it is touched after the call.
    static int onEvent(Tcl_Event* event, int flags) noexcept {
        if ((flags & TCL_FILE_EVENTS) == 0) {
            return 0;
        }
        Ticker* ticker = static_cast<Event*>(static_cast<void*>(event))->ticker;
        ticker->queued_ = false;
        Tcl_Interp* interp = ticker->interp_;
        if (Tcl_InterpDeleted(interp) != 0) {
            return 1;
        }
        Tcl_Preserve(interp);
        const Reference script(Tcl_DuplicateObj(ticker->prefix_.get()));
        Tcl_ListObjAppendElement(nullptr, script.get(), Tcl_NewWideIntObj(monotonicNow()));
        const int code = Tcl_EvalObjEx(interp, script.get(), TCL_EVAL_GLOBAL | TCL_EVAL_DIRECT);
        if (code == TCL_ERROR) {
            Tcl_BackgroundException(interp, code);
        }
        Tcl_Release(interp);
        return 1;
    }

    Tcl_Interp* interp_;
    Reference prefix_;
    Tcl_ThreadId owner_;
    std::mutex mutex_;
    std::condition_variable wake_;
    bool stopped_ = false;
    std::atomic<bool> queued_{false};
    std::thread thread_;
};

// The tickers of one interpreter; they end with it, with its thread, or with the process.
struct Tickers {
    std::map<std::string, std::unique_ptr<Ticker>> byToken;
    long made = 0;
};

void stopAll(ClientData tickers) noexcept { static_cast<Tickers*>(tickers)->byToken.clear(); }

void deleteTickers(ClientData clientData, Tcl_Interp* /*interp*/) noexcept {
    Tcl_DeleteThreadExitHandler(stopAll, clientData);
    const std::unique_ptr<Tickers> owned(static_cast<Tickers*>(clientData));
}

Tickers& tickersOf(Tcl_Interp* interp) {
    auto* tickers = static_cast<Tickers*>(Tcl_GetAssocData(interp, kAssociation, nullptr));
    if (tickers == nullptr) {
        tickers = std::make_unique<Tickers>().release();
        Tcl_SetAssocData(interp, kAssociation, deleteTickers, tickers);
        Tcl_CreateThreadExitHandler(stopAll, tickers);
    }
    return *tickers;
}

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
