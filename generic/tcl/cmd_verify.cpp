// sslkeys::certificate verify: see pki/chain.h and pki/chain_revocation.h.
#include "pki/chain.h"
#include "pki/validity.h"
#include "store/pemfile.h"
#include "tcl/command.h"
#include "tcl/terms.h"
#include "tcl/value.h"

namespace sslkeys {
namespace {

constexpr std::int64_t kMostDepth = 100;  // more intermediates OpenSSL does not follow

struct VerifyArgs {
    std::optional<std::string> host;
    Purpose purpose = Purpose::kAny;
    std::int64_t now = Call::now();
    std::optional<Word> ca, untrusted, crl;
    std::string caFile, untrustedFile, crlFile;
    std::optional<std::string> ip, email;
    std::optional<int> depth;
};
const Options<VerifyArgs>& verifyOptions() {
    static const std::vector<Option<VerifyArgs>> rows = {
        {"-ca", "certificates", [](VerifyArgs& args, const Word& word) { args.ca = word; }},
        {"-cafile", "path", [](VerifyArgs& args, const Word& word) { args.caFile = word.path(); }},
        {"-untrusted", "certificates",
         [](VerifyArgs& args, const Word& word) { args.untrusted = word; }},
        {"-untrustedfile", "path",
         [](VerifyArgs& args, const Word& word) { args.untrustedFile = word.path(); }},
        {"-crl", "crls", [](VerifyArgs& args, const Word& word) { args.crl = word; }},
        {"-crlfile", "path",
         [](VerifyArgs& args, const Word& word) { args.crlFile = word.path(); }},
        {"-host", "name", [](VerifyArgs& args, const Word& word) { args.host = word.text(); }},
        {"-ip", "address", [](VerifyArgs& args, const Word& word) { args.ip = word.text(); }},
        {"-email", "mailbox", [](VerifyArgs& args, const Word& word) { args.email = word.text(); }},
        {"-purpose", "server|client|email|ocsp|ca|any",
         [](VerifyArgs& args, const Word& word) {
             constexpr Purpose kPurposes[] = {Purpose::kServer, Purpose::kClient, Purpose::kEmail,
                                              Purpose::kOcsp,   Purpose::kCa,     Purpose::kAny};
             args.purpose =
                 kPurposes[word.choice({"server", "client", "email", "ocsp", "ca", "any"})];
         }},
        {"-depth", "0..100",
         [](VerifyArgs& args, const Word& word) {
             args.depth = static_cast<int>(word.integer(0, kMostDepth));
         }},
        {"-now", "seconds",
         [](VerifyArgs& args, const Word& word) { args.now = word.integer(0, kEndOfTime); }},
    };
    static const Options<VerifyArgs> options = Options<VerifyArgs>(rows).need("-ca", "-cafile");
    return options;
}

// The certificates that a chain may go through.
std::vector<Certificate> untrustedOf(const VerifyArgs& args) {
    requireNotBoth(args.untrusted.has_value(), !args.untrustedFile.empty(), "-untrusted");
    return args.untrusted                ? valuesOf<Certificate>(*args.untrusted)
           : !args.untrustedFile.empty() ? ofFile(args.untrustedFile, certificatesOfFile)
                                         : std::vector<Certificate>();
}

std::optional<std::vector<Crl>> crlsOf(const VerifyArgs& args) {
    requireNotBoth(args.crl.has_value(), !args.crlFile.empty(), "-crl");
    if (args.crl) {
        return valuesOf<Crl>(*args.crl);
    }
    return args.crlFile.empty() ? std::nullopt : std::optional(ofFile(args.crlFile, crlsOfFile));
}

// sslkeys::certificate verify certificate -ca certificates|-cafile path ?-option value ...?
void verifyCertificate(Call& call) {
    VerifyArgs args;
    const std::vector<Certificate> chain = certificatesOf(call.word(0, "certificate"));
    call.read(args, verifyOptions());
    requireNotBoth(args.ca.has_value(), !args.caFile.empty(), "-ca");
    const Trust trusted = args.ca ? trustOf(*args.ca) : ofFile(args.caFile, trustOfFile);
    std::vector<Certificate> untrusted = untrustedOf(args);
    untrusted.insert(untrusted.end(), chain.begin() + 1, chain.end());
    const std::string issuerKey =
        verify(chain.front(), {trusted, args.host, args.purpose, args.now, std::move(untrusted),
                               args.ip, args.email, crlsOf(args), args.depth});
    call.answer(describeIdentity(chain.front(), issuerKey));
}

}  // namespace

Command verifyCommand() {
    return {"certificate",          "verify", "certificate",
            verifyOptions().rows(), false,    verifyCertificate};
}

}  // namespace sslkeys
