// sslkeys::request: see pki/request.h.
#include "pki/error.h"
#include "pki/request.h"
#include "tcl/command.h"
#include "tcl/describe.h"
#include "tcl/terms.h"
#include "tcl/value.h"

#include <optional>

namespace sslkeys {
namespace {

struct RequestArgs {
    std::optional<Word> key;
    Wishes wishes;
    Name subject;
};

const Options<RequestArgs>& createOptions() {
    static const std::vector<Option<RequestArgs>> rows = {
        {"-key", "key", [](RequestArgs& args, const Word& word) { args.key = word; }},
        {"-san", "{DNS:a IP:b EMAIL:c URI:d}",
         [](RequestArgs& args, const Word& word) { args.wishes.altNames = altNamesOf(word); }},
        {"-usages", "{digitalSignature ...}",
         [](RequestArgs& args, const Word& word) { args.wishes.usages = word.list(); }},
        {"-extendedusages", "{clientAuth ...}",
         [](RequestArgs& args, const Word& word) { args.wishes.extendedUsages = word.list(); }},
        {"-challenge", "text",
         [](RequestArgs& args, const Word& word) {
             args.wishes.challenge = secretOf(word.object());
         }},
    };
    static const Options<RequestArgs> options = Options<RequestArgs>(rows).need("-key");
    return options;
}

// sslkeys::request create -key key ?-option value ...? ?ATTR value ...?
void create(Call& call) {
    RequestArgs args;
    call.read(args, createOptions(), &args.subject);
    args.subject.requireCommonName();
    call.answer(newValue(Request::create(valueOf<Key>(*args.key), args.subject, args.wishes)));
}

// sslkeys::request info request
void info(Call& call) { call.answer(describeRequest(valueOf<Request>(call.object(0)))); }

// sslkeys::request challenge request
void challenge(Call& call) { call.answer(view(valueOf<Request>(call.object(0)).challenge())); }

}  // namespace

std::vector<Command> requestCommands() {
    return {
        {"request", "create", "", createOptions().rows(), true, create},
        {"request", "info", "request", {}, false, info},
        {"request", "challenge", "request", {}, false, challenge},
    };
}

}  // namespace sslkeys
