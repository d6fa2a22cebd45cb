// Fuzzes private keys: what Key accepts is a key that sslkeys uses, is written and read again as it
// was, and signs what its public half verifies. No message shows any of it.
#include "pki/key.h"

#include "mutate.h"
#include "property.h"

#include <openssl/pem.h>

#include <array>

using namespace sslkeys;

namespace {

const std::string kPassword = "fuzz";

bool isSame(const Key& a, const Key& b) {
    return EVP_PKEY_eq(a.get(), b.get()) == 1 && a.toPem() == b.toPem() &&
           a.publicPem() == b.publicPem() &&
           printKeyFingerprint(a.get()) == printKeyFingerprint(b.get());
}

void checkPublic(const Key& key) {
    const std::string pem = key.publicPem();
    const OwnedBio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    const OwnedKey again(PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr));
    fuzz::check(again != nullptr && EVP_PKEY_eq(again.get(), key.get()) == 1,
                "OpenSSL reads the public half");
    fuzz::check(printKeyFingerprint(again.get()) == printKeyFingerprint(key.get()),
                "both halves have one fingerprint");
}

void checkSigns(const Key& key) {
    constexpr std::array<unsigned char, 4> kMessage{1, 2, 3, 4};
    std::array<unsigned char, 1100> signature{};
    std::size_t length = signature.size();
    const Owned<EVP_MD_CTX, EVP_MD_CTX_free> signing(EVP_MD_CTX_new());
    const bool isSigned =
        EVP_DigestSignInit(signing.get(), nullptr, digestFor(key.get()), nullptr, key.get()) == 1 &&
        EVP_DigestSign(signing.get(), signature.data(), &length, kMessage.data(),
                       kMessage.size()) == 1;
    fuzz::check(isSigned, "an accepted key signs");
    const Owned<EVP_MD_CTX, EVP_MD_CTX_free> verifying(EVP_MD_CTX_new());
    const bool isVerified = EVP_DigestVerifyInit(verifying.get(), nullptr, digestFor(key.get()),
                                                 nullptr, key.get()) == 1 &&
                            EVP_DigestVerify(verifying.get(), signature.data(), length,
                                             kMessage.data(), kMessage.size()) == 1;
    fuzz::check(isVerified, "an accepted key signs what its public half verifies");
    ERR_clear_error();
}

void checkKey(const Key& key, bool slow) {
    requireSupported(key.get());
    const KeySpec spec = describe(key.get());
    fuzz::check(spec.type == "ec" || spec.type == "rsa" || spec.type == "ed25519",
                "an accepted key is of a type that sslkeys uses");
    checkPublic(key);
    checkSigns(key);
    fuzz::check(isSame(key, Key::fromPem(view(key.toPem()))), "a key is read as it was written");
    fuzz::check(!isEncryptedKey(view(key.toPem())), "toPem() does not encrypt");
    if (slow) {
        const Secret password(kPassword.begin(), kPassword.end());
        const Secret sealed = key.toEncryptedPem(password);
        fuzz::check(isEncryptedKey(view(sealed)), "toEncryptedPem() encrypts");
        fuzz::check(isSame(key, Key::fromPem(view(sealed), &password)),
                    "a key is read as it was sealed");
    }
    fuzz::check(ERR_peek_error() == 0, "OpenSSL's error queue is empty after using a key");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = fuzz::view(data, size);
    const Secret password(kPassword.begin(), kPassword.end());
    bool asked = false;
    const auto plain = fuzz::attempt(text, fuzz::kNothing,
                                     {Code::KeyPem, Code::KeyEncrypted, Code::KeyUnsupported}, [&] {
                                         try {
                                             return Key::fromPem(text);
                                         } catch (const Error& error) {
                                             asked = error.is(Code::KeyEncrypted);
                                             throw;
                                         }
                                     });
    const auto opened =
        fuzz::attempt(text, fuzz::kNothing, {Code::KeyPem, Code::KeyPassword, Code::KeyUnsupported},
                      [&] { return Key::fromPem(text, &password); });
    if (asked) {
        fuzz::check(isEncryptedKey(text), "a key that needs a passphrase is told as encrypted");
    }
    if (plain) {
        fuzz::check(!isEncryptedKey(text), "a key that needs no passphrase is not encrypted");
        fuzz::check(opened && isSame(*plain, *opened),
                    "a passphrase that is not needed is no fault");
    }
    if (opened) {
        checkKey(*opened, size % 64 == 0);
    }
    return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t room, unsigned seed) {
    return fuzz::mutatePem(data, size, room, seed);
}
