// See key.h; reading is keyread.cpp.
#include "pki/key.h"

#include "pki/digest.h"
#include "pki/error.h"
#include "pki/kept.h"
#include "pki/p256.h"
#include "pki/pem.h"
#include "pki/signing.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace sslkeys {
namespace {

constexpr int kPasswordRounds = 100000;

struct CurveRow {
    const char* name;         // FIPS 186-4
    const char* opensslName;  // as EVP_PKEY_get_group_name gives it
};
constexpr std::array kCurves{
    CurveRow{"P-256", "prime256v1"},
    CurveRow{"P-384", "secp384r1"},
    CurveRow{"P-521", "secp521r1"},
};

[[noreturn]] void refuseKind(const std::string& what) {
    throw Error(Code::KeyUnsupported, what + " is not supported: use EC on P-256, P-384 or P-521, "
                                             "RSA of 2048 to 8192 bits, or Ed25519");
}

// The name of a key's curve: ours, or OpenSSL's for one that we do not use; "explicit" for one that
// is spelled out, which RFC 5480 2.1.1 forbids in certificates.
std::string curveOf(const EVP_PKEY* key) {
    int isExplicit = 0;
    EVP_PKEY_get_int_param(key, OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS, &isExplicit);
    std::array<char, 64> group{};
    EVP_PKEY_get_group_name(key, group.data(), group.size(), nullptr);
    drainOpenSsl();
    const auto* curve = std::find_if(kCurves.begin(), kCurves.end(), [&](const CurveRow& row) {
        return std::strcmp(row.opensslName, group.data()) == 0;
    });
    return isExplicit != 0 ? "explicit" : curve == kCurves.end() ? group.data() : curve->name;
}

// OpenSSL asks now and then while it looks for primes; 0 breaks off.
int answerGoOn(EVP_PKEY_CTX* context) noexcept {
    const auto* stop = static_cast<const Stop*>(EVP_PKEY_CTX_get_app_data(context));
    return stop != nullptr && stop->isRequested() ? 0 : 1;
}

OwnedKey generateRsa(int bits, const Stop* stop) {
    const char* failure = "could not make a key";
    const OwnedKeyContext context(require(EVP_PKEY_CTX_new_id(EVP_PKEY_RSA, nullptr), failure));
    require(EVP_PKEY_keygen_init(context.get()), failure);
    require(EVP_PKEY_CTX_set_rsa_keygen_bits(context.get(), bits), failure);
    EVP_PKEY_CTX_set_app_data(context.get(), const_cast<Stop*>(stop));
    EVP_PKEY_CTX_set_cb(context.get(), answerGoOn);
    EVP_PKEY* key = nullptr;
    if (EVP_PKEY_generate(context.get(), &key) <= 0) {
        const std::string reason = drainOpenSsl();
        checkStop(stop);
        throw Error(Code::InternalOpenSsl, failure + (": " + reason));
    }
    return OwnedKey(key);
}

template <class Octets> std::string printSha256(const Octets& octets) {
    const Sha256 digest = hashSha256(octets.data(), octets.size());
    return printHex(digest.data(), digest.size());
}

OwnedPkcs8 toPkcs8(EVP_PKEY* key) {
    return OwnedPkcs8(require(EVP_PKEY2PKCS8(key), "could not write the key"));
}

}  // namespace

struct Key::Content {
    OwnedKey key;
    bool isMadeHere;
    std::optional<p256::Point> point;  // of a key that p256.h may take
    Kept<OwnedKeyContext> signer;      // the same
};

Key::Key(OwnedKey key, bool isMadeHere) : content_(std::make_shared<Content>()) {
    content_->point = p256::pointOf(key.get());
    content_->isMadeHere = isMadeHere;
    content_->key = std::move(key);
}

EVP_PKEY* Key::get() const { return content_->key.get(); }

PublicKey Key::publicKey() const { return {get(), content_->point}; }

Key Key::generate(const KeySpec& spec, const Stop* stop) {
    const char* failure = "could not make a key";
    if (spec.type == "rsa") {
        if (spec.bits < kFewestRsaBits || spec.bits > kMostRsaBits) {
            refuseKind("RSA of " + std::to_string(spec.bits) + " bits");
        }
        return Key(generateRsa(spec.bits, stop), true);
    }
    if (spec.type == "ed25519") {
        return Key(OwnedKey(require(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), failure)),
                   true);
    }
    const auto* curve = std::find_if(kCurves.begin(), kCurves.end(),
                                     [&](const CurveRow& row) { return spec.curve == row.name; });
    if (spec.type != "ec" || curve == kCurves.end()) {
        refuseKind("a key of " + quote(spec.type == "ec" ? spec.curve : spec.type));
    }
    if (curve == kCurves.begin()) {
        return Key(p256::generate(), true);
    }
    return Key(OwnedKey(require(EVP_EC_gen(curve->opensslName), failure)), true);
}

