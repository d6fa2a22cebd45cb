// See key.h: reading private keys, plain or sealed. One that was read has shown that it signs what
// its public half verifies.
#include "pki/error.h"
#include "pki/key.h"
#include "pki/pem.h"
#include "pki/sealed.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <algorithm>
#include <array>

namespace sslkeys {
namespace {

constexpr const char* kSealedLabel = "ENCRYPTED PRIVATE KEY";

[[noreturn]] void refusePassword() {
    throw Error(Code::KeyPassword, "the passphrase does not open the key");
}

[[noreturn]] void refuseMissingPassword() {
    throw Error(Code::KeyEncrypted, "the key is encrypted: give its passphrase");
}

[[noreturn]] void refuseSealing(const Sealing& sealing) {
    const std::string how = sealing.kdf + (sealing.cipher.empty() ? "" : " and " + sealing.cipher);
    throw Error(Code::KeyUnsupported,
                "the key is encrypted with " + quote(how) + ", which cannot be opened here",
                {{"kdf", sealing.kdf}, {"cipher", sealing.cipher}});
}

bool isPrivate(const PemBlock& block) {
    return block.label == "PRIVATE KEY" || block.label == kSealedLabel ||
           block.label == "EC PRIVATE KEY" || block.label == "RSA PRIVATE KEY";
}

bool isSealed(const PemBlock& block) { return block.isSealed() || block.label == kSealedLabel; }

// The only private key of a text.
PemBlock onlyKeyOf(std::string_view pem) {
    requireLength(pem.size(), kLongestOne, Code::KeyLength, "the private key");
    std::vector<PemBlock> blocks = readPem(pem);
    if (std::count_if(blocks.begin(), blocks.end(), isPrivate) != 1) {
        throw Error(Code::KeyPem, "this is not one private key in PEM" + guessAt(pem));
    }
    PemBlock block = std::move(*std::find_if(blocks.begin(), blocks.end(), isPrivate));
    if (block.isSealed() && block.label == kSealedLabel) {
        // OpenSSL would open the inner one with as many rounds as that asks for.
        throw Error(Code::KeyPem, "the private key is encrypted twice");
    }
    return block;
}

// Tell whether the number of an EC key is one of its curve's: others sign as well, but OpenSSL
// cannot write all of them. SEC 1 3.2.1.
bool isWithinRange(EVP_PKEY* key) {
    if (EVP_PKEY_get_base_id(key) != EVP_PKEY_EC) {
        return true;
    }
    const OwnedKeyContext context(EVP_PKEY_CTX_new(key, nullptr));
    return EVP_PKEY_private_check(context.get()) == 1;
}

// Tell whether a private key signs what its public half verifies. OpenSSL reads keys whose halves
// or numbers do not belong together, and its own check of an RSA key looks for primes for too long.
bool isSound(EVP_PKEY* key) {
    if (!isWithinRange(key) || OwnedPkcs8(EVP_PKEY2PKCS8(key)) == nullptr) {
        drainOpenSsl();
        return false;
    }
    constexpr std::array<unsigned char, 1> kMessage{0};
    std::array<unsigned char, kMostRsaBits / 8> signature{};
    std::size_t length = signature.size();
    const Owned<EVP_MD_CTX, EVP_MD_CTX_free> signing(EVP_MD_CTX_new());
    const Owned<EVP_MD_CTX, EVP_MD_CTX_free> verifying(EVP_MD_CTX_new());
    const bool sound =
        EVP_DigestSignInit(signing.get(), nullptr, digestFor(key), nullptr, key) == 1 &&
        EVP_DigestSign(signing.get(), signature.data(), &length, kMessage.data(),
                       kMessage.size()) == 1 &&
        EVP_DigestVerifyInit(verifying.get(), nullptr, digestFor(key), nullptr, key) == 1 &&
        EVP_DigestVerify(verifying.get(), signature.data(), length, kMessage.data(),
                         kMessage.size()) == 1;
    drainOpenSsl();
    return sound;
}

// Refuse what OpenSSL could not read, and what sslkeys does not use.
OwnedKey checked(OwnedKey key) {
    drainOpenSsl();
    if (key == nullptr) {
        throw Error(Code::KeyPem, "the private key is damaged");
    }
    requireSupported(key.get());
    if (!isSound(key.get())) {
        throw Error(Code::KeyPem, "the private key is damaged: it does not fit its public half");
    }
    return key;
}

OwnedKey parsePkcs8(const Secret& der) {
    const auto* next = reinterpret_cast<const unsigned char*>(der.data());
    const OwnedPkcs8 pkcs8(d2i_PKCS8_PRIV_KEY_INFO(nullptr, &next, static_cast<long>(der.size())));
    return OwnedKey(pkcs8 == nullptr ? nullptr : EVP_PKCS82PKEY(pkcs8.get()));
}

OwnedSignature parseSealed(const Secret& der) {
    const auto* next = reinterpret_cast<const unsigned char*>(der.data());
    OwnedSignature sealed(d2i_X509_SIG(nullptr, &next, static_cast<long>(der.size())));
    drainOpenSsl();
    if (sealed == nullptr) {
        throw Error(Code::KeyPem, "the encrypted private key is damaged");
    }
    return sealed;
}

OwnedKey openSealed(const Secret& der, const Secret& password) {
    const OwnedSignature sealed = parseSealed(der);
    const X509_ALGOR* algorithm = nullptr;
    const ASN1_OCTET_STRING* content = nullptr;
    X509_SIG_get0(sealed.get(), &algorithm, &content);
    if (effortOf(algorithm) > 1) {
        throw Error(Code::KeyUnsupported, "opening the key takes too long: its encryption asks for "
                                          "more than " +
                                              std::to_string(kMostPasswordRounds) +
                                              " rounds, or as much work");
    }
    Secret plain;
    const Opening opening = unseal(algorithm, content, &password, plain);
    if (opening == Opening::kUnsupported) {
        refuseSealing(describeSealing(algorithm));
    }
    OwnedKey key = opening == Opening::kOpened ? parsePkcs8(plain) : nullptr;
    drainOpenSsl();
    if (key == nullptr) {  // one wrong passphrase of 256 leaves octets that look unpadded
        refusePassword();
    }
    return key;
}

// OpenSSL's question for a passphrase, which nobody is asked.
int refuseToAnswer(char* /*buffer*/, int /*size*/, int /*forWriting*/, void* /*context*/) noexcept {
    return -1;
}

OwnedKey readPlain(std::string_view pem) {
    const OwnedBio bio(require(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())),
                               "could not read the key"));
    return OwnedKey(PEM_read_bio_PrivateKey(bio.get(), nullptr, refuseToAnswer, nullptr));
}

