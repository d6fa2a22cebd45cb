// See mailbox.h. A source of events, as Tcl_CreateEventSource(3) describes it: an event that went
// straight into the queue would be taken before timers and channels are looked at.
#include "tcl/mailbox.h"

namespace sslkeys {

struct Mailbox::Event {
    Tcl_Event head;
    Mailbox* mailbox;
};

Mailbox::Mailbox() : thread_(Tcl_GetCurrentThread()) { Tcl_CreateEventSource(setUp, check, this); }

void Mailbox::post(Letter letter) {
    const std::lock_guard<std::mutex> guard(mutex_);
    if (isOpen_) {
        letters_.push_back(std::move(letter));
        Tcl_ThreadAlert(thread_);  // under the mutex: the thread is there as long as it is open
    }
}

void Mailbox::close() noexcept {
    std::deque<Letter> dropped;
    {
        const std::lock_guard<std::mutex> guard(mutex_);
        if (!isOpen_) {
            return;
        }
        isOpen_ = false;
        dropped.swap(letters_);
    }
    Tcl_DeleteEventSource(setUp, check, this);
    Tcl_DeleteEvents(isOurs, this);
}

bool Mailbox::isEmpty() const {
    const std::lock_guard<std::mutex> guard(mutex_);
    return letters_.empty();
}

void Mailbox::setUp(ClientData mailbox, int flags) noexcept {
    if ((flags & TCL_FILE_EVENTS) != 0 && !static_cast<Mailbox*>(mailbox)->isEmpty()) {
        const Tcl_Time noTime{0, 0};
        Tcl_SetMaxBlockTime(&noTime);
    }
}

void Mailbox::check(ClientData mailbox, int flags) noexcept {
    auto* self = static_cast<Mailbox*>(mailbox);
    if ((flags & TCL_FILE_EVENTS) == 0 || self->isQueued_ || self->isEmpty()) {
        return;
    }
    auto* event = static_cast<Event*>(static_cast<void*>(ckalloc(sizeof(Event))));
    event->head.proc = onEvent;
    event->head.nextPtr = nullptr;
    event->mailbox = self;
    self->isQueued_ = true;
    Tcl_QueueEvent(&event->head, TCL_QUEUE_TAIL);
}

// The letter may be the end of the mailbox: nothing of it is touched after the call.
int Mailbox::onEvent(Tcl_Event* event, int flags) noexcept {
    if ((flags & TCL_FILE_EVENTS) == 0) {
        return 0;
    }
    Mailbox* self = static_cast<Event*>(static_cast<void*>(event))->mailbox;
    self->isQueued_ = false;
    Letter letter;
    {
        const std::lock_guard<std::mutex> guard(self->mutex_);
        if (self->letters_.empty()) {
            return 1;
        }
        letter = std::move(self->letters_.front());
        self->letters_.pop_front();
    }
    letter();
    return 1;
}

int Mailbox::isOurs(Tcl_Event* event, ClientData mailbox) noexcept {
    return event->proc == onEvent &&
                   static_cast<Event*>(static_cast<void*>(event))->mailbox == mailbox
               ? 1
               : 0;
}

}  // namespace sslkeys
