// PKCS#12: a key, its certificate and the chain under one passphrase. RFC 7292; AES as in RFC 8018.
#pragma once

#include "pki/bundle.h"
#include "pki/sealed.h"

#include <openssl/pkcs12.h>

namespace sslkeys {

inline void freeBags(STACK_OF(PKCS12_SAFEBAG) * list) noexcept {
    sk_PKCS12_SAFEBAG_pop_free(list, PKCS12_SAFEBAG_free);
}
inline void freeSafes(STACK_OF(PKCS7) * list) noexcept { sk_PKCS7_pop_free(list, PKCS7_free); }

using OwnedBags = std::unique_ptr<STACK_OF(PKCS12_SAFEBAG), Deleter<freeBags>>;
using OwnedPkcs12 = Owned<PKCS12, PKCS12_free>;
using OwnedSafes = std::unique_ptr<STACK_OF(PKCS7), Deleter<freeSafes>>;

struct Pkcs12Terms {
    Key key;
    Certificate certificate;  // the key's
    std::vector<Certificate>
        chain;            // in the order in which they shall stand; the key's is left out
    std::string name;     // UTF-8, "" for none; the PKCS#12 says it in a BMPString
    Secret password;      // 1 to kLongestPassword octets
    bool legacy = false;  // for readers that know no AES: 3DES and SHA-1
};

// Refuse what writePkcs12() would refuse, before any work is done.
//   errors  BUNDLE MISMATCH; NAME LENGTH, NAME CHARACTER
void requirePkcs12(const Pkcs12Terms& terms);

// Write a PKCS#12: AES-256-CBC with PBKDF2-HMAC-SHA-256 for the key and for the certificates, and a
// MAC with HMAC-SHA-256, which Windows 10 1809, macOS 15, Java 8u301, NSS and OpenSSL 1.1 read; or
// the legacy form, which all do.
//   in      stop  null when nobody can ask
//   out     its DER
//   errors  as requirePkcs12; JOB CANCELLED
std::vector<unsigned char> writePkcs12(const Pkcs12Terms& terms, const Stop* stop = nullptr);

// Tell whether octets begin as a PKCS#12 does.
bool isPkcs12(const Secret& der);

// Add what is in a PKCS#12 to a bundle.
//   in      effort  what was spent on the text before
//   errors  BUNDLE ENCRYPTED, PASSWORD, ALGORITHM, EFFORT, DAMAGED; KEY PEM, UNSUPPORTED;
//           CERTIFICATE PEM
void readPkcs12(const Secret& der, const std::optional<Secret>& password, Effort& effort,
                Bundle& bundle);

}  // namespace sslkeys
