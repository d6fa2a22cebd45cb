// Tokens: secrets that a person hands to a machine, once. Whoever keeps one keeps its hash alone.
#pragma once

#include "pki/owned.h"

#include <string>
#include <string_view>

namespace sslkeys {

// Draw a fresh token.
//   out     26 of the 32 digits and letters that are not mistaken for one another: 130 random bits
//   errors  INTERNAL RANDOM when the generator fails; there is no fall-back
std::string drawToken();

// Print the SHA-256 of a token: lower-case hex. A token is random, so it needs no salt.
std::string hashToken(std::string_view token);

}  // namespace sslkeys
