// See stored.h.
#include "tcl/stored.h"

#include "store/files.h"
#include "tcl/terms.h"

namespace sslkeys {

std::string keyDirectory(Tcl_Interp* interp, const CommandArgs& args) {
    Tcl_Obj* value = Tcl_GetVar2Ex(interp, "::sslkeys::keydirectory", nullptr,
                                   TCL_GLOBAL_ONLY | TCL_LEAVE_ERR_MSG);
    if (value == nullptr) {
        throw Reported{};
    }
    const std::string path = Word(interp, value, "sslkeys::keydirectory").path();
    return args.command ? absolutePath(path) : path;
}

Dict describeStored(const Stored& stored) {
    return describeIssued(stored.certificate, stored.truncated)
        .put("keyfile", stored.paths.key)
        .put("certfile", stored.paths.certificate);
}

Answer answerStored(const Stored& stored) {
    return [stored] { return Reference(describeStored(stored).get()); };
}

}  // namespace sslkeys
