// Judging: does a chain lead from a certificate to a CA that is trusted, now, for this use and this
// host? RFC 5280 6, RFC 9525 for hosts. Only the CAs given are trusted, never the system's.
#pragma once

#include "pki/certificate.h"
#include "pki/crl.h"
#include "pki/error.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sslkeys {

// What a certificate shall be good for: the CAs of its chain as well, but for OCSP and CA, which
// ask the certificate alone. RFC 5280 4.2.1.3, 4.2.1.12.
enum class Purpose { kAny, kServer, kClient, kEmail, kOcsp, kCa };

// The CAs that are trusted. Each is an end of trust, whether or not it signed itself, but for one
// that another of them signed: that is a link on the way to it, so who trusts a file with an
// intermediate CA and its root trusts the root. Copies share what OpenSSL makes of them; any thread
// may ask.
class Trust {
  public:
    explicit Trust(std::vector<Certificate> certificates);
    const std::vector<Certificate>& certificates() const { return certificates_; }
    const std::vector<Certificate>& links() const { return links_; }
    X509_STORE* get() const { return store_.get(); }

  private:
    std::vector<Certificate> certificates_;
    std::vector<Certificate> links_;
    std::shared_ptr<X509_STORE> store_;  // of the ends
};

struct Question {
    Trust trusted;
    std::optional<std::string> host;  // host name or address; none: not asked
    Purpose purpose = Purpose::kAny;
    std::int64_t now = 0;  // Unix seconds
    // What may lie between the certificate and those that are trusted, in any order.
    std::vector<Certificate> untrusted = {};
    std::optional<std::string> ip = std::nullopt;
    std::optional<std::string> email = std::nullopt;
    std::optional<std::vector<Crl>> crls = std::nullopt;  // none: nothing is looked up
    std::optional<int> depth = std::nullopt;  // at most so many CAs between it and trust
};

// Refuse a certificate that may not be trusted for what is asked. Keys and digests of less than 112
// bits of strength are refused. A host is looked for in the alternative names; in the CN only of a
// certificate that has none, such as the article's.
//   errors  CHAIN EXPIRED, NOTYETVALID, UNTRUSTED, SELFSIGNED, SIGNATURE, PURPOSE, HOST, EMAIL,
//           DEPTH, REVOKED, INVALID; CRL MISSING, ISSUER, SIGNATURE, UNSUPPORTED, NOTYETVALID,
//           EXPIRED; the message names the certificate at fault, and INVALID the check
//   out     the fingerprint of the key that signed it, as Certificate::publicKey() has it; empty
//           when the certificate is trusted itself
std::string verify(const Certificate& certificate, const Question& question);

// What OpenSSL calls a refusal of verify: it chooses the alert that the peer is sent.
int opensslReason(const Error& refusal);

}  // namespace sslkeys
