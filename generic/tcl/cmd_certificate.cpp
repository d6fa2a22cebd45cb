// sslkeys::certificate: see pki/issuance.h (issue, sign, selfsign), pki/certificate.h (info, match)
// and, for verify, cmd_verify.cpp.
#include "pki/certificate.h"
#include "pki/error.h"
#include "pki/path.h"
#include "pki/print.h"
#include "pki/request.h"
#include "tcl/command.h"
#include "tcl/describe.h"
#include "tcl/job.h"
#include "tcl/terms.h"
#include "tcl/value.h"

namespace sslkeys {
namespace {

struct IssueArgs : TermsArgs, CaArgs, KeyArgs, CommandArgs {};
const Options<IssueArgs>& issueOptions() {
    static const Options<IssueArgs> options =
        Options<IssueArgs>(caOptions(), termsOptions(), boundOptions(), keyOptions(),
                           commandOptions())
            .need("-ca", "-cafile")
            .need("-cakey", "-cakeyfile");
    return options;
}

struct SignArgs : TermsArgs, CaArgs {};
const Options<SignArgs>& signOptions() {
    static const Options<SignArgs> options =
        Options<SignArgs>(caOptions(), termsOptions(), boundOptions())
            .need("-ca", "-cafile")
            .need("-cakey", "-cakeyfile");
    return options;
}

struct SelfsignArgs : TermsArgs {
    std::optional<Word> key;
};
const Options<SelfsignArgs>& selfsignOptions() {
    static const std::vector<Option<SelfsignArgs>> own = {
        {"-key", "key", [](SelfsignArgs& args, const Word& word) { args.key = word; }}};
    static const Options<SelfsignArgs> options =
        Options<SelfsignArgs>(own, termsOptions(), boundOptions()).need("-key");
    return options;
}

// Refuse what can be told without a key of the new certificate, and without opening the CA's.
void refuseNow(const Terms& terms, const Ca& ca) {
    if (!ca.hasPassword) {
        requireAuthority({ca.certificate, ca.openKey()}, terms.now);
    }
    requireSignable(terms, &ca.certificate);
}

// What its owner shows after a certificate: the CAs up to the root, without that; most often none.
std::vector<Certificate> chainOf(const Ca& ca) {
    const bool isRoot = ca.all.size() == 1 && isSelfIssued(ca.certificate);
    return isRoot ? std::vector<Certificate>() : withoutRoot(pathFrom(ca.certificate, ca.all));
}

// sslkeys::certificate issue profile -ca certificate -cakey key ?-option value ...? ?ATTR value
// ...?
void issueNew(Call& call) {
    IssueArgs args;
    args.terms.profile = &findProfile(call.text(0));
    call.read(args, issueOptions(), &args.terms.subject);
    const KeyTerms keyTerms = settle(args);
    const Ca ca = loadCa(args);
    if (args.command) {
        refuseNow(args.terms, ca);
    }
    perform(call, args, [ca, keyTerms, terms = std::move(args.terms)](const Stop* stop) -> Answer {
        const Key caKey = ca.openKey();
        requireAuthority({ca.certificate, caKey}, terms.now);
        const Key key = Key::generate(keyTerms.spec, stop);
        const Issued issued = issue(terms, key.publicKey(), {ca.certificate, caKey});
        return [issued, chain = chainOf(ca), text = sealKey(key, keyTerms.password)] {
            return Reference(describeIssued(issued.certificate, issued.truncated)
                                 .put("key", newKeyValue(text))
                                 .put("certificate", newValue(issued.certificate))
                                 .put("chain", newCertificates(chain))
                                 .get());
        };
    });
}

// sslkeys::certificate sign request profile -ca certificate -cakey key ?-option value ...? ?ATTR
// value ...?
void signRequest(Call& call) {
    SignArgs args;
    const auto request = valueOf<Request>(call.object(0));
    args.terms.profile = &findProfile(call.text(1));
    call.read(args, signOptions(), &args.terms.subject);
    if (args.terms.subject.empty()) {
        args.terms.subject = request.subject();
    }
    if (!args.terms.altNames) {
        args.terms.altNames = request.altNames();
    }
    const Ca ca = loadCa(args);
    const Issued issued = issue(args.terms, request.publicKey(), {ca.certificate, ca.openKey()});
    call.answer(describeIssued(issued.certificate, issued.truncated)
                    .put("certificate", newValue(issued.certificate))
                    .put("chain", newCertificates(chainOf(ca))));
}

// sslkeys::certificate selfsign profile -key key ?-option value ...? ?ATTR value ...?
void selfsignKey(Call& call) {
    SelfsignArgs args;
    args.terms.profile = &findProfile(call.text(0));
    call.read(args, selfsignOptions(), &args.terms.subject);
    const Issued issued = selfsign(args.terms, valueOf<Key>(*args.key));
    call.answer(describeIssued(issued.certificate, issued.truncated)
                    .put("certificate", newValue(issued.certificate)));
}

struct InfoArgs {
    bool asText = false;
    std::optional<std::vector<std::size_t>> fields;
};
const Options<InfoArgs>& infoOptions() {
    static const std::vector<Option<InfoArgs>> rows = {
        {"-fields", "names",
         [](InfoArgs& args, const Word& word) {
             args.fields = word.choices("field", certificateFields());
         }},
        {"-text", "boolean",
         [](InfoArgs& args, const Word& word) { args.asText = word.boolean(); }}};
    static const Options<InfoArgs> options(rows);
    return options;
}

// sslkeys::certificate info certificate ?-fields names? ?-text boolean?
void info(Call& call) {
    InfoArgs args;
    const Certificate certificate = leafOf(call.word(0, "certificate"));
    call.read(args, infoOptions());
    if (args.asText && args.fields) {
        throw Error(Code::ArgsConflict, "give -fields or -text, not both", {{"option", "-fields"}});
    }
    if (args.asText) {
        call.answer(printForPeople(certificate));
    } else {
        call.answer(describeCertificate(certificate, args.fields));
    }
}

// sslkeys::certificate match certificate key
void match(Call& call) {
    const Certificate certificate = leafOf(call.word(0, "certificate"));
    call.answer(Tcl_NewBooleanObj(certificate.matches(valueOf<Key>(call.object(1)).get()) ? 1 : 0));
}

}  // namespace

std::vector<Command> certificateCommands() {
    return {
        {"certificate", "issue", "profile", issueOptions().rows(), true, issueNew},
        {"certificate", "sign", "request profile", signOptions().rows(), true, signRequest},
        {"certificate", "selfsign", "profile", selfsignOptions().rows(), true, selfsignKey},
        {"certificate", "info", "certificate", infoOptions().rows(), false, info},
        verifyCommand(),
        {"certificate", "match", "certificate key", {}, false, match},
    };
}

}  // namespace sslkeys
