// sslkeys::process: what a server asks of its process and Tcl has no word for.
#include "pki/error.h"
#include "tcl/command.h"
#include "tcl/signal.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>

namespace sslkeys {
namespace {

struct DescriptorArgs {
    std::int64_t limit = -1;
};
const Options<DescriptorArgs>& descriptorOptions() {
    static const std::vector<Option<DescriptorArgs>> rows = {
        {"-limit", "64..1048576",
         [](DescriptorArgs& args, const Word& word) { args.limit = word.integer(64, 1048576); }}};
    static const Options<DescriptorArgs> options(rows);
    return options;
}

// Tell how many descriptors the process may have open, after lowering that number where asked to.
// It is never raised: select(), on which Tcl waits, ends the process at descriptor 1,024.
//
// sslkeys::process descriptors ?-limit number?
void descriptors(Call& call) {
    DescriptorArgs args;
    call.read(args, descriptorOptions());
    struct rlimit limit {};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        throw Error::fromSystem(errno, "could not read the descriptor limit");
    }
    if (args.limit > 0 && static_cast<rlim_t>(args.limit) < limit.rlim_cur) {
        limit.rlim_cur = static_cast<rlim_t>(args.limit);
        if (setrlimit(RLIMIT_NOFILE, &limit) != 0) {
            throw Error::fromSystem(errno, "could not lower the descriptor limit");
        }
    }
    call.answer(Tcl_NewWideIntObj(static_cast<Tcl_WideInt>(limit.rlim_cur)));
}

struct HangupArgs {
    int direction = SHUT_RDWR;
};
const Options<HangupArgs>& hangupOptions() {
    static const std::vector<Option<HangupArgs>> rows = {
        {"-direction", "both|write", [](HangupArgs& args, const Word& word) {
             args.direction = word.choice({"both", "write"}) == 0 ? SHUT_RDWR : SHUT_WR;
         }}};
    static const Options<HangupArgs> options(rows);
    return options;
}

// The descriptor under a channel, whatever is stacked on it.
int descriptorOf(const Call& call, int position) {
    Tcl_Channel channel = Tcl_GetChannel(call.interp(), call.text(position).c_str(), nullptr);
    if (channel == nullptr) {
        const std::string name = call.text(position);
        Tcl_SetObjResult(call.interp(), newText("there is no channel " + quote(name)));
        Tcl_SetErrorCode(call.interp(), "TCL", "LOOKUP", "CHANNEL", redact(name).c_str(), nullptr);
        throw Reported{};
    }
    ClientData handle = nullptr;
    if (Tcl_GetChannelHandle(channel, TCL_READABLE, &handle) != TCL_OK &&
        Tcl_GetChannelHandle(channel, TCL_WRITABLE, &handle) != TCL_OK) {
        throw Error::fromSystem(ENOTSOCK,
                                "channel " + quote(call.text(position)) + " has no descriptor");
    }
    return static_cast<int>(reinterpret_cast<std::intptr_t>(handle));
}

// End a connection at its socket, below whatever is stacked on the channel. Tcl goes on flushing a
// closed channel for as long as the peer reads nothing; and it cannot close one half of a stacked
// one. A peer that is gone already is no error.
//
// sslkeys::process hangup channel ?-direction both|write?
void hangup(Call& call) {
    HangupArgs args;
    call.read(args, hangupOptions());
    if (shutdown(descriptorOf(call, 0), args.direction) != 0 && errno != ENOTCONN) {
        throw Error::fromSystem(errno, "could not hang up " + quote(call.text(0)));
    }
}

// Send what is written at once (TCP_NODELAY), on a connection or on all that a listening socket
// will accept: else the first answer after a TLS 1.3 handshake waits for the peer's delayed
// acknowledgement.
//
// sslkeys::process nodelay channel
void setNoDelay(Call& call) {
    const int on = 1;
    if (setsockopt(descriptorOf(call, 0), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0) {
        throw Error::fromSystem(errno, "could not set TCP_NODELAY on " + quote(call.text(0)));
    }
}

// Have a prefix called from the event loop when the process gets a signal; with an empty one the
// signal does again what it did before.
//
// sslkeys::process signal TERM|HUP|INT prefix
void setSignal(Call& call) {
    constexpr int kNumbers[] = {SIGTERM, SIGHUP, SIGINT};
    const int number = kNumbers[call.word(0, "name").choice({"TERM", "HUP", "INT"})];
    if (!call.text(1).empty()) {
        call.word(1, "prefix").requirePrefix();
    }
    onSignal(call.interp(), number, call.object(1));
}

}  // namespace

std::vector<Command> processCommands() {
    return {
        {"process", "descriptors", "", descriptorOptions().rows(), false, descriptors},
        {"process", "hangup", "channel", hangupOptions().rows(), false, hangup},
        {"process", "nodelay", "channel", {}, false, setNoDelay},
        {"process", "signal", "name prefix", {}, false, setSignal},
    };
}

}  // namespace sslkeys
