// One beat a second from a thread with a monotonic clock: what every time limit hangs on. Tcl's own
// timers follow the wall clock and stand still when it is set back.
#pragma once

#include "tcl/shim.h"

#include <cstdint>
#include <string>

namespace sslkeys {

// Milliseconds of a clock that nobody sets.
std::int64_t monotonicNow();

// Call {*}prefix with monotonicNow() appended from this thread's event loop, about once a second;
// beats that nobody had time for are not made up for. It ends with the interpreter at the latest.
//   out  a token for stopTicker()
std::string startTicker(Tcl_Interp* interp, Tcl_Obj* prefix);

// End a ticker of this interpreter.
//   out  false when there is none of that token
bool stopTicker(Tcl_Interp* interp, const std::string& token);

}  // namespace sslkeys
