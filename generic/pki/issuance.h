// Issuing: from terms and a CA to a signed certificate. The profile decides, the terms fill in, and
// what was made is read back and checked against its profile before it is signed. RFC 5280 4.
#pragma once

#include "pki/altname.h"
#include "pki/certificate.h"
#include "pki/constraints.h"
#include "pki/key.h"
#include "pki/name.h"
#include "pki/pointers.h"
#include "pki/profile.h"

#include <cstdint>
#include <optional>

namespace sslkeys {

// What a certificate shall say.
struct Terms {
    const Profile* profile = nullptr;
    Name subject;  // exactly one CN
    // Those given; the EMAIL and, for a host without a name, the CN join them.
    std::optional<AltNames> altNames;
    std::int64_t now = 0;                  // Unix seconds
    std::optional<std::int64_t> days;      // none: the profile's
    std::optional<std::int64_t> notAfter;  // instead of days
    Pointers pointers;
    // For a CA alone: none: the profile's; and the names it may sign for.
    std::optional<long> pathLength;
    NameConstraints constraints;
};

// Who signs. Both are borrowed.
struct Authority {
    const Certificate& certificate;
    const Key& key;
};

struct Issued {
    Certificate certificate;
    bool truncated;  // its end was cut to the CA's
};

// Refuse terms that nobody can sign, before a key is made for them.
//   errors  NAME *, CERTIFICATE VALIDITY, CERTIFICATE PROFILE, CERTIFICATE URL, CERTIFICATE POLICY
void requireTerms(const Terms& terms);

// Refuse terms that issue() would refuse.
//   in      ca  null when it is not known yet
//   errors  as requireTerms; CERTIFICATE CONSTRAINT
void requireSignable(const Terms& terms, const Certificate* ca = nullptr);

// Refuse an authority that may not sign, or not now.
//   errors  CA MISMATCH, CA NOTCA, CA EXPIRED
void requireAuthority(const Authority& authority, std::int64_t now);

// Sign a certificate for a public key.
//   errors  as requireAuthority and requireSignable
Issued issue(const Terms& terms, const PublicKey& publicKey, const Authority& authority);

// Sign a certificate with its own key; of the CA profiles only root may.
//   errors  as requireTerms
Issued selfsign(const Terms& terms, const Key& key);

}  // namespace sslkeys
