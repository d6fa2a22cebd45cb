// See signal.h.
#include "tcl/signal.h"

#include "pki/error.h"
#include "tcl/lifetime.h"
#include "tcl/mailbox.h"
#include "tcl/trace.h"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <unistd.h>

namespace sslkeys {
namespace {

std::atomic<int> writeEnd{-1};
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler may read it");

extern "C" void noteSignal(int number) {
    const int saved = errno;
    const auto byte = static_cast<unsigned char>(number);
    // Where the pipe is full, enough signals wait already.
    [[maybe_unused]] const ssize_t written = write(writeEnd.load(), &byte, 1);
    errno = saved;
}

// The signals of one interpreter.
class Signals {
  public:
    static constexpr const char* kAssociation = "sslkeys::signal";

    explicit Signals(Tcl_Interp* interp) : interp_(interp) {}
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;
    ~Signals() = default;

    void set(int number, Tcl_Obj* prefix) { prefixes_.insert_or_assign(number, Reference(prefix)); }
    void unset(int number) { prefixes_.erase(number); }
    // From any thread.
    void post(int number) {
        mailbox_.post([this, number] { tell(number); });
    }
    void close() noexcept;

  private:
    // What it calls may be the end of the interpreter: nothing of it is touched after the call.
    void tell(int number) {
        const auto found = prefixes_.find(number);
        if (found != prefixes_.end() && Tcl_InterpDeleted(interp_) == 0) {
            callBack(interp_, Reference(found->second), {});
        }
    }

    Tcl_Interp* interp_;
    std::map<int, Reference> prefixes_;
    Mailbox mailbox_;
};

// Who gets which signal of the process, and what it did before.
class Switchboard {
  public:
    // Never destroyed: its thread waits for signals until the process ends.
    static Switchboard& get() {
        static auto* const board = std::make_unique<Switchboard>().release();
        return *board;
    }

    void connect(int number, Signals* owner) {
        const std::lock_guard<std::mutex> guard(mutex_);
        start();
        const auto found = lines_.find(number);
        if (found != lines_.end()) {
            found->second.owner = owner;
            return;
        }
        struct sigaction action {};
        struct sigaction before {};
        action.sa_handler = noteSignal;
        action.sa_flags = SA_RESTART;
        sigemptyset(&action.sa_mask);
        if (sigaction(number, &action, &before) != 0) {
            throw Error::fromSystem(errno, "could not watch for a signal");
        }
        lines_.emplace(number, Line{owner, before});
    }

    void disconnect(int number, const Signals* owner) noexcept {
        const std::lock_guard<std::mutex> guard(mutex_);
        const auto found = lines_.find(number);
        if (found != lines_.end() && found->second.owner == owner) {
            sigaction(number, &found->second.before, nullptr);
            lines_.erase(found);
        }
    }

  private:
    struct Line {
        Signals* owner;
        struct sigaction before;
    };

    // Open the pipe and begin to listen, once. The mutex is held.
    void start() {
        int ends[2] = {-1, -1};
        if (writeEnd.load() >= 0) {
            return;
        }
        if (pipe2(ends, O_CLOEXEC) != 0) {
            throw Error::fromSystem(errno, "could not open a pipe for signals");
        }
        fcntl(ends[1], F_SETFL, O_NONBLOCK);
        writeEnd.store(ends[1]);
        std::thread([this, readEnd = ends[0]] { listen(readEnd); }).detach();
    }

    void listen(int readEnd) {
        unsigned char number = 0;
        for (;;) {
            const ssize_t count = read(readEnd, &number, 1);
            if (count == 1) {
                const std::lock_guard<std::mutex> guard(mutex_);
                const auto found = lines_.find(number);
                if (found != lines_.end()) {
                    found->second.owner->post(number);
                }
            } else if (errno != EINTR) {
                return;
            }
        }
    }

    std::mutex mutex_;
    std::map<int, Line> lines_;
};

void Signals::close() noexcept {
    for (const auto& [number, prefix] : prefixes_) {
        Switchboard::get().disconnect(number, this);
    }
    prefixes_.clear();
    mailbox_.close();
}

}  // namespace

void onSignal(Tcl_Interp* interp, int number, Tcl_Obj* prefix) {
    Signals& signals = Belonging<Signals>::of(interp);
    if (textOf(prefix).empty()) {
        Switchboard::get().disconnect(number, &signals);
        signals.unset(number);
        return;
    }
    signals.set(number, prefix);
    Switchboard::get().connect(number, &signals);
}

}  // namespace sslkeys
