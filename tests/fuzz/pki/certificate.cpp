// Fuzzes certificates: every field of what is accepted can be told, and who is trusted is trusted
// for a reason that can be told again by other means. As CA, a foreign certificate signs or does
// not, in the words of issuance.h.
#include "pki/certificate.h"

#include "mutate.h"
#include "pki/chain.h"
#include "pki/constraints.h"
#include "pki/details.h"
#include "pki/issuance.h"
#include "pki/pem.h"
#include "pki/pointers.h"
#include "pki/print.h"
#include "pki/serial.h"
#include "pki/text.h"
#include "pki/validity.h"
#include "property.h"

#include <algorithm>
#include <cctype>
#include <cstring>

using namespace sslkeys;

namespace {

constexpr std::int64_t kYear0 = -62167219200;

void checkTimes(const Certificate& certificate) {
    for (const std::int64_t time : {certificate.notBefore(), certificate.notAfter()}) {
        fuzz::check(time >= kYear0 && time <= kEndOfTime, "a time lies in the years 0 to 9999");
    }
}

// The fields beside those that Certificate has.
void checkDetails(const Certificate& certificate) {
    const X509* parsed = certificate.get();
    const NameConstraints constraints = readConstraints(parsed);
    for (const AltNames& names : {constraints.permitted, constraints.excluded}) {
        for (const AltName& name : names) {
            fuzz::check(!name.print().empty(), "a name constraint can be printed");
        }
    }
    for (const std::string& oid : readPointers(parsed).policies) {
        fuzz::check(fuzz::isMadeOf(oid, "0123456789."), "a policy is an OID");
    }
    std::size_t count = 0;
    for (const RawExtension& extension : rawExtensions(parsed)) {
        fuzz::check(fuzz::isMadeOf(extension.oid, "0123456789."), "an extension has an OID");
        fuzz::check((extension.value.size() > 1) == (extension.fault == RawExtension::kDuplicate),
                    "what is given twice has two values");
        count += extension.value.size();
    }
    fuzz::check(static_cast<int>(count) <= X509_get_ext_count(parsed), "no extension is made up");
}

// No line of the text is of the certificate's making.
void checkText(const Certificate& certificate) {
    const std::string text = printForPeople(certificate);
    std::string_view left = text;
    fuzz::check(left.size() < 2'000'000 && left.substr(0, 8) == "Subject ", "a text has bounds");
    while (!left.empty()) {
        const std::size_t end = left.find('\n');
        fuzz::check(end != std::string_view::npos && countPlainCharacters(left.substr(0, end)) > 18,
                    "a line of the text is plain");
        fuzz::check(left.front() == ' ' || (left.front() >= 'A' && left.front() <= 'Z'),
                    "a line of the text begins with a label, or goes on");
        left.remove_prefix(end + 1);
    }
}

void checkFields(const Certificate& certificate) {
    const std::string serial = certificate.serial();
    fuzz::check(fuzz::isMadeOf(serial.substr(serial.front() == '-' ? 1 : 0), fuzz::kHexDigits),
                "a serial is hex");
    fuzz::check(certificate.fingerprint().size() == 64 &&
                    fuzz::isMadeOf(certificate.fingerprint(), fuzz::kHexDigits),
                "a fingerprint is hex");
    for (const std::string& id : {certificate.subjectKeyId(), certificate.authorityKeyId()}) {
        fuzz::check(id.empty() || fuzz::isMadeOf(id, fuzz::kHexDigits), "an identifier is hex");
    }
    for (const std::string& usage : certificate.extendedUsages()) {
        fuzz::check(!usage.empty(), "a usage has a name");
    }
    for (const AltName& name : certificate.altNames()) {
        fuzz::check(!name.print().empty(), "an alternative name can be printed");
    }
    fuzz::check(certificate.version() == 3 ||
                    (certificate.version() >= 1 && X509_get_ext_count(certificate.get()) <= 0),
                "a certificate with extensions is of version 3");
    static_cast<void>(certificate.signatureAlgorithm().size());
    static_cast<void>(certificate.pathLength());
    certificate.keyUsages();
    if (!certificate.profile().empty()) {
        fuzz::check(findProfile(certificate.profile()).isCa == certificate.isCa(),
                    "a certificate's profile is of its kind");
    }
    fuzz::checkName(X509_get_subject_name(certificate.get()));
    fuzz::checkName(X509_get_issuer_name(certificate.get()));
    checkTimes(certificate);
}

bool equalsFolded(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
        return std::tolower(x) == std::tolower(y);
    });
}

