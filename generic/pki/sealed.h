// Private keys under a passphrase, EncryptedPrivateKeyInfo: RFC 5958 3. How long opening one takes
// stands in the key itself, so it is looked at before anybody begins.
#pragma once

#include "pki/owned.h"

#include <cstdint>

namespace sslkeys {

// About two seconds. OpenSSL writes 2,048, sslkeys 100,000, careful people 1,000,000.
constexpr std::int64_t kMostPasswordRounds = 5'000'000;

// The same for PBES1 and PKCS#12, a round of which costs several: OpenSSL writes 2,048 there, too.
constexpr std::int64_t kMostOldRounds = 1'000'000;

// About two seconds as well, N * r * p; OpenSSL writes 2^17.
constexpr std::int64_t kMostScryptEffort = std::int64_t{1} << 22;

// Tell whether a sealed key can be opened in a moment; damaged ones can: they fail at once.
//   source  RFC 8018 appendix A (PBES1, PBES2, PBKDF2), RFC 7914 7 (scrypt), RFC 7292 C (PKCS#12)
bool opensSoon(const Secret& der);

}  // namespace sslkeys
