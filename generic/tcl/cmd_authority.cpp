// sslkeys::initialize and sslkeys::rollover, a key directory's CA: see store/keydirectory.h and
// store/rollover.h. Both bring a CA about in the same three ways.
#include "pki/error.h"
#include "pki/validity.h"
#include "store/files.h"
#include "store/keydirectory.h"
#include "store/pemfile.h"
#include "store/rollover.h"
#include "tcl/command.h"
#include "tcl/job.h"
#include "tcl/record.h"
#include "tcl/stored.h"
#include "tcl/terms.h"
#include "tcl/value.h"

namespace sslkeys {
namespace {

// How a CA comes about: made here, alone or below a parent; asked for; or as what that brought.
struct NewCaArgs : TermsArgs, KeyArgs, CaArgs, CommandArgs {
    bool request = false;
    std::optional<Word> certificate;
    std::string certificateFile;
};
const std::vector<Option<NewCaArgs>>& newCaOptions() {
    static const std::vector<Option<NewCaArgs>> rows = {
        {"-request", "boolean",
         [](NewCaArgs& args, const Word& word) { args.request = word.boolean(); }},
        {"-certificate", "certificates",
         [](NewCaArgs& args, const Word& word) { args.certificate = word; }},
        {"-certificatefile", "path",
         [](NewCaArgs& args, const Word& word) { args.certificateFile = word.path(); }},
    };
    return rows;
}

struct InitializeArgs : NewCaArgs {
    bool replace = false;
};
const Options<InitializeArgs>& initializeOptions() {
    static const std::vector<Option<InitializeArgs>> own = {
        {"-force", "boolean",
         [](InitializeArgs& args, const Word& word) { args.replace = word.boolean(); }},
    };
    static const Options<InitializeArgs> options(keyOptions(), timeOptions(), boundOptions(),
                                                 caOptions(), newCaOptions(), own,
                                                 commandOptions());
    return options;
}

const Options<NewCaArgs>& prepareOptions() {
    static const Options<NewCaArgs> options(keyOptions(), timeOptions(), boundOptions(),
                                            caOptions(), newCaOptions(), commandOptions());
    return options;
}

[[noreturn]] void refuseTogether(const char* one, const char* other) {
    throw Error(Code::ArgsConflict, std::string(one) + " does not go with " + other,
                {{"option", one}});
}

bool isBrought(const NewCaArgs& args) { return args.certificate || !args.certificateFile.empty(); }

// Refuse options of different ways, and what a way would leave unused.
//   errors  ARGS CONFLICT
void requireOneWay(const NewCaArgs& args) {
    if (args.certificate && !args.certificateFile.empty()) {
        refuseTogether("-certificate", "-certificatefile");
    }
    const char* way = isBrought(args) ? "-certificate" : args.request ? "-request" : nullptr;
    if (way == nullptr) {
        return;
    }
    if (isBrought(args) && args.request) {
        refuseTogether("-certificate", "-request");
    }
    if (isGiven(args)) {
        refuseTogether(way, "the CA above");
    }
    if (args.terms.days || args.terms.notAfter) {
        refuseTogether(way, "-days or -notafter, which the CA above decides");
    }
    if (args.terms.pathLength || !args.terms.constraints.empty()) {
        refuseTogether(way, "what binds a CA, which the CA above decides");
    }
    if (isBrought(args) && (!args.terms.subject.empty() || args.command)) {
        refuseTogether("-certificate", args.command ? "-command" : "attributes");
    }
}

std::vector<Certificate> broughtBy(const NewCaArgs& args) {
    return args.certificate ? certificatesOf(*args.certificate)
                            : ofFile(args.certificateFile, certificatesOfFile);
}

// The CA above, where one is given; then the terms are those of an intermediate CA.
std::optional<Parent> parentOf(NewCaArgs& args) {
    if (!isGiven(args)) {
        return std::nullopt;
    }
    args.terms.profile = &findProfile("intermediate");
    const Ca ca = loadCa(args);
    return Parent{ca.all, ca.openKey};
}

Answer answerRequested(const Requested& requested) {
    return [requested] {
        return Reference(
            Dict()
                .put("keyfile", requested.keyFile)
                .put("requestfile", requested.requestFile)
                .put("keyfingerprint", printKeyFingerprint(requested.request.publicKey().key))
                .put("request", newValue(requested.request))
                .get());
    };
}

// sslkeys::initialize ?-option value ...? ?ATTR value ...?
void initializeDirectory(Call& call) {
    InitializeArgs args;
    args.terms.profile = &findProfile("root");
    call.read(args, initializeOptions(), &args.terms.subject);
    requireOneWay(args);
    const KeyTerms keyTerms = settle(args);
    Tcl_Interp* interp = call.interp();
    const std::string directory = keyDirectory(interp, args);
    if (isBrought(args)) {
        Record::require(interp, directory);
        const Answer answer = answerStored(initializeCertificate(
            directory, broughtBy(args), keyTerms.password, args.terms.now, args.replace));
        call.answer(Record::noted(interp, directory, "certify", answer)().get());
        return;
    }
    if (args.replace && !args.request) {
        refuseTogether("-force", "a CA that is made here");
    }
    const std::optional<Parent> parent = parentOf(args);
    const Parent* above = parent ? &*parent : nullptr;
    if (args.command && !args.request) {
        requireInitializable(directory, args.terms, above);
    }
    const bool isThere = exists(pairPaths(directory, kCaName).certificate);
    perform(call, args,
            [interp, directory, keyTerms, parent, isThere, terms = std::move(args.terms),
             asks = args.request, again = args.replace](const Stop* stop) {
                if (asks) {
                    const auto requested =
                        initializeRequest(directory, terms.subject, keyTerms, again, stop);
                    if (requested) {
                        return Record::noted(interp, directory, "request",
                                             answerRequested(*requested));
                    }
                }
                const Answer answer = answerStored(
                    initialize(directory, terms, keyTerms, parent ? &*parent : nullptr, stop));
                return isThere ? answer : Record::noted(interp, directory, "initialize", answer);
            });
}

// sslkeys::rollover prepare ?-option value ...? ?ATTR value ...?
void prepare(Call& call) {
    NewCaArgs args;
    args.terms.profile = &findProfile("root");
    call.read(args, prepareOptions(), &args.terms.subject);
    requireOneWay(args);
    const KeyTerms keyTerms = settle(args);
    Tcl_Interp* interp = call.interp();
    const std::string directory = keyDirectory(interp, args);
    Record::require(interp, directory);
    if (isBrought(args)) {
        const Answer answer = answerStored(
            prepareCertificate(directory, broughtBy(args), keyTerms.password, args.terms.now));
        call.answer(Record::noted(interp, directory, "prepare", answer)().get());
        return;
    }
    const std::optional<Parent> parent = parentOf(args);
    perform(
        call, args,
        [interp, directory, keyTerms, parent, terms = std::move(args.terms),
         asks = args.request](const Stop* stop) {
            if (asks) {
                const auto requested = prepareRequest(directory, terms.subject, keyTerms, stop);
                if (requested) {
                    return Record::noted(interp, directory, "prepare", answerRequested(*requested));
                }
            }
            return Record::noted(interp, directory, "prepare",
                                 answerStored(prepareRollover(directory, terms, keyTerms,
                                                              parent ? &*parent : nullptr, stop)));
        });
}

struct StepArgs {
    std::int64_t now = Call::now();
    bool keep = false;
    bool regardless = false;
};
const std::vector<Option<StepArgs>>& stepOptions() {
    static const std::vector<Option<StepArgs>> rows = {
        {"-now", "seconds",
         [](StepArgs& args, const Word& word) { args.now = word.integer(0, kEndOfTime); }}};
    return rows;
}
const Options<StepArgs>& activateOptions() {
    static const Options<StepArgs> options(stepOptions());
    return options;
}
const Options<StepArgs>& finishOptions() {
    static const std::vector<Option<StepArgs>> own = {
        {"-keep", "boolean", [](StepArgs& args, const Word& word) { args.keep = word.boolean(); }},
        {"-force", "boolean",
         [](StepArgs& args, const Word& word) { args.regardless = word.boolean(); }},
    };
    static const Options<StepArgs> options(stepOptions(), own);
    return options;
}

// sslkeys::rollover activate ?-now seconds?
void activate(Call& call) {
    StepArgs args;
    call.read(args, activateOptions());
    Tcl_Interp* interp = call.interp();
    const std::string directory = keyDirectory(interp, CommandArgs());
    Record::require(interp, directory);
    const Answer answer = answerStored(activateRollover(directory, args.now));
    call.answer(Record::noted(interp, directory, "activate", answer)().get());
}

Dict describeCa(const CaFile& ca) {
    return describeIdentity(ca.certificate)
        .put("keyfile", ca.paths.key)
        .put("certfile", ca.paths.certificate);
}

Dict describeRollover(const Rollover& found) {
    const Reference previous(Tcl_NewListObj(0, nullptr));
    for (const CaFile& each : found.previous) {
        Tcl_ListObjAppendElement(nullptr, previous.get(), describeCa(each).get());
    }
    constexpr const char* kStates[] = {"none", "requested", "broken", "prepared", "activated"};
    return Dict()
        .put("state", kStates[static_cast<std::size_t>(found.state)])
        .put("signing", describeCa(found.signing).get())
        .put("next", found.next ? describeCa(*found.next).get() : Tcl_NewObj())
        .put("previous", previous.get());
}

// sslkeys::rollover finish ?-now seconds? ?-keep boolean? ?-force boolean?
void finish(Call& call) {
    StepArgs args;
    call.read(args, finishOptions());
    Tcl_Interp* interp = call.interp();
    const std::string directory = keyDirectory(interp, CommandArgs());
    const auto record = Record::of(interp, directory);
    if (record && !args.regardless) {
        record->requireRetired(args.now);
    }
    finishRollover(directory, args.now, args.keep, args.regardless);
    const Answer answer = [&] { return Reference(describeRollover(rolloverOf(directory)).get()); };
    call.answer(Record::noted(interp, directory, "finish", answer)().get());
}

// sslkeys::rollover status
void status(Call& call) {
    call.answer(describeRollover(rolloverOf(keyDirectory(call.interp(), CommandArgs()))));
}

}  // namespace

std::vector<Command> authorityCommands() {
    return {
        {"initialize", "", "", initializeOptions().rows(), true, initializeDirectory},
        {"rollover", "prepare", "", prepareOptions().rows(), true, prepare},
        {"rollover", "activate", "", activateOptions().rows(), false, activate},
        {"rollover", "finish", "", finishOptions().rows(), false, finish},
        {"rollover", "status", "", {}, false, status},
    };
}

}  // namespace sslkeys
