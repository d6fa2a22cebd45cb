// Profiles: what a certificate is for. One row decides its CA flag, usages, lifetime and kinds of
// names; nothing of these is ever taken from a request. RFC 5280 4.2.1.3, 4.2.1.9, 4.2.1.12.
#pragma once

#include "pki/altname.h"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace sslkeys {

struct Profile {
    std::string_view name;
    bool isCa;
    int pathLength;               // -1: no bound
    unsigned keyUsages;           // bits of OpenSSL's KU_*; see keyUsagesFor()
    std::array<int, 2> purposes;  // NIDs of extended usages; NID_undef fills up
    int days;                     // default lifetime
    unsigned altNameKinds;        // bits of AltName::Kind that it may carry
    bool needsHost;               // always carries alternative names
    bool skipsRevocationCheck;    // id-pkix-ocsp-nocheck, RFC 6960 4.2.2.2.1
};

const std::vector<Profile>& profiles();

// The key usages of a certificate with this key: a host's RSA key may also be encrypted to, as
// TLS 1.2 does and NSS demands.
//   source  RFC 5280 4.2.1.3, RFC 5246 7.4.2
unsigned keyUsagesFor(const Profile& profile, const EVP_PKEY* key);

// Find a profile by its name.
//   errors  CERTIFICATE PROFILE
const Profile& findProfile(std::string_view name);

// Tell which profile a certificate was made by, from its CA flag and extended usages; null when
// none.
const Profile* recognise(const X509* certificate);

}  // namespace sslkeys
