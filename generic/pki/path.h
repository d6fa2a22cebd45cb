// The way from a certificate up to its root. Finds and orders it by what the certificates say of
// each other; whether it may be trusted is chain.h's to judge. RFC 5280 6.1, RFC 8446 4.4.2.
#pragma once

#include "pki/certificate.h"

#include <string>
#include <vector>

namespace sslkeys {

// Tell whether a certificate names itself and its own key as its issuer.
bool isSelfIssued(const Certificate& certificate);

// Tell whether a certificate is signed by another one, its signature included.
bool isSignedBy(const Certificate& certificate, const Certificate& issuer);

// Walk up from a certificate, by names and identifiers; signatures are not checked.
//   in   pool  certificates in any order, whatever else they hold
//   out  the certificate first, each certified by the one after it, as far as the pool leads; none
//        twice, where CAs certify each other
std::vector<Certificate> pathFrom(const Certificate& certificate,
                                  const std::vector<Certificate>& pool);

// Refuse a path that does not end in a root that signed itself, or that does not hold at a time.
//   errors  CHAIN UNTRUSTED when it is not whole; CHAIN * as verify
void requirePath(const std::vector<Certificate>& path, std::int64_t now);

// Write several certificates as one text.
std::string writeAll(const std::vector<Certificate>& certificates);

// Take the root off a path: whoever it is served to has that.
std::vector<Certificate> withoutRoot(std::vector<Certificate> path);

}  // namespace sslkeys
