// Fuzzes certification requests: what Request accepts proves its key, is written as it was read,
// can be asked for once more, and either becomes a certificate of each profile or is refused in the
// words of issuance.h.
#include "pki/request.h"

#include "mutate.h"
#include "pki/issuance.h"
#include "pki/pem.h"
#include "property.h"

using namespace sslkeys;

namespace {

// What the CA does with a request's wishes.
void checkSign(const Request& request, std::string_view text, const Profile& profile) {
    Terms terms;
    terms.profile = &profile;
    terms.subject = request.subject();
    terms.altNames = request.altNames();
    terms.now = fuzz::kNow;
    const auto issued = fuzz::attempt(
        text, fuzz::kQuoted,
        {Code::NameAttribute, Code::NameRepeated, Code::NameEmpty, Code::NameLength,
         Code::NameCharacter, Code::NameCommonName, Code::NameAltName, Code::CertificateProfile},
        [&] {
            return issue(terms, request.publicKey(), {fuzz::caCertificate(), fuzz::caKey()});
        });
    if (!issued) {
        return;
    }
    const Certificate& certificate = issued->certificate;
    fuzz::check(certificate.matches(request.publicKey().key), "the certificate is for its key");
    fuzz::check(certificate.isCa() == profile.isCa, "the profile decides who is a CA");
    fuzz::check(certificate.subject().attributes() == request.subject().attributes(),
                "an accepted subject is signed as it was asked for");
    for (const AltName& name : request.altNames()) {
        const AltNames names = certificate.altNames();
        fuzz::check(std::find(names.begin(), names.end(), AltName::parse(name.print())) !=
                        names.end(),
                    "an accepted name is signed as it was asked for");
    }
}

Wishes wishesOf(const Request& request) {
    Wishes wishes{request.altNames(), request.keyUsages(), {}, std::nullopt};
    // Of the extended usages, those that RFC 5280 names or that nobody does; OpenSSL has other
    // words.
    for (const std::string& usage : request.extendedUsages()) {
        fuzz::check(!usage.empty(), "a usage has a name");
        if (fuzz::isMadeOf(usage, "0123456789.") || usage.find("Auth") != std::string::npos) {
            wishes.extendedUsages.push_back(usage);
        }
    }
    if (request.hasChallenge()) {
        wishes.challenge = request.challenge();
    }
    return wishes;
}

bool isWritable(const AltName& name) {
    return (name.kind & (AltName::kDns | AltName::kIp | AltName::kEmail | AltName::kUri)) != 0 &&
           name.value.substr(0, 1) != "#";
}

// Ask for the same again, with another key.
void checkAgain(const Request& request, std::string_view text) {
    Wishes wishes = wishesOf(request);
    for (const AltName& name : wishes.altNames) {
        if (!isWritable(name)) {
            return;
        }
    }
    Name subject;
    subject.add("CN", "alice");
    const auto again =
        fuzz::attempt(text, fuzz::kNothing, {Code::RequestUsage, Code::RequestChallenge}, [&] {
            return Request::fromPem(Request::create(fuzz::caKey(), subject, wishes).toPem());
        });
    if (again) {
        fuzz::check(again->altNames() == request.altNames() &&
                        again->keyUsages() == request.keyUsages() &&
                        again->extendedUsages() == wishes.extendedUsages,
                    "what is wished for is wished for again");
        fuzz::check(again->hasChallenge() == request.hasChallenge() &&
                        (!wishes.challenge || again->challenge() == *wishes.challenge),
                    "a challenge password is the same again");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = fuzz::view(data, size);
    const auto request = fuzz::attempt(
        text, fuzz::kQuoted,
        {Code::RequestPem, Code::RequestSignature, Code::RequestAttribute, Code::KeyUnsupported},
        [&] { return Request::fromPem(text); });
    if (!request) {
        return 0;
    }
    EVP_PKEY* key = request->publicKey().key;
    requireSupported(key);
    fuzz::check(X509_REQ_verify(request->get(), key) == 1,
                "an accepted request is signed by its own key");
    fuzz::checkName(X509_REQ_get_subject_name(request->get()));
    const std::string pem = request->toPem();
    std::size_t same = 0;
    for (const PemBlock& block : readPem(text)) {
        same += readPem(pem).front().der == block.der ? 1 : 0;
    }
    fuzz::check(same == 1, "a request is written as it was read");
    const Request again = Request::fromPem(pem);
    fuzz::check(again.altNames() == request->altNames() &&
                    again.subject().attributes() == request->subject().attributes(),
                "a request is read as it was written");
    checkAgain(*request, text);
    checkSign(*request, text, profiles()[size % profiles().size()]);
    fuzz::check(ERR_peek_error() == 0, "OpenSSL's error queue is empty after using a request");
    return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t room, unsigned seed) {
    return fuzz::mutatePem(data, size, room, seed, fuzz::signRequest);
}
