// See token.h.
#include "pki/token.h"

#include "pki/digest.h"
#include "pki/error.h"

#include <openssl/rand.h>

#include <array>

namespace sslkeys {

std::string drawToken() {
    constexpr std::string_view kDigits = "0123456789abcdefghjkmnpqrstvwxyz";
    std::array<unsigned char, 26> octets{};
    if (RAND_bytes(octets.data(), static_cast<int>(octets.size())) != 1) {
        drainOpenSsl();
        throw Error(Code::InternalRandom, "the random generator failed");
    }
    std::string token;
    for (const unsigned char octet : octets) {
        token += kDigits[octet % kDigits.size()];  // 32 divides 256: none is more likely
    }
    return token;
}

std::string hashToken(std::string_view token) {
    const Sha256 hash =
        hashSha256(reinterpret_cast<const unsigned char*>(token.data()), token.size());
    return printHex(hash.data(), hash.size());
}

}  // namespace sslkeys
