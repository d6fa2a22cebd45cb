// Answering OCSP requests: as the CA itself, or as a responder that it appointed. RFC 6960 2.2,
// 4.2.2.2; the answers fit RFC 5019's lightweight profile.
#pragma once

#include "pki/key.h"
#include "pki/ocsp_request.h"
#include "pki/ocsp_response.h"

#include <functional>

namespace sslkeys::ocsp {

// Refuse a certificate that may not answer for a CA at that time: one that the CA itself did not
// issue, or not for this, or whose time is over. The CA needs no leave, but has to be current.
//   errors  OCSP SIGNER subject SUBJECT reason PURPOSE or that of CHAIN
//   source  RFC 6960 4.2.2.2
void requireSigner(const Certificate& signer, const Certificate& ca, std::int64_t now);

// One who answers; what is the same in each of his answers is kept. Several threads may ask him.
class Responder {
  public:
    // Let the CA answer.
    //   errors  CA MISMATCH, CA NOTCA, CA EXPIRED
    Responder(Certificate ca, Key key, std::int64_t now);

    // Let another answer for the CA.
    //   errors  OCSP SIGNER subject SUBJECT reason MISMATCH, or as requireSigner
    Responder(Certificate ca, Certificate signer, Key key, std::int64_t now);

    // What the CA says of a certificate of its own; by its serial number as printSerial() gives it.
    using Tell = std::function<Standing(const std::string& serial)>;

    // Unix seconds: when it is, since when the answers hold, and until when.
    struct Times {
        std::int64_t now;
        std::int64_t thisUpdate;
        std::int64_t nextUpdate;
    };

    // Answer a request. A certificate of another CA is unknown. The answers end with the life of
    // whoever signs at the latest.
    //   out     DER
    //   errors  as Request::requireAnswerable; CA EXPIRED; OCSP SIGNER ... reason EXPIRED
    der::Octets answer(const Request& request, const Tell& tell, const Times& times) const;

  private:
    void requireCurrent(std::int64_t now) const;
    der::Octets sign(const der::Octets& data) const;

    Certificate ca_;
    Certificate signer_;
    Key key_;
    Issuer issuer_;
    der::Octets id_;            // ResponderID
    der::Octets certificates_;  // [0] of BasicOCSPResponse; empty for the CA, which everybody has
};

// Write the response of one who does not answer.
//   in   outcome  not kSuccessful
//   out  DER, not signed by anybody
der::Octets refuseToAnswer(Outcome outcome);

}  // namespace sslkeys::ocsp
