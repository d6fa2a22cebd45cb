// sslkeys::process: what a server asks of its process and Tcl has no word for.
#include "pki/error.h"
#include "tcl/command.h"

#include <algorithm>
#include <cerrno>
#include <sys/resource.h>

namespace sslkeys {
namespace {

struct DescriptorArgs {
    std::int64_t limit = -1;
};
const Options<DescriptorArgs>& descriptorOptions() {
    static const std::vector<Option<DescriptorArgs>> rows = {
        {"-limit", "64..1048576",
         [](DescriptorArgs& args, const Word& word) { args.limit = word.integer(64, 1048576); }}};
    static const Options<DescriptorArgs> options(rows);
    return options;
}

// Tell how many descriptors the process may have open, after lowering that number where asked to.
// It is never raised: select(), on which Tcl waits, ends the process at descriptor 1,024.
//
// sslkeys::process descriptors ?-limit number?
void descriptors(Call& call) {
    DescriptorArgs args;
    call.read(args, descriptorOptions());
    struct rlimit limit {};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        throw Error::fromSystem(errno, "could not read the descriptor limit");
    }
    if (args.limit > 0 && static_cast<rlim_t>(args.limit) < limit.rlim_cur) {
        limit.rlim_cur = static_cast<rlim_t>(args.limit);
        if (setrlimit(RLIMIT_NOFILE, &limit) != 0) {
            throw Error::fromSystem(errno, "could not lower the descriptor limit");
        }
    }
    call.answer(Tcl_NewWideIntObj(static_cast<Tcl_WideInt>(limit.rlim_cur)));
}

}  // namespace

std::vector<Command> processCommands() {
    return {{"process", "descriptors", "", descriptorOptions().rows(), false, descriptors}};
}

}  // namespace sslkeys