OwnedKey openHeaded(const PemBlock& block, const Secret& password) {
    Secret plain;
    const Opening opening = unsealHeaded(block.header, block.der, password, plain);
    if (opening == Opening::kUnsupported) {
        refuseSealing(describeHeader(block.header));
    }
    const auto* next = reinterpret_cast<const unsigned char*>(plain.data());
    OwnedKey key(opening == Opening::kOpened
                     ? d2i_AutoPrivateKey(nullptr, &next, static_cast<long>(plain.size()))
                     : nullptr);
    drainOpenSsl();
    if (key == nullptr) {
        refusePassword();
    }
    return key;
}

}  // namespace

Key Key::fromPkcs8(const Secret& der) { return Key(checked(parsePkcs8(der)), false); }

Key Key::fromPem(std::string_view pem, const Secret* password) {
    const PemBlock block = onlyKeyOf(pem);
    if (!isSealed(block)) {
        return Key(checked(readPlain(pem)), false);
    }
    if (password == nullptr) {
        refuseMissingPassword();
    }
    return Key(
        checked(block.isSealed() ? openHeaded(block, *password) : openSealed(block.der, *password)),
        false);
}

bool isEncryptedKey(std::string_view pem) {
    const std::vector<PemBlock> blocks = readPem(pem);
    return std::any_of(blocks.begin(), blocks.end(),
                       [](const PemBlock& block) { return isPrivate(block) && isSealed(block); });
}

std::optional<Sealing> sealingOf(std::string_view pem) {
    const PemBlock block = onlyKeyOf(pem);
    if (!isSealed(block)) {
        return std::nullopt;
    }
    if (block.isSealed()) {
        return describeHeader(block.header);
    }
    const OwnedSignature sealed = parseSealed(block.der);
    const X509_ALGOR* algorithm = nullptr;
    X509_SIG_get0(sealed.get(), &algorithm, nullptr);
    return describeSealing(algorithm);
}

}  // namespace sslkeys
