// See ocsp_responder.h.
#include "pki/ocsp_responder.h"

#include "pki/chain.h"
#include "pki/error.h"
#include "pki/issuance.h"
#include "pki/pem.h"
#include "pki/serial.h"
#include "pki/signing.h"

#include <algorithm>

namespace sslkeys::ocsp {
namespace {

constexpr unsigned char kContext1 = der::kContext0 + 1;
constexpr unsigned char kContext2 = der::kContext0 + 2;
constexpr unsigned char kGood[] = {0x80, 0x00};     // [0] IMPLICIT NULL
constexpr unsigned char kUnknown[] = {0x82, 0x00};  // [2] IMPLICIT NULL

// responseStatus successful, and before the response itself: [0], SEQUENCE, id-pkix-ocsp-basic.
constexpr unsigned char kSuccessful[] = {0x0A, 0x01, 0x00};
constexpr unsigned char kBasic[] = {0x06, 0x09, 0x2B, 0x06, 0x01, 0x05,
                                    0x05, 0x07, 0x30, 0x01, 0x01};

[[noreturn]] void refuseSigner(const Certificate& signer, const std::string& why,
                               const char* reason) {
    const std::string subject = printName(X509_get_subject_name(signer.get()));
    throw Error(Code::OcspSigner, quote(subject) + " may not answer for the CA: " + why,
                {{"subject", subject}, {"reason", reason}});
}

// Tell whether a certificate says that its holder may answer: in so many words, RFC 6960 4.2.2.2.
bool isAppointed(const Certificate& signer) {
    X509* certificate = signer.get();
    return (X509_get_extension_flags(certificate) & EXFLAG_XKUSAGE) != 0 &&
           (X509_get_extended_key_usage(certificate) & XKU_OCSP_SIGN) != 0 &&
           (X509_get_key_usage(certificate) & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)) != 0;
}

der::Octets toDer(const Certificate& certificate) {
    return encodeDer<X509>(i2d_X509, certificate.get());
}

// ResponderID: byKey [2], which is shorter than any name.
der::Octets identify(const Certificate& signer) {
    const der::Octets keyHash = hashKey(signer);
    der::Octets id;
    der::appendHead(id, kContext2, der::sizeOf(keyHash.size()));
    der::append(id, der::kOctetString, keyHash);
    return id;
}

void appendStanding(der::Octets& out, const Standing& standing) {
    if (standing.status == Status::kGood) {
        der::append(out, der::View(kGood, sizeof kGood));
        return;
    }
    if (standing.status == Status::kUnknown) {
        der::append(out, der::View(kUnknown, sizeof kUnknown));
        return;
    }
    der::Octets info;
    der::appendGeneralizedTime(info, standing.revocation.time);
    const Reason reason = standing.revocation.reason.value_or(Reason::kUnspecified);
    if (reason != Reason::kUnspecified) {  // said by silence, as RFC 5280 5.3.1 wants in CRLs
        const auto number = static_cast<unsigned char>(reason);
        der::appendHead(info, der::kContext0, der::sizeOf(1));
        der::append(info, der::kEnumerated, der::View(&number, 1));
    }
    der::append(out, kContext1, info);
}

// Append a SingleResponse.
//   in  times  thisUpdate and [0] nextUpdate
void appendAnswer(der::Octets& out, const CertId& id, const Standing& standing,
                  const der::Octets& times) {
    der::Octets single;
    der::append(single, id.whole);
    appendStanding(single, standing);
    der::append(single, times);
    if (standing.status == Status::kRevoked && standing.revocation.invalidityDate) {
        appendInvalidityDate(single, kContext1, *standing.revocation.invalidityDate);
    }
    der::append(out, der::kSequence, single);
}

// OCSPResponse around a BasicOCSPResponse.
der::Octets wrap(const der::Octets& basic) {
    const std::size_t bytes = sizeof kBasic + der::sizeOf(basic.size());
    der::Octets out;
    out.reserve(basic.size() + 64);
    der::appendHead(out, der::kSequence, sizeof kSuccessful + der::sizeOf(der::sizeOf(bytes)));
    der::append(out, der::View(kSuccessful, sizeof kSuccessful));
    der::appendHead(out, der::kContext0, der::sizeOf(bytes));
    der::appendHead(out, der::kSequence, bytes);
    der::append(out, der::View(kBasic, sizeof kBasic));
    der::append(out, der::kOctetString, basic);
    return out;
}

}  // namespace

