// Keys on P-256 the short way: made with one kept context, written as the fixed shapes that their
// DER has, where OpenSSL's encoders take five to ten times as long. The bytes are the same, which
// tests/support/bothways.cpp shows. RFC 5480, RFC 5915, RFC 5958.
#pragma once

#include "pki/der.h"
#include "pki/owned.h"

#include <array>
#include <optional>
#include <vector>

namespace sslkeys::p256 {

// A public key: the octet 4 and both coordinates, SEC 1 2.3.3.
using Point = std::array<unsigned char, 65>;

// Make a key.
OwnedKey generate();

// The point of a key that is written by its curve's name and uncompressed; none for any other key.
std::optional<Point> pointOf(const EVP_PKEY* key);

// Encode the SubjectPublicKeyInfo of a point, RFC 5480 2.
using PublicInfo = std::array<unsigned char, 91>;
PublicInfo encodePublic(const Point& point);

// Write the SubjectPublicKeyInfo of a certificate in the making.
void setPublicKey(X509* certificate, const Point& point);

// Write a private key as the DER of its PKCS#8, its public half in it, as a key made here has it.
Secret encodePkcs8(const EVP_PKEY* key, const Point& point);

// Prepare a key for signing. The context serves one thread at a time, any number of times.
OwnedKeyContext prepareToSign(EVP_PKEY* key);

// Write into a certificate in the making that ecdsa-with-SHA256 will sign it.
//   source  RFC 5758 3.2
void setSignatureAlgorithm(X509* certificate);

// Sign octets with ecdsa-with-SHA256.
//   out  the signature, RFC 3279 2.2.3
der::Octets sign(der::View octets, EVP_PKEY_CTX* signer);

}  // namespace sslkeys::p256
