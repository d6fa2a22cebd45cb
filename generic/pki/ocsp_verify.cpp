// See ocsp_verify.h.
#include "pki/ocsp_verify.h"

#include "pki/error.h"
#include "pki/ocsp_responder.h"
#include "pki/path.h"
#include "pki/serial.h"
#include "pki/signing.h"

#include <openssl/x509v3.h>

#include <algorithm>
#include <array>

namespace sslkeys::ocsp {
namespace {

// How OCSP answers may be signed: SHA-256 or better. The whole AlgorithmIdentifier, since nobody
// signs that.
//   source  RFC 5758 3.2, RFC 4055 5, RFC 8410 3
struct AlgorithmRow {
    int keyType;
    const EVP_MD* (*digest)();  // null: the key's own
    std::array<unsigned char, 15> der;
    std::size_t length;
};
constexpr std::array kAlgorithms{
    AlgorithmRow{EVP_PKEY_EC,
                 EVP_sha256,
                 {0x30, 0x0A, 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02},
                 12},
    AlgorithmRow{EVP_PKEY_EC,
                 EVP_sha384,
                 {0x30, 0x0A, 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x03},
                 12},
    AlgorithmRow{EVP_PKEY_EC,
                 EVP_sha512,
                 {0x30, 0x0A, 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x04},
                 12},
    AlgorithmRow{
        EVP_PKEY_RSA,
        EVP_sha256,
        {0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0B, 0x05, 0x00},
        15},
    AlgorithmRow{
        EVP_PKEY_RSA,
        EVP_sha384,
        {0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0C, 0x05, 0x00},
        15},
    AlgorithmRow{
        EVP_PKEY_RSA,
        EVP_sha512,
        {0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0D, 0x05, 0x00},
        15},
    AlgorithmRow{EVP_PKEY_ED25519, nullptr, {0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70}, 7},
};

bool isSignedBy(const Response& response, const AlgorithmRow* row, EVP_PKEY* key) {
    if (EVP_PKEY_get_base_id(key) != row->keyType) {
        return false;
    }
    const Owned<EVP_MD_CTX, EVP_MD_CTX_free> context(
        require(EVP_MD_CTX_new(), "could not verify the OCSP response"));
    const bool fits =
        EVP_DigestVerifyInit(context.get(), nullptr,
                             row->digest == nullptr ? nullptr : row->digest(), nullptr, key) == 1 &&
        EVP_DigestVerify(context.get(), response.signature().begin(), response.signature().size(),
                         response.signedPart().begin(), response.signedPart().size()) == 1;
    drainOpenSsl();
    return fits;
}

void requireSignature(const Response& response, const Certificate& signer) {
    const auto* const row =
        std::find_if(kAlgorithms.begin(), kAlgorithms.end(), [&](const AlgorithmRow& each) {
            return der::View(each.der.data(), each.length) == response.algorithm();
        });
    const bool isKnown = row != kAlgorithms.end();
    if (!isKnown || !isSignedBy(response, row, signer.publicKey())) {
        const std::string subject = printName(X509_get_subject_name(signer.get()));
        throw Error(Code::OcspSignature,
                    "the OCSP response is " +
                        (isKnown ? "not signed by " + quote(subject) + ", as it says"
                                 : std::string("signed too weakly, or in a way that is not known")),
                    {{"subject", subject}});
    }
}

// The certificates that come with the response and are the responder's, as he names himself.
std::vector<Certificate> findSigners(const Response& response) {
    std::vector<Certificate> signers;
    for (const der::View octets : response.certificates()) {
        try {
            const Certificate read = Certificate::fromDer(octets.begin(), octets.size());
            if (response.responder().fits(read)) {
                signers.push_back(read);
            }
        } catch (const Error&) {
            throw Error(Code::OcspResponse, "a certificate in the OCSP response is damaged",
                        {{"fault", "der"}});
        }
    }
    return signers;
}

void requireBelievable(const Response& response, const Question& question) {
    if (response.responder().fits(question.ca)) {
        requireSigner(question.ca, question.ca, question.now);
        requireSignature(response, question.ca);
        return;
    }
    const std::vector<Certificate> signers = findSigners(response);
    if (signers.empty()) {
        throw Error(Code::OcspSigner,
                    "the OCSP response is neither the CA's nor does it hold the certificate of "
                    "whoever signed it",
                    {{"subject", response.responder().printName()}, {"reason", "ABSENT"}});
    }
    for (const Certificate& signer : signers) {  // a renewed one may have the same key or name
        try {
            requireSigner(signer, question.ca, question.now);
            requireSignature(response, signer);
            return;
        } catch (const Error&) {
            if (&signer == &signers.back()) {
                throw;
            }
        }
    }
}

void requireCurrent(const Answer& answer, std::int64_t now) {
    const std::string serial = printSerial(answer.id.serial);
    if (answer.thisUpdate > now + kSkew) {
        throw Error(Code::OcspNotYetValid,
                    "the OCSP answer about " + serial + " is of a time to come",
                    {{"serial", serial}, {"thisupdate", std::to_string(answer.thisUpdate)}});
    }
    const std::int64_t end = answer.nextUpdate.value_or(answer.thisUpdate);
    if (end < now - kSkew) {
        throw Error(Code::OcspExpired, "the OCSP answer about " + serial + " has expired",
                    {{"serial", serial}, {"nextupdate", std::to_string(end)}});
    }
}

// The answers about certificates of this issuer, one each.
std::vector<Answer> selectAnswers(const Response& response, const Issuer& issuer) {
    std::vector<Answer> selected;
    for (const Answer& answer : response.answers()) {
        if (!issuer.fits(answer.id)) {
            continue;
        }
        const auto twin = std::find_if(selected.begin(), selected.end(), [&](const Answer& each) {
            return each.id.serial == answer.id.serial;
        });
        if (twin == selected.end()) {
            selected.push_back(answer);
        } else if (twin->standing.status != answer.standing.status) {
            throw Error(Code::OcspResponse, "the OCSP response contradicts itself",
                        {{"fault", "contradiction"}});
        }
    }
    return selected;
}

void requireAnswered(const std::vector<Answer>& answers, const std::string& serial) {
    const bool isAnswered = std::any_of(answers.begin(), answers.end(), [&](const Answer& answer) {
        return printSerial(answer.id.serial) == serial;
    });
    if (!isAnswered) {
        throw Error(Code::OcspAbsent, "the OCSP response says nothing about " + serial,
                    {{"serial", serial}});
    }
}

[[noreturn]] void refuseIssuer(const Certificate& certificate) {
    const std::string subject = printName(X509_get_subject_name(certificate.get()));
    throw Error(Code::OcspIssuer,
                "certificate " + quote(subject) + " was not issued by the given CA",
                {{"subject", subject}});
}

void requireAllAnswered(const std::vector<Answer>& answers, const Question& question,
                        const Issuer& issuer) {
    for (const Certificate& certificate : question.of) {
        requireIssued(certificate, question.ca);
        if (!isSignedBy(certificate, question.ca)) {  // another CA's, of the same name
            refuseIssuer(certificate);
        }
        requireAnswered(answers, certificate.serial());
    }
    if (question.request != nullptr) {
        for (const CertId& id : question.request->certificates()) {
            const std::string serial = printSerial(id.serial);
            if (!issuer.fits(id)) {
                throw Error(Code::OcspIssuer, "the request asks about " + serial + " of another CA",
                            {{"serial", serial}});
            }
            requireAnswered(answers, serial);
        }
    }
    if (answers.empty()) {
        throw Error(Code::OcspAbsent, "the OCSP response says nothing about certificates of the CA",
                    {{"serial", ""}});
    }
}

}  // namespace

std::vector<Answer> verify(const Response& response, const Question& question) {
    if (response.outcome() != Outcome::kSuccessful) {
        const std::string status(nameOf(response.outcome()));
        throw Error(Code::OcspStatus, "the responder does not answer: " + status,
                    {{"status", status}});
    }
    if (response.demandsUnknown()) {
        throw Error(Code::OcspResponse, "the OCSP response demands an extension that is not known",
                    {{"fault", "critical"}});
    }
    requireBelievable(response, question);
    const Issuer issuer(question.ca);
    std::vector<Answer> answers = selectAnswers(response, issuer);
    requireAllAnswered(answers, question, issuer);
    for (const Answer& answer : answers) {
        requireCurrent(answer, question.now);
    }
    const bool isOurs = question.request == nullptr || !question.request->nonce() ||
                        !response.nonce() || *question.request->nonce() == *response.nonce();
    if (!isOurs) {
        throw Error(Code::OcspNonce,
                    "the OCSP response answers another request: its nonce differs");
    }
    return answers;
}

void requireIssued(const Certificate& certificate, const Certificate& ca) {
    const bool isIssued = X509_check_issued(ca.get(), certificate.get()) == X509_V_OK;
    drainOpenSsl();
    if (!isIssued) {
        refuseIssuer(certificate);
    }
}

}  // namespace sslkeys::ocsp
