// sslkeys::ticker: see tcl/ticker.h.
#include "pki/error.h"
#include "tcl/command.h"
#include "tcl/ticker.h"
namespace sslkeys {
namespace {

// sslkeys::ticker start prefix
void start(Call& call) {
    call.word(0, "prefix").requirePrefix();
    call.answer(startTicker(call.interp(), call.object(0)));
}

// sslkeys::ticker stop token
void stop(Call& call) {
    const std::string token = call.text(0);
    if (!stopTicker(call.interp(), token)) {
        Tcl_SetObjResult(call.interp(), newText("there is no ticker " + quote(token)));
        Tcl_SetErrorCode(call.interp(), "TCL", "LOOKUP", "TICKER", redact(token).c_str(), nullptr);
        throw Reported{};
    }
}

// sslkeys::ticker now
void now(Call& call) { call.answer(Tcl_NewWideIntObj(monotonicNow())); }

}  // namespace

std::vector<Command> tickerCommands() {
    return {
        {"ticker", "start", "prefix", {}, false, start},
        {"ticker", "stop", "token", {}, false, stop},
        {"ticker", "now", "", {}, false, now},
    };
}

}  // namespace sslkeys
