// What belongs to an interpreter: it ends with the interpreter, with its thread or with the
// process, whichever comes first.
#pragma once

#include <tcl.h>

#include <memory>

namespace sslkeys {

// Give the T of an interpreter, made when it is first asked for.
//   in  T  made from the interpreter; T::kAssociation names it; T::close() ends it, once or twice
template <class T> class Belonging {
  public:
    static T& of(Tcl_Interp* interp) {
        auto* found = static_cast<T*>(Tcl_GetAssocData(interp, T::kAssociation, nullptr));
        if (found == nullptr) {
            found = std::make_unique<T>(interp).release();
            Tcl_SetAssocData(interp, T::kAssociation, destroy, found);
            Tcl_CreateThreadExitHandler(close, found);
        }
        return *found;
    }

  private:
    static void close(ClientData content) noexcept { static_cast<T*>(content)->close(); }

    static void destroy(ClientData content, Tcl_Interp* /*interp*/) noexcept {
        Tcl_DeleteThreadExitHandler(close, content);
        const std::unique_ptr<T> owned(static_cast<T*>(content));
        owned->close();
    }
};

}  // namespace sslkeys
