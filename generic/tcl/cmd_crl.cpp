// sslkeys::crl: see pki/crl.h (info, find) and pki/crl_issuance.h (sign, add).
#include "pki/crl.h"
#include "pki/crl_issuance.h"
#include "pki/error.h"
#include "pki/serial.h"
#include "pki/validity.h"
#include "tcl/command.h"
#include "tcl/job.h"
#include "tcl/revoked.h"
#include "tcl/terms.h"
#include "tcl/value.h"

#include <memory>

namespace sslkeys {
namespace {

constexpr std::int64_t kMostDays = 36500;
constexpr std::int64_t kDays = 7;
constexpr std::int64_t kSecondsOfDay = 86400;

// -revoked -number -days -nextupdate -now
struct ListArgs : CaArgs, CommandArgs {
    std::optional<Word> revoked;
    CrlTerms terms;
    std::optional<std::int64_t> days;
    std::optional<std::int64_t> nextUpdate;
    ListArgs() { terms.now = Call::now(); }
};
const std::vector<Option<ListArgs>>& listRows() {
    static const std::vector<Option<ListArgs>> rows = {
        {"-number", "number",
         [](ListArgs& args, const Word& word) { args.terms.number = readCrlNumber(word.text()); }},
        {"-revoked", "dict", [](ListArgs& args, const Word& word) { args.revoked = word; }},
        {"-days", "1..36500",
         [](ListArgs& args, const Word& word) { args.days = word.integer(1, kMostDays); }},
        {"-nextupdate", "seconds",
         [](ListArgs& args, const Word& word) { args.nextUpdate = word.integer(0, kEndOfTime); }},
        {"-now", "seconds",
         [](ListArgs& args, const Word& word) { args.terms.now = word.integer(0, kEndOfTime); }},
    };
    return rows;
}
const Options<ListArgs>& addOptions() {
    static const Options<ListArgs> options =
        Options<ListArgs>(caOptions(), listRows(), commandOptions())
            .need("-ca", "-cafile")
            .need("-cakey", "-cakeyfile");
    return options;
}
const Options<ListArgs>& signOptions() {
    static const Options<ListArgs> options = Options<ListArgs>(addOptions()).need("-number");
    return options;
}

// Read the options of a list that will be signed.
//   errors  ARGS CONFLICT, and those of the options
void readListArgs(const Call& call, ListArgs& args, const Options<ListArgs>& options) {
    call.read(args, options);
    if (args.days && args.nextUpdate) {
        throw Error(Code::ArgsConflict, "give -days or -nextupdate, not both",
                    {{"option", "-days"}});
    }
    args.terms.nextUpdate =
        args.nextUpdate.value_or(args.terms.now + args.days.value_or(kDays) * kSecondsOfDay);
}

// Sign as `sign` says, at once or as a job.
void performSigning(Call& call, const ListArgs& args,
                    const std::function<Crl(const RevokedList&, const Authority&)>& sign) {
    const Ca ca = loadCa(args);
    const auto revoked = std::make_shared<const RevokedList>(
        args.revoked ? revokedListOf(*args.revoked) : RevokedList());
    if (args.command && !ca.hasPassword) {
        requireCrlAuthority({ca.certificate, ca.openKey()}, args.terms.now);
    }
    perform(call, args, [=](const Stop* /*stop*/) -> Answer {
        const Crl crl = sign(*revoked, {ca.certificate, ca.openKey()});
        return [crl] { return Reference(newValue(crl)); };
    });
}

// sslkeys::crl sign -ca certificate -cakey key -number number ?-revoked dict? ?-option value ...?
void signList(Call& call) {
    ListArgs args;
    readListArgs(call, args, signOptions());
    performSigning(call, args,
                   [terms = args.terms](const RevokedList& revoked, const Authority& authority) {
                       return signCrl(terms, revoked, authority);
                   });
}

// sslkeys::crl add crl -ca certificate -cakey key ?-revoked dict? ?-option value ...?
void addToList(Call& call) {
    ListArgs args;
    const auto before = valueOf<Crl>(call.object(0));
    readListArgs(call, args, addOptions());
    performSigning(
        call, args,
        [before, terms = args.terms](const RevokedList& changes, const Authority& authority) {
            return addToCrl(before, terms, changes, authority);
        });
}

struct InfoArgs {
    bool revoked = false;
};
const Options<InfoArgs>& infoOptions() {
    static const std::vector<Option<InfoArgs>> rows = {
        {"-revoked", "boolean",
         [](InfoArgs& args, const Word& word) { args.revoked = word.boolean(); }}};
    static const Options<InfoArgs> options(rows);
    return options;
}

// sslkeys::crl info crl ?-revoked boolean?
void info(Call& call) {
    InfoArgs args;
    const auto crl = valueOf<Crl>(call.object(0));
    call.read(args, infoOptions());
    const auto next = crl.nextUpdate();
    Dict dict;
    dict.put("issuer", newSubject(Name::from(crl.issuer())))
        .put("issuername", printName(crl.issuer()))
        .put("number", crl.printNumber())
        .put("thisupdate", crl.thisUpdate())
        .put("nextupdate", next ? Tcl_NewWideIntObj(*next) : Tcl_NewObj())
        .put("count", static_cast<std::int64_t>(crl.count()))
        .put("signature", crl.signatureAlgorithm())
        .put("authoritykeyid", crl.authorityKeyId())
        .put("fingerprint", crl.fingerprint())
        .put("extensions", newList(crl.otherExtensions()))
        .put("obstacle", crl.obstacle());
    if (args.revoked) {
        dict.put("revoked", describeRevoked(crl).get());
    }
    call.answer(dict);
}

// sslkeys::crl find crl serial
void find(Call& call) {
    const auto crl = valueOf<Crl>(call.object(0));
    crl.requireUsable();
    Tcl_Size length = 0;
    const char* text = Tcl_GetStringFromObj(call.object(1), &length);
    const auto serial = readSerial({text, static_cast<std::size_t>(length)});
    if (!serial) {
        throw Error(Code::CrlEntry, quote(call.text(1)) + " is not a serial number in hex",
                    {{"serial", call.text(1)}});
    }
    if (const auto entry = crl.find(*serial)) {
        call.answer(describeRevocation(entry->revocation));
    }
}

}  // namespace

std::vector<Command> crlCommands() {
    return {
        {"crl", "sign", "", signOptions().rows(), false, signList},
        {"crl", "add", "crl", addOptions().rows(), false, addToList},
        {"crl", "info", "crl", infoOptions().rows(), false, info},
        {"crl", "find", "crl serial", {}, false, find},
    };
}

}  // namespace sslkeys