// RFC 9525 6, told once more and plainly.
bool namesHost(const Certificate& certificate, const std::string& host) {
    if (X509_get_ext_by_NID(certificate.get(), NID_subject_alt_name, -1) < 0) {
        const Name subject = certificate.subject();
        const auto& attributes = subject.attributes();
        return std::any_of(attributes.begin(), attributes.end(), [&](const auto& attribute) {
            return attribute.first == "CN" && equalsFolded(attribute.second, host);
        });
    }
    const std::size_t dot = host.find('.');
    const AltNames names = certificate.altNames();
    return std::any_of(names.begin(), names.end(), [&](const AltName& name) {
        const bool isWildcard = name.kind == AltName::kDns && dot != std::string::npos &&
                                name.value.substr(0, 2) == "*." &&
                                equalsFolded(name.value.substr(1), host.substr(dot));
        return equalsFolded(name.value, host) || isWildcard;
    });
}

bool has(const std::vector<std::string>& words, const char* word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

bool hasUnknownCritical(const X509* certificate) {
    for (int index = 0; index < X509_get_ext_count(certificate); ++index) {
        X509_EXTENSION* extension = X509_get_ext(certificate, index);
        if (X509_EXTENSION_get_critical(extension) != 0 &&
            X509_supported_extension(extension) == 0) {
            return true;
        }
    }
    return false;
}

// What must hold for whoever is trusted.
void checkTrusted(const Certificate& certificate, const Question& question) {
    const bool isCa = certificate.fingerprint() == fuzz::caCertificate().fingerprint();
    fuzz::check(isCa || X509_verify(certificate.get(), fuzz::caKey().get()) == 1,
                "who is trusted is signed by the CA");
    fuzz::check(certificate.notBefore() <= question.now && question.now <= certificate.notAfter(),
                "who is trusted is valid now");
    fuzz::check(!hasUnknownCritical(certificate.get()),
                "who is trusted has no critical extension that nobody understood");
    fuzz::check(!question.host || namesHost(certificate, *question.host),
                "who is trusted names the host");
    const std::vector<std::string> usages = certificate.extendedUsages();
    if (question.purpose == Purpose::kServer && !usages.empty()) {
        fuzz::check(has(usages, "serverAuth") || has(usages, "msSGC") || has(usages, "nsSGC"),
                    "a trusted server may be one");
    }
    if (question.purpose == Purpose::kClient && !usages.empty()) {
        fuzz::check(has(usages, "clientAuth"), "a trusted client may be one");
    }
}

// Ask about one host or none.
//   out  whether the certificate is trusted
bool isTrusted(const Certificate& certificate, std::string_view text,
               const std::optional<std::string>& host, Purpose purpose) {
    static const Trust trust({fuzz::caCertificate()});
    const Question question{trust, host, purpose, fuzz::kNow};
    const auto trusted = fuzz::attempt(
        text, fuzz::kQuoted,
        {Code::ChainExpired, Code::ChainNotYetValid, Code::ChainUntrusted, Code::ChainSelfSigned,
         Code::ChainSignature, Code::ChainPurpose, Code::ChainHost, Code::ChainInvalid},
        [&] {
            verify(certificate, question);
            return true;
        });
    if (trusted) {
        checkTrusted(certificate, question);
    }
    return trusted.has_value();
}

void checkVerify(const Certificate& certificate, std::string_view text) {
    isTrusted(certificate, text, std::nullopt, Purpose::kServer);
    if (!isTrusted(certificate, text, std::nullopt, Purpose::kClient)) {
        isTrusted(certificate, text, std::nullopt, Purpose::kAny);
        return;
    }
    for (const char* host : {"a.example", "x.b.example", "192.0.2.1"}) {
        isTrusted(certificate, text, host, Purpose::kAny);
    }
    const AltNames names = certificate.altNames();
    for (std::size_t index = 0; index < std::min<std::size_t>(names.size(), 3); ++index) {
        isTrusted(certificate, text, names[index].value, Purpose::kAny);
    }
}

// Let a foreign certificate be the CA.
void checkAuthority(const Certificate& ca, std::string_view text) {
    Terms terms;
    terms.profile = &findProfile("client");
    terms.subject.add("CN", "alice");
    terms.now = fuzz::kNow;
    const auto issued = fuzz::attempt(
        text, fuzz::kQuoted,
        {Code::CaMismatch, Code::CaNotCa, Code::CaExpired, Code::CertificatePem,
         Code::CertificateValidity, Code::CertificateProfile, Code::CertificateConstraint},
        [&] {
            return issue(terms, fuzz::caKey().publicKey(), {ca, fuzz::caKey()});
        });
    if (issued) {
        fuzz::check(X509_NAME_cmp(X509_get_issuer_name(issued->certificate.get()),
                                  X509_get_subject_name(ca.get())) == 0,
                    "a certificate's issuer is its CA");
        fuzz::check(issued->certificate.authorityKeyId() == ca.subjectKeyId(),
                    "a certificate names the key of its CA");
        fuzz::check(issued->certificate.notAfter() <= ca.notAfter(), "nobody outlives its CA");
        fuzz::check(ca.isCa(), "only a CA signs");
    }
}

void checkCertificate(const Certificate& certificate, std::string_view text) {
    checkFields(certificate);
    checkDetails(certificate);
    checkText(certificate);
    fuzz::check(ERR_peek_error() == 0, "OpenSSL's error queue is empty after telling the fields");
    checkVerify(certificate, text);
    checkAuthority(certificate, text);
    const auto key = fuzz::attempt(text, fuzz::kQuoted, {Code::CertificatePem},
                                   [&] { return certificate.publicKey(); });
    if (key) {
        fuzz::check(certificate.matches(*key), "a certificate matches its own key");
        describe(*key);
        printKeyFingerprint(*key);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = fuzz::view(data, size);
    const auto list = fuzz::attempt(text, fuzz::kQuoted, {Code::CertificatePem},
                                    [&] { return Certificate::listFromPem(text); });
    const auto one = fuzz::attempt(text, fuzz::kQuoted, {Code::CertificatePem},
                                   [&] { return Certificate::fromPem(text); });
    fuzz::check(one.has_value() == (list && list->size() == 1),
                "fromPem() takes what listFromPem() finds one certificate in");
    if (!list) {
        return 0;
    }
    std::vector<Secret> ders;
    for (PemBlock& block : readPem(text)) {
        if (block.label == "CERTIFICATE" || block.label == "X509 CERTIFICATE") {
            ders.push_back(std::move(block.der));
        }
    }
    fuzz::check(ders.size() == list->size(), "every certificate of a text is read");
    for (std::size_t index = 0; index < std::min<std::size_t>(list->size(), 3); ++index) {
        const Certificate& certificate = (*list)[index];
        checkCertificate(certificate, text);
        fuzz::check(readPem(certificate.toPem()).front().der == ders[index],
                    "a certificate is written as it was read");
        fuzz::check(Certificate::fromPem(certificate.toPem()).fingerprint() ==
                        certificate.fingerprint(),
                    "a certificate is read as it was written");
    }
    fuzz::check(ERR_peek_error() == 0, "OpenSSL's error queue is empty after using a certificate");
    return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t room, unsigned seed) {
    return fuzz::mutatePem(data, size, room, seed, fuzz::signCertificate);
}
