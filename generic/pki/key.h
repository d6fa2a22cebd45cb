// Private keys: making, reading, writing, telling what they are. EC on P-256, P-384, P-521
// (RFC 5480), RSA of 2,048 to 8,192 bits (RFC 8017), Ed25519 (RFC 8410); PKCS#8 (RFC 5958) outside.
#pragma once

#include "pki/der.h"
#include "pki/owned.h"
#include "pki/p256.h"
#include "pki/sealed.h"
#include "pki/stop.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sslkeys {

constexpr int kFewestRsaBits = 2048;            // NIST SP 800-131A
constexpr int kMostRsaBits = 8192;              // more costs a verifier seconds
constexpr std::size_t kLongestPassword = 1023;  // what OpenSSL's PEM reader takes without cutting

// What a key is: one row of "-keytype, -bits, -curve".
struct KeySpec {
    std::string type = "ec";      // ec, rsa or ed25519
    int bits = 3072;              // rsa alone
    std::string curve = "P-256";  // ec alone: P-256, P-384 or P-521
};

// A public key to certify, borrowed; and its point where p256.h may write it.
struct PublicKey {
    EVP_PKEY* key;
    std::optional<p256::Point> point;
};

// A private key; copies share it, nobody changes it, several threads may use it.
class Key {
  public:
    // Make a key. RSA, which can take seconds, breaks off when it is asked to.
    //   errors  KEY UNSUPPORTED, JOB CANCELLED
    static Key generate(const KeySpec& spec, const Stop* stop = nullptr);

    // Read one private key: PKCS#8, plain or encrypted, or the older EC and RSA forms.
    //   in      password  null when none is known; nobody is ever asked for one
    //   errors  KEY PEM, ENCRYPTED, PASSWORD, UNSUPPORTED; what is sealed in a way that cannot be
    //           opened here, or takes too long, is UNSUPPORTED
    static Key fromPem(std::string_view pem, const Secret* password = nullptr);

    // Read the DER of a PrivateKeyInfo.
    //   errors  KEY PEM, UNSUPPORTED
    static Key fromPkcs8(const Secret& der);

    // Write it as PKCS#8.
    Secret toPem() const;

    // Write it as PKCS#8 encrypted with AES-256-CBC, PBKDF2 with HMAC-SHA-256 and 100,000 rounds.
    //   in      password  1 to kLongestPassword octets
    //   errors  ARGS RANGE
    //   source  RFC 8018 6.2
    Secret toEncryptedPem(const Secret& password) const;

    // Write its public half as a SubjectPublicKeyInfo, "PUBLIC KEY".
    std::string publicPem() const;

    PublicKey publicKey() const;

    // Sign a certificate that is otherwise complete, with the digest of digestFor().
    //   out  its DER
    std::vector<unsigned char> sign(X509* certificate) const;

    // Sign octets, with the digest of digestFor(); see signing.h.
    //   out  the signature
    der::Octets sign(der::View octets) const;

    // Tell whether p256.h signs with it.
    bool isP256() const;

    EVP_PKEY* get() const;

  private:
    struct Content;
    Key(OwnedKey key, bool isMadeHere);
    std::shared_ptr<Content> content_;
};

// Tell whether a text holds an encrypted private key.
bool isEncryptedKey(std::string_view pem);

// Tell how the one private key of a text is sealed; none when it is not.
//   errors  KEY PEM
std::optional<Sealing> sealingOf(std::string_view pem);

// Tell what a key, private or public, is; a type that sslkeys does not use by OpenSSL's name for
// it.
KeySpec describe(const EVP_PKEY* key);

// Refuse a key that is weak or of another kind than sslkeys uses.
//   errors  KEY UNSUPPORTED
void requireSupported(const EVP_PKEY* key);

// Hash the SubjectPublicKeyInfo with SHA-256, as lower-case hex; of a certificate as it stands
// there.
std::string printKeyFingerprint(const EVP_PKEY* key);
std::string printKeyFingerprint(const X509_PUBKEY* key);
std::string printKeyFingerprint(const p256::Point& point);

// Choose the digest that a key signs with: as strong as the key; null for Ed25519, which has its
// own.
const EVP_MD* digestFor(const EVP_PKEY* key);

}  // namespace sslkeys
