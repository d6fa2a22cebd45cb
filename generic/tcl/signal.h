// Signals as events: what a signal shall do runs from the event loop, not where the signal met the
// process. The handler itself writes one byte into a pipe and does nothing else. signal-safety(7).
#pragma once

#include "tcl/shim.h"

namespace sslkeys {

// Have {*}prefix called from the event loop of this interpreter when the process gets a signal. An
// empty prefix brings back what the signal did before anybody asked; so does the interpreter's end.
// Where several interpreters ask for one signal, the last gets it.
//   in      number  SIGTERM, SIGHUP or SIGINT
//   errors  POSIX when the system gives no pipe
void onSignal(Tcl_Interp* interp, int number, Tcl_Obj* prefix);

}  // namespace sslkeys
