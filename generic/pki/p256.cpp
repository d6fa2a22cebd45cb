// See p256.h.
#include "pki/p256.h"

#include "pki/digest.h"
#include "pki/error.h"
#include "pki/kept.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/objects.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <tuple>

namespace sslkeys::p256 {
namespace {

constexpr const char* kCurve = SN_X9_62_prime256v1;
constexpr int kOctetsOfNumber = 32;
constexpr std::size_t kLongestSignature = 72;  // two INTEGERs of up to 33 octets, RFC 3279 2.2.3

OwnedKeyContext makeGenerator() {
    const char* failure = "could not prepare to make keys";
    OwnedKeyContext context(require(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr), failure));
    require(EVP_PKEY_keygen_init(context.get()), failure);
    require(EVP_PKEY_CTX_set_group_name(context.get(), kCurve), failure);
    return context;
}

std::optional<Point> readPoint(const EVP_PKEY* key) {
    Point point{};
    std::size_t length = 0;
    const int found = EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                                      point.size(), &length);
    if (found != 1 || length != point.size() || point.front() != POINT_CONVERSION_UNCOMPRESSED) {
        drainOpenSsl();
        return std::nullopt;
    }
    return point;
}

}  // namespace

OwnedKey generate() {
    // Never destroyed: a thread may still make keys while the process ends.
    static auto* const generator = std::make_unique<Kept<OwnedKeyContext>>().release();
    return generator->with(makeGenerator, [](EVP_PKEY_CTX* context) {
        EVP_PKEY* key = nullptr;
        require(EVP_PKEY_generate(context, &key), "could not make a key");
        return OwnedKey(key);
    });
}

std::optional<Point> pointOf(const EVP_PKEY* key) {
    if (EVP_PKEY_get_base_id(key) != EVP_PKEY_EC) {
        return std::nullopt;
    }
    std::array<char, sizeof SN_X9_62_prime256v1> group{};  // a longer name does not fit
    int isExplicit = 0;
    EVP_PKEY_get_group_name(key, group.data(), group.size(), nullptr);
    EVP_PKEY_get_int_param(key, OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS, &isExplicit);
    drainOpenSsl();
    const bool isNamed = std::strcmp(group.data(), kCurve) == 0 && isExplicit == 0;
    return isNamed ? readPoint(key) : std::nullopt;
}

PublicInfo encodePublic(const Point& point) {
    constexpr unsigned char kBefore[] = {
        0x30, 0x59, 0x30, 0x13,                                      // algorithm
        0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01,        // id-ecPublicKey
        0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07,  // prime256v1
        0x03, 0x42, 0x00,                                            // subjectPublicKey
    };
    PublicInfo info{};
    static_assert(sizeof kBefore + std::tuple_size_v<Point> == std::tuple_size_v<PublicInfo>);
    std::copy(point.begin(), point.end(),
              std::copy(std::begin(kBefore), std::end(kBefore), info.begin()));
    return info;
}

void setPublicKey(X509* certificate, const Point& point) {
    const char* failure = "could not write the public key";
    OwnedBytes octets(
        static_cast<unsigned char*>(require(OPENSSL_memdup(point.data(), point.size()), failure)));
    require(X509_PUBKEY_set0_param(X509_get_X509_PUBKEY(certificate),
                                   OBJ_nid2obj(NID_X9_62_id_ecPublicKey), V_ASN1_OBJECT,
                                   OBJ_nid2obj(NID_X9_62_prime256v1), octets.get(),
                                   static_cast<int>(point.size())),
            failure);
    static_cast<void>(octets.release());
}

// RFC 5958 2 around RFC 5915 3: everything but the two values is the same for every key.
Secret encodePkcs8(const EVP_PKEY* key, const Point& point) {
    constexpr unsigned char kBefore[] = {
        0x30, 0x81, 0x87,                                            // OneAsymmetricKey
        0x02, 0x01, 0x00,                                            // version
        0x30, 0x13,                                                  // privateKeyAlgorithm
        0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01,        // id-ecPublicKey
        0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07,  // prime256v1
        0x04, 0x6D, 0x30, 0x6B,                                      // ECPrivateKey
        0x02, 0x01, 0x01,                                            // version
        0x04, 0x20,                                                  // privateKey
    };
    constexpr unsigned char kBetween[] = {0xA1, 0x44, 0x03, 0x42, 0x00};  // publicKey
    const char* failure = "could not write the key";
    BIGNUM* read = nullptr;
    const int found = EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_PRIV_KEY, &read);
    const Owned<BIGNUM, BN_clear_free> number(read);
    if (found != 1) {
        throwOpenSsl(failure);
    }
    Secret der(sizeof kBefore + kOctetsOfNumber + sizeof kBetween + point.size());
    auto* next = reinterpret_cast<unsigned char*>(der.data());
    next = std::copy(std::begin(kBefore), std::end(kBefore), next);
    require(BN_bn2binpad(number.get(), next, kOctetsOfNumber), failure);
    next = std::copy(std::begin(kBetween), std::end(kBetween), next + kOctetsOfNumber);
    std::copy(point.begin(), point.end(), next);
    return der;
}

OwnedKeyContext prepareToSign(EVP_PKEY* key) {
    const char* failure = "could not prepare to sign";
    OwnedKeyContext signer(require(EVP_PKEY_CTX_new(key, nullptr), failure));
    require(EVP_PKEY_sign_init(signer.get()), failure);
    return signer;
}

void setSignatureAlgorithm(X509* certificate) {
    auto* algorithm = const_cast<X509_ALGOR*>(X509_get0_tbs_sigalg(certificate));
    require(X509_ALGOR_set0(algorithm, OBJ_nid2obj(NID_ecdsa_with_SHA256), V_ASN1_UNDEF, nullptr),
            "could not sign the certificate");
}

der::Octets sign(der::View octets, EVP_PKEY_CTX* signer) {
    const Sha256 digest = hashSha256(octets.begin(), octets.size());
    der::Octets signature(kLongestSignature);
    std::size_t length = signature.size();
    require(EVP_PKEY_sign(signer, signature.data(), &length, digest.data(), digest.size()),
            "could not sign");
    signature.resize(length);
    return signature;
}

}  // namespace sslkeys::p256
