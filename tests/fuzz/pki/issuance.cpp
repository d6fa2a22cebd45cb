// Fuzzes issuing: each line of the input is one wish (a profile, -days N, -now N, -san NAME, or an
// attribute). What is issued says exactly that, fits its profile, and OpenSSL trusts it at its
// strictest.
#include "pki/issuance.h"

#include "pki/chain.h"
#include "pki/constraints.h"
#include "pki/details.h"
#include "pki/pointers.h"
#include "pki/profile.h"
#include "pki/text.h"
#include "pki/validity.h"
#include "property.h"

#include <openssl/x509_vfy.h>

#include <algorithm>

using namespace sslkeys;

namespace {

// What a program may ask for: -now is not negative, -days at least 1 (see generic/tcl/terms.cpp).
std::int64_t number(std::string_view word, std::int64_t least) {
    std::int64_t value = 0;
    for (const char digit : word.substr(0, 13)) {
        value = value * 10 + (digit >= '0' && digit <= '9' ? digit - '0' : 0);
    }
    return std::max(least, std::min(value, kEndOfTime));
}

// Wishes beside the names and the days.
//   out  whether it is one
bool addFurther(Terms& terms, const std::string& word, std::string_view rest) {
    const std::string text(rest);
    if (word == "-notafter") {
        terms.notAfter = number(rest, 0);
    } else if (word == "-pathlength") {
        terms.pathLength = static_cast<long>(number(rest, 0) % 101);
    } else if (word == "-permitted") {
        addOnce(terms.constraints.permitted, parseConstraint(rest));
    } else if (word == "-excluded") {
        addOnce(terms.constraints.excluded, parseConstraint(rest));
    } else if (word == "-crlurl") {
        terms.pointers.crlUrls.push_back(text);
    } else if (word == "-ocspurl") {
        terms.pointers.ocspUrls.push_back(text);
    } else if (word == "-caissuers") {
        terms.pointers.caIssuers.push_back(text);
    } else if (word == "-policy") {
        terms.pointers.policies.push_back(text);
    } else {
        return false;
    }
    return true;
}

void addWish(Terms& terms, std::string_view line) {
    const std::size_t space = std::min(line.find(' '), line.size());
    const std::string word(line.substr(0, space));
    const std::string_view rest = line.substr(std::min(space + 1, line.size()));
    if (addFurther(terms, word, rest)) {
        return;
    }
    if (word == "-days") {
        terms.days = number(rest, 1);
    } else if (word == "-now") {
        terms.now = number(rest, 0);
    } else if (word == "-san") {
        AltName name = AltName::parse(rest);
        if (!terms.altNames) {
            terms.altNames.emplace();
        }
        terms.altNames->push_back(std::move(name));
    } else if (space == line.size()) {
        terms.profile = &findProfile(word);
    } else {
        terms.subject.add(word, std::string(rest));
    }
}

Terms readTerms(std::string_view text) {
    Terms terms;
    terms.profile = &findProfile("client");
    terms.now = fuzz::kNow;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        fuzz::attempt(text, fuzz::kQuoted,
                      {Code::NameAttribute, Code::NameRepeated, Code::NameEmpty, Code::NameLength,
                       Code::NameCharacter, Code::NameAltName, Code::NameConstraint,
                       Code::CertificateProfile},
                      [&] {
                          addWish(terms, text.substr(0, end));
                          return true;
                      });
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return terms;
}

void checkStrict(const Certificate& certificate, const Certificate& ca, std::int64_t now) {
    const OwnedStore store(X509_STORE_new());
    X509_STORE_add_cert(store.get(), ca.get());
    const OwnedStoreContext context(X509_STORE_CTX_new());
    X509_STORE_CTX_init(context.get(), store.get(), certificate.get(), nullptr);
    X509_VERIFY_PARAM* wanted = X509_STORE_CTX_get0_param(context.get());
    X509_VERIFY_PARAM_set_flags(wanted, X509_V_FLAG_X509_STRICT | X509_V_FLAG_CHECK_SS_SIGNATURE);
    X509_VERIFY_PARAM_set_time(wanted, static_cast<time_t>(now));
    if (X509_verify_cert(context.get()) != 1) {
        fuzz::fail(std::string("OpenSSL trusts what is issued, and does not say: ") +
                   X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get())));
    }
    ERR_clear_error();
}

