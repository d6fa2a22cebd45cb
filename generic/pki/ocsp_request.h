// Requests of OCSP: which certificates somebody asks about. RFC 6960 4.1, RFC 8954 for the nonce.
// Whoever signs a request is answered as everybody else: the signature is passed over.
#pragma once

#include "pki/ocsp.h"

namespace sslkeys::ocsp {

// A request that was read.
class Request {
  public:
    // Ask a CA about certificates of its own.
    //   in      serials  contents of INTEGERs, at least one; what comes again is asked once
    //   in      nonce  null for none
    //   out     DER
    //   errors  ARGS RANGE for more than kMostCertificates
    static der::Octets create(const Issuer& issuer, Digest digest,
                              const std::vector<der::Octets>& serials, const der::Octets* nonce);

    // Read one.
    //   errors  OCSP REQUEST fault size|der|version|count
    static Request fromDer(der::View octets);

    // Refuse one that may not be answered.
    //   errors  OCSP REQUEST fault nonce (RFC 8954 2.1) or critical (RFC 6960 4.4)
    void requireAnswerable() const;

    const std::vector<CertId>& certificates() const { return certificates_; }
    const std::optional<der::View>& nonce() const { return nonce_; }
    bool isSigned() const { return isSigned_; }

  private:
    explicit Request(der::View octets);
    bool read();

    der::Octets octets_;  // moving keeps them in their place, so that nobody has to copy
    std::vector<CertId> certificates_;
    std::optional<der::View> nonce_;
    bool isSigned_ = false;
    bool demandsUnknown_ = false;

  public:
    Request(Request&&) = default;
    Request& operator=(Request&&) = default;
    Request(const Request&) = delete;
    Request& operator=(const Request&) = delete;
    ~Request() = default;
};

// Draw a nonce of kLongestNonce octets.
//   errors  INTERNAL RANDOM
der::Octets drawNonce();

}  // namespace sslkeys::ocsp
