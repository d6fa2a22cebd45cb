// See ocsp_request.h.
#include "pki/ocsp_request.h"

#include "pki/error.h"

#include <openssl/rand.h>

#include <algorithm>

namespace sslkeys::ocsp {
namespace {

constexpr unsigned char kVersion = der::kContext0;
constexpr unsigned char kRequestorName = der::kContext0 + 1;
constexpr unsigned char kRequestExtensions = der::kContext0 + 2;
constexpr unsigned char kSingleExtensions = der::kContext0;
constexpr unsigned char kSignature = der::kContext0;

[[noreturn]] void refuse(const char* fault, const std::string& message) {
    throw Error(Code::OcspRequest, message, {{"fault", fault}});
}

// Take the version where it is written; 0 is v1, which DER leaves out and some write.
void requireVersion(der::Reader& reader) {
    if (!reader.sees(kVersion)) {
        return;
    }
    der::Reader explicitly(reader.take(kVersion));
    const der::View version = explicitly.takeInteger();
    if (explicitly.isDone() && (version.size() != 1 || version[0] != 0)) {
        refuse("version", "the OCSP request is of a version that is not known");
    }
    if (!explicitly.isDone()) {
        reader.fail();
    }
}

}  // namespace

der::Octets Request::create(const Issuer& issuer, Digest digest,
                            const std::vector<der::Octets>& serials, const der::Octets* nonce) {
    der::Octets list;
    std::vector<der::Octets> asked;
    for (const der::Octets& serial : serials) {
        if (std::find(asked.begin(), asked.end(), serial) != asked.end()) {
            continue;
        }
        asked.push_back(serial);
        der::Octets id;
        issuer.append(id, digest, serial);
        der::append(list, der::kSequence, id);
    }
    if (asked.size() > kMostCertificates) {
        throw Error(Code::ArgsRange,
                    std::to_string(asked.size()) + " certificates are more than " +
                        std::to_string(kMostCertificates) + " in one OCSP request",
                    {{"value", std::to_string(asked.size())},
                     {"least", "1"},
                     {"most", std::to_string(kMostCertificates)}});
    }
    der::Octets tbs;
    der::append(tbs, der::kSequence, list);
    if (nonce != nullptr) {
        appendNonce(tbs, kRequestExtensions, *nonce);
    }
    der::Octets out;
    der::appendHead(out, der::kSequence, der::sizeOf(tbs.size()));
    der::append(out, der::kSequence, tbs);
    return out;
}

Request::Request(der::View octets) : octets_(octets.begin(), octets.end()) {}

Request Request::fromDer(der::View octets) {
    if (octets.size() > kLongestRequest) {
        refuse("size",
               "the OCSP request is longer than " + std::to_string(kLongestRequest) + " octets");
    }
    Request request(octets);
    if (!request.read()) {
        refuse("der", "this is not an OCSP request in DER");
    }
    return request;
}

// RFC 6960 4.1.1. Out: false when it is damaged.
bool Request::read() {
    der::Reader all{der::View(octets_)};
    der::Reader outer(all.take(der::kSequence));
    der::Reader tbs(outer.take(der::kSequence));
    requireVersion(tbs);
    if (tbs.sees(kRequestorName)) {
        tbs.take();
    }
    der::Reader list(tbs.take(der::kSequence));
    const bool asksNothing = list.atEnd();
    while (!list.atEnd()) {
        if (certificates_.size() == kMostCertificates) {
            refuse("count", "the OCSP request asks about more than " +
                                std::to_string(kMostCertificates) + " certificates");
        }
        der::Reader single(list.take(der::kSequence));
        certificates_.push_back(takeCertId(single));
        demandsUnknown_ |= takeExtensions(single, kSingleExtensions).demandsUnknown;
        if (!single.isDone()) {
            list.fail();
        }
    }
    const Extensions extensions = takeExtensions(tbs, kRequestExtensions);
    nonce_ = extensions.nonce;
    demandsUnknown_ |= extensions.demandsUnknown;
    isSigned_ = outer.sees(kSignature);
    if (isSigned_) {
        der::Reader signature(outer.take(kSignature));
        signature.take(der::kSequence);
        if (!signature.isDone()) {
            return false;
        }
    }
    return all.isDone() && outer.isDone() && tbs.isDone() && list.isDone() && !asksNothing;
}

void Request::requireAnswerable() const {
    if (nonce_ && (nonce_->empty() || nonce_->size() > kLongestNonce)) {
        refuse("nonce", "the OCSP request has a nonce of " + std::to_string(nonce_->size()) +
                            " octets, not of 1 to " + std::to_string(kLongestNonce));
    }
    if (demandsUnknown_) {
        refuse("critical", "the OCSP request demands an extension that is not known");
    }
}

der::Octets drawNonce() {
    der::Octets nonce(kLongestNonce);
    if (RAND_bytes(nonce.data(), static_cast<int>(nonce.size())) != 1) {
        drainOpenSsl();
        throw Error(Code::InternalRandom, "the random generator failed");
    }
    return nonce;
}

}  // namespace sslkeys::ocsp
