// Certificates: reading, writing, telling what stands in them. X.509 v3, RFC 5280. Making them is
// issuance.h, judging them chain.h.
#pragma once

#include "pki/altname.h"
#include "pki/der.h"
#include "pki/key.h"
#include "pki/name.h"
#include "pki/owned.h"
#include "pki/p256.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sslkeys {

// A certificate; copies share it, nobody changes it, several threads may read it. It is kept as its
// DER, and what was made here is parsed when someone asks for more than issuance knew.
class Certificate {
  public:
    // Read one from DER, whole.
    //   errors  CERTIFICATE PEM
    static Certificate fromDer(const unsigned char* der, std::size_t length);

    // Take one that OpenSSL has parsed.
    //   errors  CERTIFICATE PEM
    static Certificate parsed(OwnedCertificate certificate);

    // What the maker of a certificate knows of it, so that nobody has to parse what was just made.
    struct Face {
        std::string serial;
        std::int64_t notBefore;
        std::int64_t notAfter;
        Name subject;
        AltNames altNames;
        std::optional<p256::Point> point;  // of its key, where p256.h may write that
    };

    // Take what was just signed.
    static Certificate made(der::Octets der, Face face);

    // Read the one certificate of a text; more or none is refused.
    //   errors  CERTIFICATE PEM, LENGTH
    static Certificate fromPem(std::string_view pem);

    // Read all certificates of a text, at least one, in their order.
    //   errors  CERTIFICATE PEM, LENGTH
    static std::vector<Certificate> listFromPem(std::string_view pem);

    std::string toPem() const;

    // Borrow its DER.
    der::View der() const;

    // Fields that need no parsing.
    const std::string& serial() const;  // lower-case hex
    std::int64_t notBefore() const;     // Unix seconds
    std::int64_t notAfter() const;      // Unix seconds
    std::string fingerprint() const;    // SHA-256 of the DER, lower-case hex
    std::string sha1() const;           // SHA-1 of the DER, for a person to compare

    // Fields that need none of what was made here, nor had its maker another key than on P-256.
    Name subject() const;
    AltNames altNames() const;
    std::string keyFingerprint() const;  // as printKeyFingerprint()

    // The other fields, each as RFC 5280 4.1 and 4.2 name it; "" or an empty list where it is
    // absent.
    int version() const;                     // 1, 2 or 3
    std::string subjectKeyId() const;        // lower-case hex
    std::string authorityKeyId() const;      // lower-case hex
    std::string signatureAlgorithm() const;  // as printAlgorithm()
    KeySpec keySpec() const;                 // as describe(); 0 bits of one that cannot be read
    std::string profile() const;             // the profile it fits, or ""
    Name issuer() const;
    std::vector<std::string> keyUsages() const;       // "digitalSignature" ...
    std::vector<std::string> extendedUsages() const;  // "serverAuth" ..., OIDs of unknown ones
    bool isCa() const;
    long pathLength() const;  // -1: no bound

    // The one CN of the subject; "" when there is none or more than one.
    std::string commonName() const;

    // Tell whether this is the certificate of that key, private or public.
    bool matches(const EVP_PKEY* key) const;

    // Borrow the public key.
    //   errors  CERTIFICATE PEM when it cannot be read
    EVP_PKEY* publicKey() const;

    // Borrow the parsed form.
    X509* get() const;

  private:
    struct Content;
    explicit Certificate(std::shared_ptr<Content> content) : content_(std::move(content)) {}
    std::shared_ptr<Content> content_;
};

}  // namespace sslkeys
