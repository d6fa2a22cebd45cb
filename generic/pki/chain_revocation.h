// Judging by revocation lists: was a certificate of a chain revoked by the CA that issued it?
// RFC 5280 6.3, for complete lists that the CA signs itself.
#pragma once

#include "pki/crl.h"

#include <cstdint>
#include <vector>

namespace sslkeys {

// Refuse a chain of which a certificate was revoked, or of which that cannot be told. The first
// certificate needs a list; the CAs between are looked up where a list of theirs is given; the end
// of trust, which no list can take back, is not looked for.
//   in      chain  good otherwise; the certificate first, the end of trust last
//   in      lists  what has the same issuer and number is the same: of several the latest counts
//   errors  CHAIN REVOKED; CRL MISSING, ISSUER, SIGNATURE, UNSUPPORTED, NOTYETVALID, EXPIRED
void requireUnrevoked(const std::vector<X509*>& chain, const std::vector<Crl>& lists,
                      std::int64_t now);

}  // namespace sslkeys
