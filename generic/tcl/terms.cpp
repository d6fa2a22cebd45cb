// See terms.h.
#include "tcl/terms.h"

#include "pki/error.h"
#include "pki/validity.h"
#include "store/files.h"
#include "store/lock.h"
#include "store/pemfile.h"
#include "tcl/value.h"

namespace sslkeys {
namespace {

constexpr std::int64_t kMostDays = 36500;

constexpr std::int64_t kMostPathLength = 100;  // OpenSSL verifies no longer chain

// Refuse both ways to say when a certificate ends.
void requireOneEnd(const Terms& terms) {
    if (terms.days && terms.notAfter) {
        throw Error(Code::ArgsConflict, "give -days or -notafter, not both",
                    {{"option", "-notafter"}});
    }
}

void readDays(TermsArgs& args, const Word& word) {
    args.terms.days = word.integer(1, kMostDays);
    requireOneEnd(args.terms);
}

void readNotAfter(TermsArgs& args, const Word& word) {
    args.terms.notAfter = word.integer(0, kEndOfTime);
    requireOneEnd(args.terms);
}

AltNames constraintsOf(const Word& word) {
    AltNames constraints;
    for (const std::string& text : word.list()) {
        addOnce(constraints, parseConstraint(text));
    }
    return constraints;
}

void readNow(TermsArgs& args, const Word& word) { args.terms.now = word.integer(0, kEndOfTime); }

void readAltNames(TermsArgs& args, const Word& word) { args.terms.altNames = altNamesOf(word); }

// Where two files are a pair of a key directory, finish what is at work on it.
void healPair(const std::string& certificate, const std::string& key) {
    const std::string stem = certificate.substr(0, certificate.rfind('.'));
    const std::string directory = directoryOf(certificate);
    const std::string name = stem.substr(stem.rfind('/') + 1);
    const bool isOurs = certificate == stem + ".crt" && key == stem + ".key" && isPairName(name) &&
                        exists(join(directory, kLockFile));
    if (!isOurs) {
        return;
    }
    try {
        settlePair(directory, name);
    } catch (const Error&) {
        return;  // that they do not belong together is told by who signs with them
    }
}

}  // namespace

bool isGiven(const CaArgs& args) {
    return args.ca || args.caKey || args.caPassword || args.caPasswordFrom ||
           !args.caFile.empty() || !args.caKeyFile.empty();
}

void requireNotBoth(bool hasValue, bool hasFile, const std::string& name) {
    if (hasValue && hasFile) {
        throw Error(Code::ArgsConflict, "give " + name + " or " + name + "file, not both",
                    {{"option", name}});
    }
}

void requireOne(bool hasValue, bool hasFile, const std::string& name) {
    requireNotBoth(hasValue, hasFile, name);
    if (!hasValue && !hasFile) {
        throw Error(Code::ArgsMissing, "give " + name + " or " + name + "file", {{"option", name}});
    }
}

AltNames altNamesOf(const Word& word) {
    AltNames names;
    for (const std::string& text : word.list()) {
        names.push_back(AltName::parse(text));
    }
    return names;
}

const std::vector<Option<KeyArgs>>& keyOptions() {
    static const std::vector<Option<KeyArgs>> rows = {
        {"-keytype", "ec|rsa|ed25519",
         [](KeyArgs& args, const Word& word) {
             constexpr const char* kTypes[] = {"ec", "rsa", "ed25519"};
             args.spec.type = kTypes[word.choice({"ec", "rsa", "ed25519"})];
         }},
        {"-bits", "2048..8192",
         [](KeyArgs& args, const Word& word) {
             args.spec.bits = static_cast<int>(word.integer(kFewestRsaBits, kMostRsaBits));
             args.hasBits = true;
         }},
        {"-curve", "P-256|P-384|P-521",
         [](KeyArgs& args, const Word& word) {
             word.choice({"P-256", "P-384", "P-521"});
             args.spec.curve = word.text();
             args.hasCurve = true;
         }},
        {"-password", "passphrase",
         [](KeyArgs& args, const Word& word) { args.password = word.password(); }},
        {"-passwordfrom", kPassphraseSource,
         [](KeyArgs& args, const Word& word) { args.passwordFrom = word; }},
    };
    return rows;
}

KeyTerms settle(const KeyArgs& args) {
    if (args.hasBits && args.spec.type != "rsa") {
        throw Error(Code::ArgsConflict, "-bits goes with -keytype rsa", {{"option", "-bits"}});
    }
    if (args.hasCurve && args.spec.type != "ec") {
        throw Error(Code::ArgsConflict, "-curve goes with -keytype ec", {{"option", "-curve"}});
    }
    return {args.spec, passphraseOf(args.password, args.passwordFrom)};
}

const std::vector<Option<TermsArgs>>& termsOptions() {
    static const std::vector<Option<TermsArgs>> rows = {
        {"-days", "1..36500", readDays},
        {"-notafter", "seconds", readNotAfter},
        {"-san", "{DNS:a IP:b EMAIL:c URI:d}", readAltNames},
        {"-crlurl", "urls",
         [](TermsArgs& args, const Word& word) { args.terms.pointers.crlUrls = word.list(); }},
        {"-ocspurl", "urls",
         [](TermsArgs& args, const Word& word) { args.terms.pointers.ocspUrls = word.list(); }},
        {"-caissuers", "urls",
         [](TermsArgs& args, const Word& word) { args.terms.pointers.caIssuers = word.list(); }},
        {"-policy", "oids",
         [](TermsArgs& args, const Word& word) { args.terms.pointers.policies = word.list(); }},
        {"-now", "seconds", readNow},
    };
    return rows;
}

const std::vector<Option<TermsArgs>>& timeOptions() {
    static const std::vector<Option<TermsArgs>> rows = {{"-days", "1..36500", readDays},
                                                        {"-notafter", "seconds", readNotAfter},
                                                        {"-now", "seconds", readNow}};
    return rows;
}

const std::vector<Option<TermsArgs>>& boundOptions() {
    static const std::vector<Option<TermsArgs>> rows = {
        {"-pathlength", "0..100",
         [](TermsArgs& args, const Word& word) {
             args.terms.pathLength = static_cast<long>(word.integer(0, kMostPathLength));
         }},
        {"-permitted", "{DNS:a IP:b/8 EMAIL:@c URI:d}",
         [](TermsArgs& args, const Word& word) {
             args.terms.constraints.permitted = constraintsOf(word);
         }},
        {"-excluded", "{DNS:a IP:b/8 EMAIL:@c URI:d}",
         [](TermsArgs& args, const Word& word) {
             args.terms.constraints.excluded = constraintsOf(word);
         }},
    };
    return rows;
}

const std::vector<Option<CaArgs>>& caOptions() {
    static const std::vector<Option<CaArgs>> rows = {
        {"-ca", "certificate", [](CaArgs& args, const Word& word) { args.ca = word; }},
        {"-cafile", "path", [](CaArgs& args, const Word& word) { args.caFile = word.path(); }},
        {"-cakey", "key", [](CaArgs& args, const Word& word) { args.caKey = word; }},
        {"-cakeyfile", "path",
         [](CaArgs& args, const Word& word) { args.caKeyFile = word.path(); }},
        {"-cakeypassword", "passphrase",
         [](CaArgs& args, const Word& word) { args.caPassword = word.password(); }},
        {"-cakeypasswordfrom", kPassphraseSource,
         [](CaArgs& args, const Word& word) { args.caPasswordFrom = word; }},
    };
    return rows;
}

Ca loadCa(const CaArgs& args) {
    requireOne(args.ca.has_value(), !args.caFile.empty(), "-ca");
    requireOne(args.caKey.has_value(), !args.caKeyFile.empty(), "-cakey");
    const std::optional<Secret> caPassword = passphraseOf(args.caPassword, args.caPasswordFrom);
    if (caPassword && !args.ca && !args.caKey) {
        healPair(args.caFile, args.caKeyFile);  // whether it fits is not seen before it is opened
    }
    std::vector<Certificate> all =
        args.ca ? certificatesOf(*args.ca) : ofFile(args.caFile, certificatesOfFile);
    const auto readKey = [](const std::string& path) { return keyOfFile(path, nullptr); };
    if (!caPassword) {
        Key key = args.caKey ? valueOf<Key>(*args.caKey) : ofFile(args.caKeyFile, readKey);
        if (!args.ca && !args.caKey && !all.front().matches(key.get())) {
            // Perhaps a CA that is being replaced.
            healPair(args.caFile, args.caKeyFile);
            all = ofFile(args.caFile, certificatesOfFile);
            key = ofFile(args.caKeyFile, readKey);
        }
        return {all.front(), all, false, [key] { return key; }};
    }
    if (args.caKey) {
        return {all.front(), all, true,
                [text = secretOf(args.caKey->object()), password = *caPassword] {
                    return Key::fromPem(view(text), &password);
                }};
    }
    return {all.front(), all, true, [path = absolutePath(args.caKeyFile), password = *caPassword] {
                return ofFile(path,
                              [&](const std::string& at) { return keyOfFile(at, &password); });
            }};
}

Dict describeIssued(const Certificate& certificate, bool truncated) {
    return Dict()
        .put("serial", certificate.serial())
        .put("notbefore", certificate.notBefore())
        .put("notafter", certificate.notAfter())
        .put("fingerprint", certificate.fingerprint())
        .put("truncated", truncated);
}

Dict describeIdentity(const Certificate& certificate, const std::string& issuerKey) {
    Dict dict;
    dict.put("name", certificate.commonName())
        .put("serial", certificate.serial())
        .put("profile", certificate.profile())
        .put("fingerprint", certificate.fingerprint())
        .put("notbefore", certificate.notBefore())
        .put("notafter", certificate.notAfter());
    if (!issuerKey.empty()) {
        dict.put("issuerkey", issuerKey);
    }
    return dict;
}

KeyText sealKey(const Key& key, const std::optional<Secret>& password) {
    return password ? KeyText(key.toEncryptedPem(*password)) : KeyText(key);
}

Tcl_Obj* newKeyValue(const KeyText& text) {
    const Key* plain = std::get_if<Key>(&text);
    return plain != nullptr ? newValue(*plain) : newText(view(std::get<Secret>(text)));
}

}  // namespace sslkeys
