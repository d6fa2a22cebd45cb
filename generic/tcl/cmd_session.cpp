// sslkeys::session: see pki/session.h. For library/wire/tls.tcl; who speaks TLS calls that.
#include "pki/error.h"
#include "pki/session.h"
#include "store/pemfile.h"
#include "tcl/command.h"
#include "tcl/lifetime.h"
#include "tcl/terms.h"
#include "tcl/trace.h"

#include <memory>

namespace sslkeys {
namespace {

struct SessionArgs {
    std::string certificateFile, keyFile, caFile;
    std::string judge;
    bool required = true;
    std::optional<std::string> host;
    bool anyPurpose = false;
    std::int64_t grace = 0;
};
const std::vector<Option<SessionArgs>>& sharedOptions() {
    static const std::vector<Option<SessionArgs>> rows = {
        {"-certfile", "path",
         [](SessionArgs& args, const Word& word) { args.certificateFile = word.path(); }},
        {"-keyfile", "path",
         [](SessionArgs& args, const Word& word) { args.keyFile = word.path(); }},
        {"-cafile", "path", [](SessionArgs& args, const Word& word) { args.caFile = word.path(); }},
        {"-judge", "prefix",
         [](SessionArgs& args, const Word& word) {
             word.requirePrefix();
             args.judge = word.text();
         }},
    };
    return rows;
}
const Options<SessionArgs>& serveOptions() {
    static const std::vector<Option<SessionArgs>> own = {
        {"-require", "boolean",
         [](SessionArgs& args, const Word& word) { args.required = word.boolean(); }},
        {"-purpose", "client|any",
         [](SessionArgs& args, const Word& word) {
             args.anyPurpose = word.choice({"client", "any"}) == 1;
         }},
        {"-grace", "seconds",
         [](SessionArgs& args, const Word& word) { args.grace = word.integer(0, INT32_MAX); }},
    };
    static const Options<SessionArgs> options =
        Options<SessionArgs>(sharedOptions(), own).need("-cafile").need("-judge");
    return options;
}
const Options<SessionArgs>& connectOptions() {
    static const std::vector<Option<SessionArgs>> own = {
        {"-host", "name", [](SessionArgs& args, const Word& word) { args.host = word.text(); }},
    };
    static const Options<SessionArgs> options =
        Options<SessionArgs>(sharedOptions(), own).need("-cafile").need("-judge").need("-host");
    return options;
}

SessionTerms termsOf(Side side, const SessionArgs& args) {
    if (args.certificateFile.empty() != args.keyFile.empty()) {
        throw Error(Code::ArgsMissing, "-certfile and -keyfile go together",
                    {{"option", args.keyFile.empty() ? "-keyfile" : "-certfile"}});
    }
    std::optional<SessionTerms::Pair> pair;
    if (!args.keyFile.empty()) {
        pair = {
            ofFile(args.certificateFile, certificatesOfFile),
            ofFile(args.keyFile, [](const std::string& path) { return keyOfFile(path, nullptr); })};
        if (!pair->chain.front().matches(pair->key.get())) {
            throw Error(Code::StoreMismatch, "the key does not fit the certificate",
                        {{"name", pair->chain.front().commonName()}});
        }
    }
    Purpose purpose = side == Side::kServer ? Purpose::kClient : Purpose::kServer;
    if (args.anyPurpose) {
        purpose = Purpose::kAny;
    }
    return {std::move(pair), ofFile(args.caFile, trustOfFile),
            args.required,   args.host,
            purpose,         Call::now,
            args.grace,      nullptr};
}

// What the prefix is told: who is proven, or why not.
Dict describeVerdict(Tcl_Interp* interp, const Proven* proven, const Error* refusal) {
    if (refusal != nullptr) {
        return Dict().put("code", newErrorCode(interp, *refusal)).put("message", refusal->what());
    }
    Dict identity = describeIdentity(proven->certificate, proven->issuerKey);
    if (proven->isLate) {
        identity.put("expired", true);
    }
    return Dict().put("identity", identity.get());
}

// Where the prefix is asked: its interpreter, in its own thread, while it is there. A channel can
// outlive the one and be handed to another.
struct Court {
    Tcl_ThreadId thread;
    Tcl_Interp* interp;  // null when it has ended; for its thread alone
};

class Courts {
  public:
    static constexpr const char* kAssociation = "sslkeys::session";

