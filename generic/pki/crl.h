// Revocation lists: reading, writing, telling what stands in them, finding an entry. X.509 CRL v1
// and v2, RFC 5280 5. Making them is crl_issuance.h, judging by them chain_revocation.h.
#pragma once

#include "pki/crl_entry.h"
#include "pki/crl_index.h"
#include "pki/owned.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sslkeys {

// No list is longer, in DER or in PEM: 1,000,000 entries with a reason have 40 MiB in DER. All that
// is done with one costs time and memory in proportion to its length.
constexpr std::size_t kLongestCrl = std::size_t{64} * 1024 * 1024;

// A revocation list; copies share it, nobody changes it, several threads may read it. It is kept as
// its DER with an index over the entries. What is read is DER to the letter.
class Crl {
  public:
    // Read one from DER, whole.
    //   errors  CRL PEM, LENGTH
    static Crl fromDer(der::Octets der);

    // Take what was just signed, and the index of its entries.
    static Crl made(der::Octets der, CrlIndex index);

    // Read the one list of a text; more or none is refused.
    //   errors  CRL PEM, LENGTH
    static Crl fromPem(std::string_view pem);

    // Read all lists of a text, at least one, in their order.
    //   errors  CRL PEM, LENGTH
    static std::vector<Crl> listFromPem(std::string_view pem);

    std::string toPem() const;

    // Borrow its DER.
    der::View der() const;

    // The fields, as RFC 5280 5.1 and 5.2 name them; "" or nothing where one is absent.
    const X509_NAME* issuer() const;
    der::View issuerDer() const;                     // the Name, whole
    std::int64_t thisUpdate() const;                 // Unix seconds
    std::optional<std::int64_t> nextUpdate() const;  // Unix seconds
    std::optional<der::View> number() const;         // the content of its INTEGER, never negative
    std::string printNumber() const;                 // decimal
    std::string authorityKeyId() const;              // lower-case hex
    std::string signatureAlgorithm() const;          // "ecdsa-with-SHA256"
    std::string fingerprint() const;                 // SHA-256 of the DER, lower-case hex
    std::size_t count() const;

    // The OIDs of its own extensions beside those two.
    const std::vector<std::string>& otherExtensions() const;

    // Why nobody may judge by it: the OID of a critical extension, of the list or of an entry, that
    // sslkeys does not follow; of delta lists, of indirect and of partial ones as well. "": none.
    //   source  RFC 5280 5.2 and 5.3: an application MUST NOT use such a list
    const std::string& obstacle() const;

    // Refuse to judge by one that has an obstacle.
    //   errors  CRL UNSUPPORTED
    void requireUsable() const;

    // Find the entry of a serial number; the first, where there are several.
    //   in  serial  the content of its INTEGER
    std::optional<CrlEntry> find(der::View serial) const;

    // Go through the entries as they stand.
    void forEach(const std::function<void(const CrlEntry&)>& take) const;

    // Tell whether it says to be of this CA: by name and, where both have one, key identifier,
    // which tells CAs of one name apart.
    bool isNamedFor(X509* issuer) const;

    // Tell whether a certificate's key signed it, with a digest of at least 112 bits of strength.
    // What was found true once is remembered: for a long list it takes a while.
    bool isSignedBy(X509* issuer) const;

  private:
    struct Content;
    explicit Crl(std::shared_ptr<Content> content) : content_(std::move(content)) {}
    std::shared_ptr<Content> content_;
};

// Tell whether octets begin as a revocation list does, and nothing else.
bool looksLikeCrl(der::View der);

}  // namespace sslkeys
