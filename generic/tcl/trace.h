// What an error leaves behind in Tcl: its message, errorCode, errorInfo and errorStack, and in none
// of them the value of an argument, which may be a key or a passphrase.
#pragma once

#include "pki/error.h"
#include "tcl/shim.h"

#include <string>
#include <vector>

namespace sslkeys {

// Write an error's code as Tcl knows it: SSLKEYS CLASS REASON ..., or POSIX ...
Tcl_Obj* newErrorCode(Tcl_Interp* interp, const Error& error);

// The errorCode of what Tcl itself has put into the interpreter.
Reference reportedCode(Tcl_Interp* interp);

// End a command with an error whose errorInfo and errorStack name the command but not its
// arguments: Tcl would write them there whole.
//   out  TCL_ERROR
int reportError(Tcl_Interp* interp, const std::string& name, const Error& error);

// The same with what Tcl itself has put into the interpreter.
int reportTcl(Tcl_Interp* interp, const std::string& name);

// Empty errorInfo and errorStack of what failed in a script, and set them to nothing.
void forgetError(Tcl_Interp* interp);

// Call {*}prefix with words appended, at global level, as an event. Its error goes to the
// background handler, with "..." where Tcl's trace would show the words.
void callBack(Tcl_Interp* interp, const Reference& prefix, const std::vector<Reference>& words);

}  // namespace sslkeys
