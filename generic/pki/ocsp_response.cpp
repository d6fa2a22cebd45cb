// See ocsp_response.h.
#include "pki/ocsp_response.h"

#include "pki/error.h"

#include <algorithm>
#include <array>

namespace sslkeys::ocsp {
namespace {

constexpr std::size_t kMostSigners = 10;
constexpr unsigned char kImplicit0 = 0x80;  // [0] IMPLICIT NULL
constexpr unsigned char kImplicit2 = 0x82;
constexpr unsigned char kContext1 = der::kContext0 + 1;
constexpr unsigned char kContext2 = der::kContext0 + 2;

// id-pkix-ocsp-basic, without tag and length.
constexpr unsigned char kOidBasic[] = {0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x01};

struct OutcomeRow {
    Outcome outcome;
    std::string_view name;
};
constexpr std::array kOutcomes{
    OutcomeRow{Outcome::kSuccessful, "successful"},
    OutcomeRow{Outcome::kMalformedRequest, "malformedrequest"},
    OutcomeRow{Outcome::kInternalError, "internalerror"},
    OutcomeRow{Outcome::kTryLater, "trylater"},
    OutcomeRow{Outcome::kSigRequired, "sigrequired"},
    OutcomeRow{Outcome::kUnauthorized, "unauthorized"},
};

[[noreturn]] void refuse(const char* fault, const std::string& message) {
    throw Error(Code::OcspResponse, message, {{"fault", fault}});
}

std::int64_t takeGeneralizedTime(der::Reader& reader) {
    if (!reader.sees(der::kGeneralizedTime)) {
        reader.fail();
    }
    return reader.takeTime();
}

// Take what stands in an explicit tag, where that comes next.
template <class Take>
auto takeExplicit(der::Reader& reader, unsigned char tag, Take take)
    -> std::optional<decltype(take(reader))> {
    if (!reader.sees(tag)) {
        return std::nullopt;
    }
    der::Reader inside(reader.take(tag));
    auto taken = take(inside);
    if (!inside.isDone()) {
        reader.fail();
    }
    return taken;
}

Reason takeReason(der::Reader& reader) {
    const der::View value = reader.takeInteger(der::kEnumerated);
    const auto reason = value.size() == 1 ? static_cast<Reason>(value[0]) : Reason::kUnspecified;
    if (value.size() != 1 || sslkeys::nameOf(reason).empty()) {
        reader.fail();
    }
    return reason;
}

// RFC 6960 4.2.1: good [0] IMPLICIT NULL, revoked [1] IMPLICIT RevokedInfo, unknown [2] IMPLICIT
// NULL.
Standing takeStanding(der::Reader& reader) {
    const der::Element element = reader.take();
    Standing standing;
    if (element.tag == kContext1) {
        der::Reader info(element.content);
        standing.status = Status::kRevoked;
        standing.revocation.time = takeGeneralizedTime(info);
        standing.revocation.reason = takeExplicit(info, der::kContext0, takeReason);
        if (!info.isDone()) {
            reader.fail();
        }
        return standing;
    }
    standing.status = element.tag == kImplicit0 ? Status::kGood : Status::kUnknown;
    if ((element.tag != kImplicit0 && element.tag != kImplicit2) || !element.content.empty()) {
        reader.fail();
    }
    return standing;
}

Answer takeAnswer(der::Reader& list, bool& demandsUnknown) {
    Answer answer;
    der::Reader single(list.take(der::kSequence));
    answer.id = takeCertId(single);
    answer.standing = takeStanding(single);
    answer.thisUpdate = takeGeneralizedTime(single);
    answer.nextUpdate = takeExplicit(single, der::kContext0, takeGeneralizedTime);
    const Extensions extensions = takeExtensions(single, kContext1);
    answer.standing.revocation.invalidityDate = extensions.invalidityDate;
    demandsUnknown = demandsUnknown || extensions.demandsUnknown;
    if (!single.isDone()) {
        list.fail();
    }
    return answer;
}

ResponderId takeResponder(der::Reader& reader) {
    ResponderId id;
    const bool isByName = reader.sees(kContext1);
    der::Reader inside(reader.take(isByName ? kContext1 : kContext2));
    if (isByName) {
        id.name = inside.sees(der::kSequence) ? inside.take().whole : inside.take(der::kSequence);
    } else {
        id.keyHash = inside.take(der::kOctetString);
    }
    if (!inside.isDone()) {
        reader.fail();
    }
    return id;
}

}  // namespace

std::string_view nameOf(Outcome outcome) {
    const auto* const row =
        std::find_if(kOutcomes.begin(), kOutcomes.end(),
                     [&](const OutcomeRow& each) { return each.outcome == outcome; });
    return row == kOutcomes.end() ? std::string_view() : row->name;
}

bool ResponderId::fits(const Certificate& certificate) const {
    if (!keyHash.empty()) {
        return keyHash == der::View(hashKey(certificate));
    }
    const unsigned char* subject = nullptr;
    std::size_t length = 0;
    return X509_NAME_get0_der(X509_get_subject_name(certificate.get()), &subject, &length) == 1 &&
           der::View(subject, length) == name;
}

std::string ResponderId::printName() const {
    const unsigned char* next = name.begin();
    const OwnedName read(
        name.empty() ? nullptr : d2i_X509_NAME(nullptr, &next, static_cast<long>(name.size())));
    drainOpenSsl();
    return read == nullptr ? "" : sslkeys::printName(read.get());
}

Response::Response(der::View octets) : octets_(octets.begin(), octets.end()) {}

Response Response::fromDer(der::View octets) {
    if (octets.size() > kLongestResponse) {
        refuse("size",
               "the OCSP response is longer than " + std::to_string(kLongestResponse) + " octets");
    }
    Response response(octets);
    if (!response.read()) {
        refuse("der", "this is not an OCSP response in DER");
    }
    return response;
}

// OCSPResponse. Out: false when it is damaged.
bool Response::read() {
    der::Reader all{der::View(octets_)};
    der::Reader outer(all.take(der::kSequence));
    const der::View number = outer.takeInteger(der::kEnumerated);
    if (!all.isDone() || number.size() != 1) {
        return false;
    }
    outcome_ = static_cast<Outcome>(number[0]);
    if (outcome_ != Outcome::kSuccessful) {
        return outer.isDone() && !nameOf(outcome_).empty();
    }
    der::Reader explicitly(outer.take(der::kContext0));
    der::Reader bytes(explicitly.take(der::kSequence));
    const der::View type = bytes.takeOid();
    const der::View content = bytes.take(der::kOctetString);
    if (!outer.isDone() || !explicitly.isDone() || !bytes.isDone()) {
        return false;
    }
    if (!(type == der::View(kOidBasic, sizeof kOidBasic))) {
        refuse("type", "the OCSP response is of a type that is not known");
    }
    der::Reader whole(content);
    der::Reader basic(whole.take(der::kSequence));
    readBasic(basic);
    return whole.isDone() && basic.isDone();
}

// BasicOCSPResponse
void Response::readBasic(der::Reader& basic) {
    const der::Element data = basic.take();
    der::Reader inside(data.content);
    signedPart_ = data.whole;
    readData(inside);
    algorithm_ = basic.take().whole;
    const der::View bits = basic.take(der::kBitString);
    if (data.tag != der::kSequence || !inside.isDone() || bits.empty() || bits[0] != 0) {
        basic.fail();
        return;
    }
    signature_ = der::View(bits.begin() + 1, bits.size() - 1);
    if (basic.sees(der::kContext0)) {
        der::Reader explicitly(basic.take(der::kContext0));
        der::Reader list(explicitly.take(der::kSequence));
        while (!list.atEnd()) {
            certificates_.push_back(list.take().whole);
        }
        if (!explicitly.isDone() || !list.isDone()) {
            basic.fail();
        }
    }
    if (certificates_.size() > kMostSigners) {
        refuse("count", "the OCSP response holds more than " + std::to_string(kMostSigners) +
                            " certificates");
    }
}

// ResponseData
void Response::readData(der::Reader& data) {
    const auto version = takeExplicit(data, der::kContext0,
                                      [](der::Reader& inside) { return inside.takeInteger(); });
    if (version && data.isGood() && (version->size() != 1 || (*version)[0] != 0)) {
        refuse("version", "the OCSP response is of a version that is not known");
    }
    responder_ = takeResponder(data);
    producedAt_ = takeGeneralizedTime(data);
    readAnswers(data);
    const Extensions extensions = takeExtensions(data, kContext1);
    nonce_ = extensions.nonce;
    demandsUnknown_ = demandsUnknown_ || extensions.demandsUnknown;
}

void Response::readAnswers(der::Reader& data) {
    der::Reader list(data.take(der::kSequence));
    while (!list.atEnd()) {
        if (answers_.size() == kMostCertificates) {
            refuse("count", "the OCSP response is about more than " +
                                std::to_string(kMostCertificates) + " certificates");
        }
        answers_.push_back(takeAnswer(list, demandsUnknown_));
    }
    if (!list.isDone()) {
        data.fail();
    }
}

bool looksLikeResponse(der::View octets) {
    der::Reader all(octets);
    der::Reader outer(all.take(der::kSequence));
    return outer.sees(der::kEnumerated);
}

}  // namespace sslkeys::ocsp
