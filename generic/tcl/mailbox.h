// A way from any thread into the event loop of one Tcl thread. Letters are taken in their order,
// one at a time and in turn with timers and channels, so that a thousand at once hold up nobody.
#pragma once

#include <tcl.h>

#include <deque>
#include <functional>
#include <mutex>

namespace sslkeys {

class Mailbox {
  public:
    using Letter = std::function<void()>;

    // Open a mailbox of the calling thread.
    Mailbox();
    ~Mailbox() { close(); }
    Mailbox(const Mailbox&) = delete;
    Mailbox& operator=(const Mailbox&) = delete;

    // Have a letter called from the event loop of the mailbox's thread; from any thread. Once the
    // mailbox is closed, it is dropped.
    void post(Letter letter);

    // Drop the letters that wait, and take no more; from the mailbox's own thread, which does so
    // before it ends and before the last owner goes. A letter may close the mailbox that it came
    // by.
    void close() noexcept;

  private:
    struct Event;
    bool isEmpty() const;
    static void setUp(ClientData mailbox, int flags) noexcept;
    static void check(ClientData mailbox, int flags) noexcept;
    static int onEvent(Tcl_Event* event, int flags) noexcept;
    static int isOurs(Tcl_Event* event, ClientData mailbox) noexcept;

    const Tcl_ThreadId thread_;
    mutable std::mutex mutex_;  // of the two below
    std::deque<Letter> letters_;
    bool isOpen_ = true;
    bool isQueued_ = false;  // an event of ours waits; the mailbox's own thread knows
};

}  // namespace sslkeys
