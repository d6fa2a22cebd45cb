// sslkeys::initialize and sslkeys::createAndSign, the article's two commands: see
// store/keydirectory.h.
#include "pki/error.h"
#include "store/files.h"
#include "store/keydirectory.h"
#include "tcl/command.h"
#include "tcl/job.h"
#include "tcl/terms.h"

#include <cerrno>

namespace sslkeys {
namespace {

struct InitializeArgs : TermsArgs, KeyArgs, CommandArgs {};
const Options<InitializeArgs>& initializeOptions() {
    static const Options<InitializeArgs> options(keyOptions(), timeOptions(), commandOptions());
    return options;
}

struct CreateArgs : TermsArgs, KeyArgs, CommandArgs {
    std::optional<Secret> caPassword;
    bool replace = false;
};
const Options<CreateArgs>& createOptions() {
    static const std::vector<Option<CreateArgs>> own = {
        {"-cakeypassword", "passphrase",
         [](CreateArgs& args, const Word& word) { args.caPassword = word.password(); }},
        {"-force", "boolean",
         [](CreateArgs& args, const Word& word) { args.replace = word.boolean(); }},
    };
    static const Options<CreateArgs> options(keyOptions(), termsOptions(), own, commandOptions());
    return options;
}

// The key directory; for a job a path that stays the same wherever the process goes meanwhile.
std::string keyDirectory(Tcl_Interp* interp, const CommandArgs& args) {
    Tcl_Obj* value = Tcl_GetVar2Ex(interp, "::sslkeys::keydirectory", nullptr,
                                   TCL_GLOBAL_ONLY | TCL_LEAVE_ERR_MSG);
    if (value == nullptr) {
        throw Reported{};
    }
    const std::string path = Word(interp, value, "sslkeys::keydirectory").path();
    return args.command ? absolutePath(path) : path;
}

Answer answerStored(const Stored& stored) {
    return [stored] {
        return Reference(describeIssued(stored.certificate, stored.truncated)
                             .put("keyfile", stored.paths.key)
                             .put("certfile", stored.paths.certificate)
                             .get());
    };
}

// sslkeys::initialize ?-option value ...? ?ATTR value ...?
void initializeDirectory(Call& call) {
    InitializeArgs args;
    args.terms.profile = &findProfile("root");
    call.read(args, initializeOptions(), &args.terms.subject);
    const KeyTerms keyTerms = settle(args);
    const std::string directory = keyDirectory(call.interp(), args);
    if (args.command) {
        requireInitializable(directory, args.terms);
    }
    perform(call, args, [directory, keyTerms, terms = std::move(args.terms)](const Stop* stop) {
        return answerStored(initialize(directory, terms, keyTerms, stop));
    });
}

// sslkeys::createAndSign type name ?-option value ...? ?ATTR value ...?
void createPair(Call& call) {
    CreateArgs args;
    args.terms.profile = &findProfile(call.text(0));
    call.read(args, createOptions(), &args.terms.subject);
    const KeyTerms keyTerms = settle(args);
    const std::string directory = keyDirectory(call.interp(), args);
    const std::string name = call.text(1);
    if (args.command) {
        requireCreatable(directory, name, args.replace);
        requireSignable(args.terms);
    }
    perform(call, args,
            [directory, name, keyTerms, terms = std::move(args.terms),
             caPassword = std::move(args.caPassword), replace = args.replace](const Stop* stop) {
                return answerStored(
                    createAndSign(directory, name, terms, keyTerms, caPassword, replace, stop));
            });
}

}  // namespace

std::vector<Command> storeCommands() {
    return {
        {"initialize", "", "", initializeOptions().rows(), true, initializeDirectory},
        {"createAndSign", "", "type name", createOptions().rows(), true, createPair},
    };
}

}  // namespace sslkeys
