// What is sealed under a passphrase: EncryptedPrivateKeyInfo (RFC 5958 3) and the parts of a
// PKCS#12 (RFC 7292). How long opening it takes stands in itself, so that is looked at before
// anybody begins.
#pragma once

#include "pki/owned.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sslkeys {

// About two seconds. OpenSSL writes 2,048, sslkeys 100,000, careful people 1,000,000.
constexpr std::int64_t kMostPasswordRounds = 5'000'000;

// The same for PBES1 and PKCS#12, a round of which costs several: OpenSSL writes 2,048 there, too.
constexpr std::int64_t kMostOldRounds = 1'000'000;

// About two seconds as well, N * r * p; OpenSSL writes 2^17.
constexpr std::int64_t kMostScryptEffort = std::int64_t{1} << 22;

// How something is sealed, for people.
struct Sealing {
    std::string kdf;          // "PBKDF2-SHA256", "scrypt", "PBES1-MD5", "PKCS12-SHA1"; an OID
    std::string cipher;       // "AES-256-CBC"; "" where it is not known
    std::int64_t rounds = 0;  // of the key derivation; 0 where they cannot be told
};
Sealing describeSealing(const X509_ALGOR* algorithm);

// The same of the old header lines of PEM: "DEK-Info: AES-128-CBC,...", RFC 1421 4.6.1.3.
Sealing describeHeader(std::string_view header);

// Tell what opening takes, as a part of the most that is done for one text: above 1 it is too much.
// Damaged parameters take nothing: they fail at once.
//   source  RFC 8018 appendix A (PBES1, PBES2, PBKDF2), RFC 7914 7 (scrypt), RFC 7292 C (PKCS#12)
double effortOf(const X509_ALGOR* algorithm);

// The same for the DER of a sealed private key; nothing for what is damaged.
double effortOfSealedKey(const Secret& der);

// The same for so many rounds of PKCS#12's own key derivation, which its MAC uses.
double effortOfMac(const ASN1_INTEGER* rounds);

// Counts what one text has cost, so that many small pieces are no way around the bound.
class Effort {
  public:
    // out  false when it is more than anybody means to wait for
    bool spend(double part) {
        spent_ += part;
        return spent_ <= kMost;
    }

  private:
    static constexpr double kMost = 2;  // about four seconds: a key and its MAC, each at their most
    double spent_ = 0;
};

enum class Opening {
    kOpened,
    kWrongPassword,  // or a damaged content, which looks the same
    kUnsupported     // no such algorithm here, or its parameters are damaged
};

// Open what is sealed; effortOf() was asked before.
//   in   password  null: none, which PKCS#12 tells from an empty one
//   out  plain  what was sealed, where it was opened
Opening unseal(const X509_ALGOR* algorithm, const ASN1_OCTET_STRING* sealed, const Secret* password,
               Secret& plain);

// Open what the old header lines of PEM seal.
//   source  EVP_BytesToKey(3), with one round of MD5 and the first octets of the IV as salt
Opening unsealHeaded(std::string_view header, const Secret& sealed, const Secret& password,
                     Secret& plain);

}  // namespace sslkeys
