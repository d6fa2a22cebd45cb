// Signing revocation lists: complete ones, version 2, of the CA's own certificates. RFC 5280 5.
#pragma once

#include "pki/crl.h"
#include "pki/issuance.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace sslkeys {

// What a list shall name, in the order in which it will.
class RevokedList {
  public:
    // Append a certificate.
    //   in      serial  hex, as everywhere;  revocation  times of 1950 to 9999
    //   errors  CRL ENTRY
    void add(std::string_view serial, const Revocation& revocation);

    // Append an entry as it stands in another list. One that is here already stays.
    void add(const CrlEntry& entry);

    // Go through what is here.
    void forEach(const std::function<void(const CrlEntry&)>& take) const;

    // Find the entry of a serial number.
    std::optional<CrlEntry> find(der::View serial) const;

    bool has(der::View serial) const { return index_.find(der_, serial).has_value(); }
    const der::Octets& der() const { return der_; }
    const CrlIndex& index() const { return index_; }

    // The certificate that shall go from a list; "": none.
    const std::string& removed() const { return removed_; }
    void reserve(std::size_t count);

  private:
    void append(std::string_view shown, der::View serial, const Revocation& revocation);

    der::Octets der_;
    CrlIndex index_;
    std::string removed_;
};

struct CrlTerms {
    std::optional<der::Octets> number;  // the content of its INTEGER; none: one more than before
    std::int64_t now = 0;               // Unix seconds; thisUpdate lies kBackdating before it
    std::int64_t nextUpdate = 0;        // Unix seconds
};

// Read a CRL number.
//   in      text  decimal, 0 to 2^159 - 1: 20 octets at most
//   errors  CRL NUMBER
//   source  RFC 5280 5.2.3
der::Octets readCrlNumber(std::string_view text);

// Refuse an authority that may not sign revocation lists, or not now.
//   errors  CA MISMATCH, CA NOTCA, CA EXPIRED
//   source  RFC 5280 4.2.1.3 (cRLSign)
void requireCrlAuthority(const Authority& authority, std::int64_t now);

// Refuse the reason removeFromCRL where there is no list before.
//   errors  CRL ENTRY
void requireNoneRemoved(const RevokedList& revoked);

// Refuse a list that is not of this CA, or that nobody may judge by.
//   errors  CRL ISSUER, SIGNATURE, UNSUPPORTED
void requireListOf(const Crl& list, const Certificate& ca);

// Sign a list of these certificates.
//   in      terms  with a number
//   errors  as requireCrlAuthority; CRL VALIDITY, ENTRY
Crl signCrl(const CrlTerms& terms, const RevokedList& revoked, const Authority& authority);

// Sign the list that comes after one of the same CA: what that names and what is given. A
// certificate on hold may get another reason, or go from the list with removeFromCRL; one that was
// revoked stays so, and only its key may turn out to be compromised.
//   errors  as signCrl; CRL ISSUER, SIGNATURE, NUMBER, UNSUPPORTED
//   source  RFC 5280 5.3.1
Crl addToCrl(const Crl& before, const CrlTerms& terms, const RevokedList& changes,
             const Authority& authority);

}  // namespace sslkeys