void checkIssued(const Issued& issued, const Terms& terms, const Certificate& ca) {
    const Certificate again = Certificate::fromPem(issued.certificate.toPem());
    const std::string profile(terms.profile->name == "operator" ? "client" : terms.profile->name);
    fuzz::check(again.fingerprint() == issued.certificate.fingerprint(),
                "a certificate is read as it was made");
    fuzz::check(again.profile() == profile, "a certificate is of its profile");
    fuzz::check(again.subject().attributes() == terms.subject.attributes(),
                "a subject is as it was wished for");
    fuzz::check(again.commonName() == terms.subject.find("CN"), "a subject has one CN");
    fuzz::check(again.serial().size() == 32 && again.serial().front() < '8',
                "a serial has 128 bits and is positive");
    fuzz::check(again.notBefore() == terms.now - kBackdating &&
                    again.notBefore() < again.notAfter(),
                "a certificate begins five minutes ago");
    const std::int64_t wished =
        terms.notAfter.value_or(terms.now + terms.days.value_or(terms.profile->days) * 86400);
    fuzz::check(again.notAfter() == (issued.truncated ? ca.notAfter() : wished),
                "a certificate ends when it was wished, or with its CA");
    fuzz::check(again.authorityKeyId() == ca.subjectKeyId(), "a certificate names its CA's key");
    const AltNames names = again.altNames();
    for (const AltName& name : terms.altNames.value_or(AltNames())) {
        fuzz::check(std::count(names.begin(), names.end(), name) == 1,
                    "each alternative name stands there once");
    }
    fuzz::check(!terms.profile->needsHost || !names.empty(), "a server has a name");
    fuzz::check(readPointers(again.get()) == terms.pointers, "URLs and policies are as given");
    fuzz::check(readConstraints(again.get()) == terms.constraints, "constraints are as given");
    fuzz::check(again.pathLength() == terms.pathLength.value_or(terms.profile->pathLength),
                "a path length is as given");
    fuzz::check(rawExtensions(again.get()).size() == (profile == "ocsp" ? 1 : 0),
                "no extension is unknown or faulty");
    checkStrict(again, ca, terms.now);
    fuzz::check(ERR_peek_error() == 0, "OpenSSL's error queue is empty after issuing");
}

// Let the CA that was made sign for a name of the input, within its constraints or not at all.
void checkBound(const Issued& own, const Terms& terms, std::string_view text) {
    static const Key leaf = fuzz::keyOfNumber(3);
    static const Key other = fuzz::keyOfNumber(5);  // of its own, in case the CA has its name
    Terms below;
    below.profile = &findProfile("peer");
    below.subject.add("CN", "alice");
    below.altNames = terms.altNames;
    below.now = terms.now;
    below.days = 1;
    if (!terms.altNames || !own.certificate.isCa()) {
        return;
    }
    const auto issued =
        fuzz::attempt(text, fuzz::kQuoted,
                      {Code::NameAltName, Code::CertificateConstraint, Code::CertificateValidity,
                       Code::CaExpired},
                      [&] {
                          return issue(below, other.publicKey(), {own.certificate, leaf});
                      });
    if (issued) {
        checkStrict(issued->certificate, own.certificate, terms.now);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Key leaf = fuzz::keyOfNumber(3);
    const std::string_view text = fuzz::view(data, size);
    const Terms terms = readTerms(text);
    const Certificate& ca = fuzz::caCertificate();
    const auto issued = fuzz::attempt(
        text, fuzz::kQuoted,
        {Code::NameCommonName, Code::NameAltName, Code::NameConstraint, Code::CertificateProfile,
         Code::CertificateValidity, Code::CertificateUrl, Code::CertificatePolicy, Code::CaExpired},
        [&] {
            return issue(terms, leaf.publicKey(), {ca, fuzz::caKey()});
        });
    if (issued) {
        checkIssued(*issued, terms, ca);
    }
    const auto own = fuzz::attempt(text, fuzz::kQuoted,
                                   {Code::NameCommonName, Code::NameAltName, Code::NameConstraint,
                                    Code::CertificateProfile, Code::CertificateValidity,
                                    Code::CertificateUrl, Code::CertificatePolicy},
                                   [&] { return selfsign(terms, leaf); });
    if (own) {
        checkIssued(*own, terms, own->certificate);
        checkBound(*own, terms, text);
    }
    return 0;
}
