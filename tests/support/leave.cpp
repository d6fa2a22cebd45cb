// A Tcl module for the tests: a program that Tcl is a part of and that ends without Tcl's exit, as
// one in C does that returns from main. `leave STATUS` ends it so; what it takes to end comes after
// all that was registered since the module was loaded, and takes a while.
#include <tcl.h>

#include <chrono>
#include <cstdlib>
#include <thread>

namespace {

// Long enough that a thread which is still at work notices what is gone.
void linger() noexcept { std::this_thread::sleep_for(std::chrono::milliseconds(200)); }

int leave(ClientData /*data*/, Tcl_Interp* interp, int objc, Tcl_Obj* const objv[]) noexcept {
    int status = 0;
    if (objc != 2 || Tcl_GetIntFromObj(interp, objv[1], &status) != TCL_OK) {
        return TCL_ERROR;
    }
    std::exit(status);
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): Tcl looks for it by this name
extern "C" DLLEXPORT int Leave_Init(Tcl_Interp* interp) {
    if (Tcl_InitStubs(interp, "8.6-", 0) == nullptr) {
        return TCL_ERROR;
    }
    std::atexit(linger);
    Tcl_CreateObjCommand(interp, "leave", leave, nullptr, nullptr);
    return TCL_OK;
}
