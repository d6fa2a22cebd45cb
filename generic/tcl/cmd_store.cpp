// sslkeys::createAndSign, the second of the article's two commands: see store/keydirectory.h.
#include "store/keydirectory.h"
#include "tcl/command.h"
#include "tcl/job.h"
#include "tcl/record.h"
#include "tcl/stored.h"
#include "tcl/terms.h"

namespace sslkeys {
namespace {

struct CreateArgs : TermsArgs, KeyArgs, CommandArgs {
    std::optional<Secret> caPassword;
    std::optional<Word> caPasswordFrom;
    bool replace = false;
};
const Options<CreateArgs>& createOptions() {
    static const std::vector<Option<CreateArgs>> own = {
        {"-cakeypassword", "passphrase",
         [](CreateArgs& args, const Word& word) { args.caPassword = word.password(); }},
        {"-cakeypasswordfrom", kPassphraseSource,
         [](CreateArgs& args, const Word& word) { args.caPasswordFrom = word; }},
        {"-force", "boolean",
         [](CreateArgs& args, const Word& word) { args.replace = word.boolean(); }},
    };
    static const Options<CreateArgs> options(keyOptions(), termsOptions(), boundOptions(), own,
                                             commandOptions());
    return options;
}

// sslkeys::createAndSign type name ?-option value ...? ?ATTR value ...?
void createPair(Call& call) {
    CreateArgs args;
    args.terms.profile = &findProfile(call.text(0));
    call.read(args, createOptions(), &args.terms.subject);
    const KeyTerms keyTerms = settle(args);
    const std::string directory = keyDirectory(call.interp(), args);
    const std::string name = call.text(1);
    const std::optional<Secret> caPassword = passphraseOf(args.caPassword, args.caPasswordFrom);
    if (args.command) {
        requireCreatable(directory, name, args.replace);
        requireSignable(args.terms);
    }
    if (!Record::of(call.interp(), directory)) {
        perform(call, args,
                [directory, name, keyTerms, terms = std::move(args.terms), caPassword,
                 replace = args.replace](const Stop* stop) {
                    return answerStored(
                        createAndSign(directory, name, terms, keyTerms, caPassword, replace, stop));
                });
        return;
    }
    perform(call, args,
            [interp = call.interp(), directory, name, keyTerms, terms = std::move(args.terms),
             caPassword, replace = args.replace](const Stop* stop) -> Answer {
                Unpublished pair =
                    makePair(directory, name, terms, keyTerms, caPassword, replace, stop);
                return [=, pair = std::move(pair)] {
                    // By now it may have been closed.
                    const auto record = Record::of(interp, directory);
                    return answerStored(record
                                            ? record->publish(directory, name, terms, pair, replace)
                                            : publishPair(directory, name, pair, replace, false))();
                };
            });
}

}  // namespace

std::vector<Command> storeCommands() {
    return {
        {"createAndSign", "", "type name", createOptions().rows(), true, createPair},
    };
}

}  // namespace sslkeys
