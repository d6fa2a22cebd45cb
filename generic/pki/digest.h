// SHA-256 of octets, and SHA-1 where people still compare it, FIPS 180-4; and hex.
#pragma once

#include "pki/owned.h"

#include <array>
#include <cstddef>
#include <string>

namespace sslkeys {

using Sha256 = std::array<unsigned char, 32>;

// Hash octets.
Sha256 hashSha256(const unsigned char* octets, std::size_t count);

using Sha1 = std::array<unsigned char, 20>;

// Hash octets for a person to compare; nothing is decided by it.
Sha1 hashSha1(const unsigned char* octets, std::size_t count);

// Print octets as lower-case hex.
std::string printHex(const unsigned char* octets, std::size_t count);

}  // namespace sslkeys