Secret Key::toPem() const {
    // One that was read may leave out its public half: only what was made here has a known shape.
    if (content_->isMadeHere && content_->point) {
        const Secret der = p256::encodePkcs8(get(), *content_->point);
        return writePem("PRIVATE KEY", reinterpret_cast<const unsigned char*>(der.data()),
                        der.size());
    }
    return writePem("PRIVATE KEY", i2d_PKCS8_PRIV_KEY_INFO, toPkcs8(get()).get());
}

Secret Key::toEncryptedPem(const Secret& password) const {
    if (password.empty() || password.size() > kLongestPassword) {
        throw Error(Code::ArgsRange,
                    "a passphrase has 1 to " + std::to_string(kLongestPassword) + " octets",
                    {{"option", "-password"}});
    }
    const char* failure = "could not encrypt the key";
    const OwnedPkcs8 pkcs8 = toPkcs8(get());
    OwnedAlgorithm algorithm(require(PKCS5_pbe2_set_iv(EVP_aes_256_cbc(), kPasswordRounds, nullptr,
                                                       0, nullptr, NID_hmacWithSHA256),
                                     failure));
    const OwnedSignature sealed(
        require(PKCS8_set0_pbe(password.data(), static_cast<int>(password.size()), pkcs8.get(),
                               algorithm.get()),
                failure));
    static_cast<void>(algorithm.release());
    return writePem("ENCRYPTED PRIVATE KEY", i2d_X509_SIG, sealed.get());
}

std::string Key::publicPem() const {
    return std::string(view(writePem("PUBLIC KEY", i2d_PUBKEY, get())));
}

std::vector<unsigned char> Key::sign(X509* certificate) const {
    const char* failure = "could not sign the certificate";
    if (isP256()) {
        // The parts are glued here, since OpenSSL would write the first one twice.
        p256::setSignatureAlgorithm(certificate);
        unsigned char* encoded = nullptr;
        const int length = i2d_re_X509_tbs(certificate, &encoded);
        require(length, failure);
        const OwnedBytes tbs(encoded);
        return signTbs(*this, {encoded, static_cast<std::size_t>(length)});
    }
    require(X509_sign(certificate, get(), digestFor(get())), failure);
    return encodeDer<X509>(i2d_X509, certificate);
}

bool Key::isP256() const { return content_->point.has_value(); }

der::Octets Key::sign(der::View octets) const {
    if (isP256()) {
        return content_->signer.with(
            [&] { return p256::prepareToSign(get()); },
            [&](EVP_PKEY_CTX* signer) { return p256::sign(octets, signer); });
    }
    const char* failure = "could not sign";
    const Owned<EVP_MD_CTX, EVP_MD_CTX_free> signing(require(EVP_MD_CTX_new(), failure));
    require(EVP_DigestSignInit(signing.get(), nullptr, digestFor(get()), nullptr, get()), failure);
    der::Octets signature(static_cast<std::size_t>(EVP_PKEY_get_size(get())));
    std::size_t length = signature.size();
    require(EVP_DigestSign(signing.get(), signature.data(), &length, octets.begin(), octets.size()),
            failure);
    signature.resize(length);
    return signature;
}

KeySpec describe(const EVP_PKEY* key) {
    const int bits = EVP_PKEY_get_bits(key);
    switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_ED25519: return {"ed25519", bits, ""};
    case EVP_PKEY_RSA: return {"rsa", bits, ""};
    case EVP_PKEY_EC: return {"ec", bits, curveOf(key)};
    default: {
        const char* name = EVP_PKEY_get0_type_name(key);
        return {name == nullptr ? "unknown" : name, bits, ""};
    }
    }
}

void requireSupported(const EVP_PKEY* key) {
    const KeySpec spec = describe(key);
    if (spec.type == "rsa") {
        if (spec.bits < kFewestRsaBits || spec.bits > kMostRsaBits) {
            refuseKind("an RSA key of " + std::to_string(spec.bits) + " bits");
        }
    } else if (spec.type == "ec") {
        const bool isKnown = std::any_of(kCurves.begin(), kCurves.end(), [&](const CurveRow& row) {
            return spec.curve == row.name;
        });
        if (!isKnown) {
            refuseKind("an EC key on " + quote(spec.curve));
        }
    } else if (spec.type != "ed25519") {
        refuseKind("a key of type " + quote(spec.type));
    }
}

std::string printKeyFingerprint(const EVP_PKEY* key) {
    if (const auto point = p256::pointOf(key)) {
        return printKeyFingerprint(*point);
    }
    return printSha256(encodeDer(i2d_PUBKEY, key));
}

std::string printKeyFingerprint(const X509_PUBKEY* key) {
    return printSha256(encodeDer(i2d_X509_PUBKEY, key));
}

std::string printKeyFingerprint(const p256::Point& point) {
    return printSha256(p256::encodePublic(point));
}

const EVP_MD* digestFor(const EVP_PKEY* key) {
    const KeySpec spec = describe(key);
    if (spec.type == "ed25519") {
        return nullptr;
    }
    return spec.curve == "P-521"   ? EVP_sha512()
           : spec.curve == "P-384" ? EVP_sha384()
                                   : EVP_sha256();
}

}  // namespace sslkeys
