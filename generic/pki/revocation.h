// What a CA says of a certificate that it revoked, in a revocation list and in an OCSP answer
// alike. RFC 5280 5.3.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace sslkeys {

// CRLReason: why a certificate was revoked. 7 is not used.
//   source  RFC 5280 5.3.1
enum class Reason {
    kUnspecified = 0,
    kKeyCompromise = 1,
    kCaCompromise = 2,
    kAffiliationChanged = 3,
    kSuperseded = 4,
    kCessationOfOperation = 5,
    kCertificateHold = 6,
    kRemoveFromCrl = 8,
    kPrivilegeWithdrawn = 9,
    kAaCompromise = 10,
};

struct Revocation {
    std::int64_t time = 0;                       // Unix seconds
    std::optional<Reason> reason;                // none: nothing is said, as if unspecified
    std::optional<std::int64_t> invalidityDate;  // Unix seconds; RFC 5280 5.3.2
};

// Find a reason by its name in RFC 5280, "keyCompromise"; none when there is none of that name.
std::optional<Reason> findReason(std::string_view name);

// Tell a reason's name in RFC 5280; "" for a number that has none.
std::string_view nameOf(Reason reason);

}  // namespace sslkeys
