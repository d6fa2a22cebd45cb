// sslkeys::bundle: see pki/bundle.h (open), pki/pkcs12.h and pki/pkcs7.h.
#include "pki/bundle.h"
#include "pki/error.h"
#include "pki/pem.h"
#include "pki/pkcs12.h"
#include "pki/pkcs7.h"
#include "tcl/command.h"
#include "tcl/job.h"
#include "tcl/passphrase.h"
#include "tcl/value.h"

#include <cstring>

namespace sslkeys {
namespace {

struct Pkcs12Args : CommandArgs {
    std::optional<Word> key, certificate, chain, passwordFrom;
    std::optional<Secret> password;
    std::string name;
    bool legacy = false;
};
const Options<Pkcs12Args>& pkcs12Options() {
    static const std::vector<Option<Pkcs12Args>> own = {
        {"-key", "key", [](Pkcs12Args& args, const Word& word) { args.key = word; }},
        {"-certificate", "certificate",
         [](Pkcs12Args& args, const Word& word) { args.certificate = word; }},
        {"-chain", "certificates", [](Pkcs12Args& args, const Word& word) { args.chain = word; }},
        {"-name", "text", [](Pkcs12Args& args, const Word& word) { args.name = word.text(); }},
        {"-password", "passphrase",
         [](Pkcs12Args& args, const Word& word) { args.password = word.password(); }},
        {"-passwordfrom", kPassphraseSource,
         [](Pkcs12Args& args, const Word& word) { args.passwordFrom = word; }},
        {"-legacy", "boolean",
         [](Pkcs12Args& args, const Word& word) { args.legacy = word.boolean(); }},
    };
    static const Options<Pkcs12Args> options = Options<Pkcs12Args>(own, commandOptions())
                                                   .need("-key")
                                                   .need("-certificate")
                                                   .need("-password", "-passwordfrom");
    return options;
}

Tcl_Obj* newOctets(const std::vector<unsigned char>& octets) {
    return Tcl_NewByteArrayObj(octets.data(), static_cast<Tcl_Size>(octets.size()));
}

// sslkeys::bundle pkcs12 -key key -certificate certificate ?-chain certificates? ?-name text?
// -password text|-passwordfrom source ?-legacy boolean? ?-command prefix?
void writePkcs12File(Call& call) {
    Pkcs12Args args;
    call.read(args, pkcs12Options());
    const auto password = passphraseOf(args.password, args.passwordFrom);
    const Pkcs12Terms terms{valueOf<Key>(*args.key),
                            valueOf<Certificate>(*args.certificate),
                            args.chain ? valuesOf<Certificate>(*args.chain)
                                       : std::vector<Certificate>(),
                            args.name,
                            *password,
                            args.legacy};
    requirePkcs12(terms);
    perform(call, args, [terms](const Stop* stop) -> Answer {
        return [octets = writePkcs12(terms, stop)] { return Reference(newOctets(octets)); };
    });
}

enum class Format { kPem, kDer, kBase64 };

struct Pkcs7Args {
    std::vector<Crl> crls;
    Format format = Format::kPem;
};
const Options<Pkcs7Args>& pkcs7Options() {
    static const std::vector<Option<Pkcs7Args>> own = {
        {"-crls", "crls",
         [](Pkcs7Args& args, const Word& word) { args.crls = valuesOf<Crl>(word); }},
        {"-format", "pem|der|base64",
         [](Pkcs7Args& args, const Word& word) {
             constexpr Format kFormats[] = {Format::kPem, Format::kDer, Format::kBase64};
             args.format = kFormats[word.choice({"pem", "der", "base64"})];
         }},
    };
    static const Options<Pkcs7Args> options(own);
    return options;
}

// sslkeys::bundle pkcs7 certificates ?-crls crls? ?-format pem|der|base64?
void writePkcs7File(Call& call) {
    Pkcs7Args args;
    call.read(args, pkcs7Options());
    const auto octets = writePkcs7(certificatesOf(call.word(0, "certificates")), args.crls);
    switch (args.format) {
    case Format::kPem: call.answer(view(writePem("PKCS7", octets.data(), octets.size()))); break;
    case Format::kDer: call.answer(newOctets(octets)); break;
    default: call.answer(encodeBase64(octets));
    }
}

struct OpenArgs : CommandArgs {
    std::optional<Secret> password;
    std::optional<Word> passwordFrom;
};
const Options<OpenArgs>& openOptions() {
    static const std::vector<Option<OpenArgs>> own = {
        {"-password", "passphrase",
         [](OpenArgs& args, const Word& word) { args.password = word.passwordOrEmpty(); }},
        {"-passwordfrom", kPassphraseSource,
         [](OpenArgs& args, const Word& word) { args.passwordFrom = word; }},
    };
    static const Options<OpenArgs> options(own, commandOptions());
    return options;
}

// A text of PEM may have comments in any script; all else is octets.
Secret dataOf(const Word& word) {
    const bool isText =
        word.hasWideText() && std::strstr(Tcl_GetString(word.object()), "-----BEGIN ") != nullptr;
    return isText ? secretOf(word.object()) : word.octets();
}

Reference describeBundle(const Bundle& bundle) {
    const auto newText = [](const std::string& text) { return sslkeys::newText(text); };
    const auto newKey = [](const Key& key) { return newValue(key); };
    const auto newCertificate = [](const Certificate& one) { return newValue(one); };
    return Reference(
        Dict()
            .put("kind", bundle.kind)
            .put("key", bundle.keys.empty() ? Tcl_NewObj() : newKey(bundle.keys.front()))
            .put("certificate", bundle.hasCertificateOfKey
                                    ? newCertificate(bundle.certificates.front())
                                    : Tcl_NewObj())
            .put("certificates", newList(bundle.certificates, newCertificate))
            .put("names", newList(bundle.names, newText))
            .put("keys", newList(bundle.keys, newKey))
            .put("unsupported",
                 newList(bundle.unsupported,
                         [](const Error& error) { return sslkeys::newText(error.what()); }))
            .put("requests",
                 newList(bundle.requests, [](const Request& request) { return newValue(request); }))
            .put("crls", newList(bundle.crls, [](const Crl& crl) { return newValue(crl); }))
            .put("publickeys", newList(bundle.publicKeys, newText))
            .get());
}

// sslkeys::bundle open data ?-password text? ?-passwordfrom source? ?-command prefix?
void open(Call& call) {
    OpenArgs args;
    call.read(args, openOptions());
    const auto password = passphraseOf(args.password, args.passwordFrom);
    perform(call, args, [data = dataOf(call.word(0, "data")), password](const Stop*) -> Answer {
        return [bundle = openBundle(data, password)] { return describeBundle(bundle); };
    });
}

}  // namespace

std::vector<Command> bundleCommands() {
    return {
        {"bundle", "pkcs12", "", pkcs12Options().rows(), false, writePkcs12File},
        {"bundle", "pkcs7", "certificates", pkcs7Options().rows(), false, writePkcs7File},
        {"bundle", "open", "data", openOptions().rows(), false, open},
    };
}

}  // namespace sslkeys
