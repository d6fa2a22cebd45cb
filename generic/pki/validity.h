// Lifetimes: from a clock that is handed in and a number of days to notBefore and notAfter, and
// between Unix seconds and ASN.1 times. RFC 5280 4.1.2.5.
#pragma once

#include "pki/owned.h"

#include <cstdint>

namespace sslkeys {

// notBefore lies this far back, in seconds: clocks of peers differ.
constexpr std::int64_t kBackdating = 300;

struct Validity {
    std::int64_t notBefore;
    std::int64_t notAfter;
    bool truncated;  // cut to the issuer's notAfter
};

// Lay out a lifetime.
//   in      now  Unix seconds;  days  whole days from now;  latest  the issuer's notAfter
//   errors  CERTIFICATE VALIDITY when it ends after the year 9999 or begins before 1950
//   source  RFC 5280 4.1.2.5
Validity layOut(std::int64_t now, std::int64_t days, std::int64_t latest);

// Lay out a lifetime that ends at a given second.
//   errors  CERTIFICATE VALIDITY when it ends before it begins, after the year 9999, or begins
//           before 1950
Validity layOutUntil(std::int64_t now, std::int64_t end, std::int64_t latest);

// The last second that a certificate can name: 9999-12-31T23:59:59Z.
constexpr std::int64_t kEndOfTime = 253402300799;

void writeTime(ASN1_TIME* time, std::int64_t seconds);
std::int64_t toSeconds(const ASN1_TIME* time);

}  // namespace sslkeys
