// sslkeys::job: see tcl/job.h.
#include "pki/error.h"
#include "tcl/command.h"
#include "tcl/job.h"

namespace sslkeys {
namespace {

// sslkeys::job cancel job
void cancel(Call& call) {
    const std::string name = call.text(0);
    if (!cancelJob(call.interp(), name)) {
        Tcl_SetObjResult(call.interp(), newText("there is no job " + quote(name)));
        Tcl_SetErrorCode(call.interp(), "TCL", "LOOKUP", "JOB", redact(name).c_str(), nullptr);
        throw Reported{};
    }
}

// sslkeys::job list
void list(Call& call) { call.answer(newList(listJobs(call.interp()))); }

}  // namespace

std::vector<Command> jobCommands() {
    return {
        {"job", "cancel", "job", {}, false, cancel},
        {"job", "list", "", {}, false, list},
    };
}

}  // namespace sslkeys
