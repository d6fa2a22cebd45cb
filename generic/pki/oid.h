// Object identifiers as dotted numbers: X.660, RFC 5280 A.2.
#pragma once

#include "pki/owned.h"

#include <string>
#include <string_view>

namespace sslkeys {

using OwnedObject = Owned<ASN1_OBJECT, ASN1_OBJECT_free>;

// Read one, written as printOid() writes it; null when it is none.
OwnedObject parseOid(std::string_view text);

// Print one in full, however long it is; one with a number of thousands of bits, at which OpenSSL
// gives up, as # and the hex of its octets.
std::string printOid(const ASN1_OBJECT* object);

// Name an algorithm as OpenSSL does, "ecdsa-with-SHA256"; one that it does not know by its OID.
std::string printAlgorithm(const ASN1_OBJECT* object);

}  // namespace sslkeys