    explicit Courts(Tcl_Interp* interp)
        : court_(std::make_shared<Court>(Court{Tcl_GetCurrentThread(), interp})) {}
    std::shared_ptr<const Court> get() const { return court_; }
    void close() noexcept { court_->interp = nullptr; }

  private:
    std::shared_ptr<Court> court_;
};

// Ask the prefix, within somebody else's work, whose result and error stay as they are.
bool ask(const Court& court, const std::string& prefix, const Proven* proven,
         const Error* refusal) {
    Tcl_Interp* interp = court.thread == Tcl_GetCurrentThread() ? court.interp : nullptr;
    if (interp == nullptr || Tcl_InterpDeleted(interp) != 0) {
        return false;
    }
    const Reference words(newText(prefix));
    Tcl_ListObjAppendElement(nullptr, words.get(), describeVerdict(interp, proven, refusal).get());
    Tcl_InterpState state = Tcl_SaveInterpState(interp, TCL_OK);
    int goesOn = 0;
    const bool answered =
        Tcl_EvalObjEx(interp, words.get(), TCL_EVAL_GLOBAL | TCL_EVAL_DIRECT) == TCL_OK &&
        Tcl_GetBooleanFromObj(nullptr, Tcl_GetObjResult(interp), &goesOn) == TCL_OK;
    Tcl_RestoreInterpState(interp, state);
    return answered && goesOn != 0;
}

// Run a script that puts TLS on one channel, and set up its side of what it made. The prefix gets
// in the handshake a dict, identity, or code and message; true lets the handshake go on. The answer
// is the session's number, or empty when the script made none that is within reach.
void begin(Call& call, Side side, const SessionArgs& args) {
    SessionTerms terms = termsOf(side, args);
    const SessionWatch watch;
    const int code = Tcl_EvalObjEx(call.interp(), call.object(0), 0);
    if (code != TCL_OK) {
        call.finish(code);
        return;
    }
    ssl_st* session = watch.found(side);
    if (session == nullptr) {
        call.answer("");
        return;
    }
    // Nothing of Tcl's is kept in the session: any thread may free it.
    terms.judge = [court = Belonging<Courts>::of(call.interp()).get(),
                   judge = args.judge](const Proven* proven, const Error* refusal) {
        return ask(*court, judge, proven, refusal);
    };
    call.answer(
        Tcl_NewWideIntObj(static_cast<Tcl_WideInt>(setUp(session, side, std::move(terms)))));
}

// sslkeys::session serve script -cafile path -judge prefix ?-certfile path -keyfile path?
// ?-require boolean? ?-purpose client|any? ?-grace seconds?
void serve(Call& call) {
    SessionArgs args;
    call.read(args, serveOptions());
    begin(call, Side::kServer, args);
}

// sslkeys::session connect script -cafile path -judge prefix -host name
// ?-certfile path -keyfile path?
void connect(Call& call) {
    SessionArgs args;
    call.read(args, connectOptions());
    begin(call, Side::kClient, args);
}

// Tell whether a session that was set up still stands: whoever closes its channel ends it.
//
// sslkeys::session open number
void tellOpen(Call& call) {
    const std::int64_t number = call.word(0, "number").integer(0, INT64_MAX);
    call.answer(Tcl_NewBooleanObj(isOpen(static_cast<std::uint64_t>(number)) ? 1 : 0));
}

}  // namespace

std::vector<Command> sessionCommands() {
    return {
        {"session", "serve", "script", serveOptions().rows(), false, serve},
        {"session", "connect", "script", connectOptions().rows(), false, connect},
        {"session", "open", "number", {}, false, tellOpen},
    };
}

}  // namespace sslkeys