void requireSigner(const Certificate& signer, const Certificate& ca, std::int64_t now) {
    const bool isCa = X509_cmp(signer.get(), ca.get()) == 0;
    if (!isCa && !isAppointed(signer)) {
        refuseSigner(signer, "its certificate is not for signing OCSP answers", "PURPOSE");
    }
    try {
        verify(signer, {Trust({ca}), std::nullopt, Purpose::kAny, now, {}});
    } catch (const Error& error) {
        refuseSigner(signer, error.what(), error.row().reason);
    }
}

Responder::Responder(Certificate ca, Key key, std::int64_t now)
    : ca_(ca), signer_(std::move(ca)), key_(std::move(key)), issuer_(ca_), id_(identify(ca_)) {
    requireAuthority({ca_, key_}, now);
}

Responder::Responder(Certificate ca, Certificate signer, Key key, std::int64_t now)
    : ca_(std::move(ca)), signer_(std::move(signer)), key_(std::move(key)), issuer_(ca_),
      id_(identify(signer_)) {
    if (!signer_.matches(key_.get())) {
        refuseSigner(signer_, "the key is not that of its certificate", "MISMATCH");
    }
    requireCurrent(now);
    requireSigner(signer_, ca_, now);
    const der::Octets certificate = toDer(signer_);
    der::appendHead(certificates_, der::kContext0, der::sizeOf(certificate.size()));
    der::append(certificates_, der::kSequence, certificate);
}

// Time goes on while a responder is kept.
void Responder::requireCurrent(std::int64_t now) const {
    if (now < ca_.notBefore() || now > ca_.notAfter()) {
        throw Error(Code::CaExpired,
                    "the CA's certificate is not valid at " + std::to_string(now) +
                        ", so nobody answers for it",
                    {{"notbefore", std::to_string(ca_.notBefore())},
                     {"notafter", std::to_string(ca_.notAfter())}});
    }
    if (now < signer_.notBefore() || now > signer_.notAfter()) {
        refuseSigner(signer_, "its certificate is not valid at " + std::to_string(now),
                     now > signer_.notAfter() ? "EXPIRED" : "NOTYETVALID");
    }
}

der::Octets Responder::sign(const der::Octets& data) const {
    der::Octets basic = signTbs(key_, data);
    if (certificates_.empty()) {
        return basic;
    }
    der::Reader outside{der::View(basic)};
    const der::View parts = outside.take(der::kSequence);
    der::Octets out;
    der::appendHead(out, der::kSequence, parts.size() + certificates_.size());
    der::append(out, parts);
    der::append(out, certificates_);
    return out;
}

der::Octets Responder::answer(const Request& request, const Tell& tell, const Times& times) const {
    request.requireAnswerable();
    requireCurrent(times.now);
    der::Octets period;
    der::appendGeneralizedTime(period, times.thisUpdate);
    const std::int64_t end = std::min({times.nextUpdate, ca_.notAfter(), signer_.notAfter()});
    der::Octets next;
    der::appendGeneralizedTime(next, end);
    der::append(period, der::kContext0, next);

    der::Octets answers;
    std::vector<der::View> answered;
    for (const CertId& id : request.certificates()) {
        if (std::find(answered.begin(), answered.end(), id.whole) != answered.end()) {
            continue;
        }
        answered.push_back(id.whole);
        appendAnswer(answers, id, issuer_.fits(id) ? tell(printSerial(id.serial)) : Standing(),
                     period);
    }
    der::Octets data = id_;
    der::appendGeneralizedTime(data, times.now);
    der::append(data, der::kSequence, answers);
    if (request.nonce()) {
        appendNonce(data, kContext1, *request.nonce());
    }
    der::Octets whole;
    der::append(whole, der::kSequence, data);
    return wrap(sign(whole));
}

der::Octets refuseToAnswer(Outcome outcome) {
    const auto number = static_cast<unsigned char>(outcome);
    der::Octets out;
    der::appendHead(out, der::kSequence, der::sizeOf(1));
    der::append(out, der::kEnumerated, der::View(&number, 1));
    return out;
}

}  // namespace sslkeys::ocsp
