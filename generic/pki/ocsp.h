// What requests and responses of OCSP share: which certificate is meant, and what is said of it.
// RFC 6960 4.1.1 (CertID) and 4.2.1 (CertStatus).
#pragma once

#include "pki/certificate.h"
#include "pki/der.h"
#include "pki/revocation.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sslkeys::ocsp {

constexpr std::size_t kMostCertificates = 100;  // in one request or response
constexpr std::size_t kLongestRequest = std::size_t{64} * 1024;
constexpr std::size_t kLongestResponse = std::size_t{256} * 1024;
constexpr std::size_t kLongestNonce = 32;  // RFC 8954 2.1

// The digests that a CertID may name its issuer with.
enum class Digest { kSha1, kSha256, kSha384, kSha512 };
constexpr std::size_t kDigests = 4;
std::string_view nameOf(Digest digest);  // "sha1"

// A certificate as OCSP names it. Borrows the octets that it was read from.
struct CertId {
    der::View whole;               // its DER
    std::optional<Digest> digest;  // none: one that we do not know
    der::View nameHash;            // of the issuer's name
    der::View keyHash;             // of the issuer's key
    der::View serial;              // content of an INTEGER
};

// Take a CertID from what is being read, which fails where there is none.
CertId takeCertId(der::Reader& reader);

// An issuer as CertIDs name it, in each digest.
class Issuer {
  public:
    explicit Issuer(const Certificate& ca);

    // Tell whether a certificate is meant that this CA issued.
    bool fits(const CertId& id) const;

    // Append the CertID of a certificate of this CA.
    //   in  serial  content of an INTEGER
    void append(der::Octets& out, Digest digest, der::View serial) const;

    // The SHA-1 of the CA's key, which also names a responder.
    const der::Octets& keySha1() const { return keyHashes_.front(); }

  private:
    std::array<der::Octets, kDigests> nameHashes_;
    std::array<der::Octets, kDigests> keyHashes_;
};

// The SHA-1 of a certificate's public key, without tag, length and unused bits.
//   source  RFC 6960 4.2.1 (KeyHash)
der::Octets hashKey(const Certificate& certificate);

enum class Status { kGood, kRevoked, kUnknown };
std::string_view nameOf(Status status);  // "good"

// What a CA says of a certificate.
struct Standing {
    Status status = Status::kUnknown;
    Revocation revocation;  // of a revoked one
};

// What stands in the extensions of a request or response, or of one entry. RFC 6960 4.4.
struct Extensions {
    std::optional<der::View> nonce;
    std::optional<std::int64_t> invalidityDate;
    bool demandsUnknown = false;  // a critical one that we do not know
};

// Take Extensions in an explicit tag from what is being read, where that tag comes next.
Extensions takeExtensions(der::Reader& reader, unsigned char tag);

// Append a nonce, in Extensions in an explicit tag.
void appendNonce(der::Octets& out, unsigned char tag, der::View nonce);

// Append an invalidity date, in the same way.
void appendInvalidityDate(der::Octets& out, unsigned char tag, std::int64_t seconds);

}  // namespace sslkeys::ocsp
