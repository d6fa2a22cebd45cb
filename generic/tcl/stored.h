// What the commands on the key directory share: where it is, and what they answer of what they put
// there.
#pragma once

#include "store/authority.h"
#include "tcl/job.h"

#include <string>

namespace sslkeys {

// The key directory; for a job a path that stays the same wherever the process goes meanwhile.
std::string keyDirectory(Tcl_Interp* interp, const CommandArgs& args);

// The dict of a pair that was made or stands.
Dict describeStored(const Stored& stored);
Answer answerStored(const Stored& stored);

}  // namespace sslkeys
