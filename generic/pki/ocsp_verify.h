// Believing an OCSP response: is it signed by the CA or by one that it appointed, is it current,
// and does it answer what was asked? RFC 6960 3.2.
#pragma once

#include "pki/ocsp_request.h"
#include "pki/ocsp_response.h"

namespace sslkeys::ocsp {

// Clocks differ by so much, in seconds; and an answer that does not say until when it holds, holds
// so long.
constexpr std::int64_t kSkew = 300;

struct Question {
    const Certificate& ca;   // who issued the certificates in question
    const Request* request;  // null: none is at hand
    const std::vector<Certificate>&
        of;            // those that an answer is needed about, beside the request's
    std::int64_t now;  // Unix seconds
};

// Refuse a response that may not be believed. One without a nonce is taken, also where the request
// has one: many responders answer once for all. What else is said than about certificates of the CA
// is passed over.
//   out     the answers about certificates of the CA, one a certificate
//   errors  OCSP STATUS status NAME; OCSP RESPONSE fault critical|contradiction; OCSP SIGNER;
//           OCSP SIGNATURE; OCSP EXPIRED, NOTYETVALID; OCSP NONCE; OCSP ABSENT; OCSP ISSUER
std::vector<Answer> verify(const Response& response, const Question& question);

// Refuse a certificate that says not to be one of the CA's; its signature is not looked at.
//   errors  OCSP ISSUER
void requireIssued(const Certificate& certificate, const Certificate& ca);

}  // namespace sslkeys::ocsp
