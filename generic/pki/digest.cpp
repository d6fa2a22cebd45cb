// See digest.h.
#include "pki/digest.h"

#include "pki/error.h"

namespace sslkeys {

Sha256 hashSha256(const unsigned char* octets, std::size_t count) {
    const char* failure = "could not hash with SHA-256";
    // Looked up once; never freed, since it is used until the process ends.
    static const EVP_MD* const algorithm =
        require(EVP_MD_fetch(nullptr, "SHA256", nullptr), failure);
    Sha256 digest{};
    require(EVP_Digest(octets, count, digest.data(), nullptr, algorithm, nullptr), failure);
    return digest;
}

Sha1 hashSha1(const unsigned char* octets, std::size_t count) {
    Sha1 digest{};
    require(EVP_Digest(octets, count, digest.data(), nullptr, EVP_sha1(), nullptr),
            "could not hash with SHA-1");
    return digest;
}

std::string printHex(const unsigned char* octets, std::size_t count) {
    constexpr char kHex[] = "0123456789abcdef";
    std::string text(2 * count, '\0');
    for (std::size_t index = 0; index < count; ++index) {
        text[2 * index] = kHex[octets[index] >> 4];
        text[2 * index + 1] = kHex[octets[index] & 15];
    }
    return text;
}

}  // namespace sslkeys
