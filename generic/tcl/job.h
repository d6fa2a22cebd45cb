// What takes long, at once or as a job: with -command the worker does it while the event loop goes
// on, and {*}prefix ok RESULT or {*}prefix error MESSAGE ERRORCODE is called from there, once.
#pragma once

#include "pki/stop.h"
#include "tcl/call.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace sslkeys {

// Work touches nothing of Tcl and owns what it needs: it may run in another thread. What it gives
// makes the Tcl value, in the interpreter's own thread.
//   in  the stop to look at, null when nobody can ask for it
using Answer = std::function<Reference()>;
using Work = std::function<Answer(const Stop*)>;

// -command
struct CommandArgs {
    std::optional<Word> command;
};
const std::vector<Option<CommandArgs>>& commandOptions();

// Do the work and answer with what it gives; or, where -command was given, have the worker do it
// and answer with the job's name.
//   errors  those of the work; with -command POSIX when no thread can be started
void perform(Call& call, const CommandArgs& args, Work work);

// Ask a job of this interpreter to end. It is told CANCELLED, from the event loop; or what became
// of it where nothing could be broken off any more. One that is over is left alone.
//   out  false when there never was a job of that name
bool cancelJob(Tcl_Interp* interp, const std::string& name);

// Name the jobs of this interpreter that were not told of yet, in the order of their arrival.
std::vector<std::string> listJobs(Tcl_Interp* interp);

}  // namespace sslkeys
