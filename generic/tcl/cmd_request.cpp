// sslkeys::request: see pki/request.h.
#include "pki/error.h"
#include "pki/request.h"
#include "tcl/command.h"
#include "tcl/terms.h"
#include "tcl/value.h"

#include <optional>

namespace sslkeys {
namespace {

struct RequestArgs {
    std::optional<Word> key;
    AltNames altNames;
    Name subject;
};

const Options<RequestArgs>& createOptions() {
    static const std::vector<Option<RequestArgs>> rows = {
        {"-key", "key", [](RequestArgs& args, const Word& word) { args.key = word; }},
        {"-san", "{DNS:a IP:b EMAIL:c URI:d}",
         [](RequestArgs& args, const Word& word) { args.altNames = altNamesOf(word); }},
    };
    static const Options<RequestArgs> options(rows);
    return options;
}

// sslkeys::request create -key key ?-san list? ?ATTR value ...?
void create(Call& call) {
    RequestArgs args;
    call.read(args, createOptions(), &args.subject);
    if (!args.key) {
        throw Error(Code::ArgsMissing, "give the key with -key", {{"option", "-key"}});
    }
    args.subject.requireCommonName();
    call.answer(
        newValue(Request::create(valueOf<Key>(args.key->object()), args.subject, args.altNames)));
}

// sslkeys::request info request
void info(Call& call) {
    const auto request = valueOf<Request>(call.object(0));
    const KeySpec spec = describe(request.publicKey().key);
    call.answer(Dict()
                    .put("subject", newSubject(request.subject()))
                    .put("subjectname", printName(X509_REQ_get_subject_name(request.get())))
                    .put("san", newList(request.altNames(),
                                        [](const AltName& name) { return newText(name.print()); }))
                    .put("keytype", spec.type)
                    .put("bits", std::int64_t{spec.bits})
                    .put("curve", spec.curve)
                    .put("keyfingerprint", printKeyFingerprint(request.publicKey().key)));
}

}  // namespace

std::vector<Command> requestCommands() {
    return {
        {"request", "create", "", createOptions().rows(), true, create},
        {"request", "info", "request", {}, false, info},
    };
}

}  // namespace sslkeys
