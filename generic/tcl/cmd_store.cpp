// sslkeys::initialize and sslkeys::createAndSign, the article's two commands: see
// store/keydirectory.h.
#include "pki/error.h"
#include "store/keydirectory.h"
#include "tcl/command.h"
#include "tcl/terms.h"

#include <cerrno>

namespace sslkeys {
namespace {

struct InitializeArgs : TermsArgs, KeyArgs {};
const Options<InitializeArgs>& initializeOptions() {
    static const Options<InitializeArgs> options(keyOptions(), timeOptions());
    return options;
}

struct CreateArgs : TermsArgs, KeyArgs {
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
    static const Options<CreateArgs> options(keyOptions(), termsOptions(), own);
    return options;
}

std::string keyDirectory(Tcl_Interp* interp) {
    Tcl_Obj* value = Tcl_GetVar2Ex(interp, "::sslkeys::keydirectory", nullptr,
                                   TCL_GLOBAL_ONLY | TCL_LEAVE_ERR_MSG);
    if (value == nullptr) {
        throw Reported{};
    }
    return Word(interp, value, "sslkeys::keydirectory").path();
}

void answerStored(Call& call, const Stored& stored) {
    call.answer(describeIssued(stored.certificate, stored.truncated)
                    .put("keyfile", stored.paths.key)
                    .put("certfile", stored.paths.certificate));
}

// sslkeys::initialize ?-option value ...? ?ATTR value ...?
void initializeDirectory(Call& call) {
    InitializeArgs args;
    args.terms.profile = &findProfile("root");
    call.read(args, initializeOptions(), &args.terms.subject);
    answerStored(call, initialize(keyDirectory(call.interp()), args.terms, settle(args)));
}

// sslkeys::createAndSign type name ?-option value ...? ?ATTR value ...?
void createPair(Call& call) {
    CreateArgs args;
    args.terms.profile = &findProfile(call.text(0));
    call.read(args, createOptions(), &args.terms.subject);
    answerStored(call, createAndSign(keyDirectory(call.interp()), call.text(1), args.terms,
                                     settle(args), args.caPassword, args.replace));
}

}  // namespace

std::vector<Command> storeCommands() {
    return {
        {"initialize", "", "", initializeOptions().rows(), true, initializeDirectory},
        {"createAndSign", "", "type name", createOptions().rows(), true, createPair},
    };
}

}  // namespace sslkeys
