// Package init, nothing more.
#include "tcl/command.h"

#include <tcl.h>

extern "C" DLLEXPORT int Sslkeys_Init(Tcl_Interp* interp) {
    if (Tcl_InitStubs(interp, "8.6-", 0) == nullptr) {
        return TCL_ERROR;
    }
    if (Tcl_CreateNamespace(interp, "::sslkeys", nullptr, nullptr) == nullptr) {
        Tcl_ResetResult(interp);  // library/sslkeys.tcl was here first
    }
    sslkeys::createCommands(interp);
    return Tcl_PkgProvideEx(interp, "sslkeys", PACKAGE_VERSION, nullptr);
}
