// See pkcs12.h: writing; reading is pkcs12read.cpp.
#include "pki/pkcs12.h"

#include "pki/digest.h"
#include "pki/error.h"
#include "pki/pem.h"
#include "pki/text.h"

#include <openssl/objects.h>
#include <openssl/pkcs12.h>

#include <algorithm>

namespace sslkeys {
namespace {

using OwnedBag = Owned<PKCS12_SAFEBAG, PKCS12_SAFEBAG_free>;
using OwnedPkcs7 = Owned<PKCS7, PKCS7_free>;

constexpr const char* kFailure = "could not write the PKCS#12";

// How the parts are sealed. Whoever guesses passphrases takes the part that is cheapest to try, so
// all have as many rounds. .NET and Windows refuse files with more than 600,000 in all, and 300,000
// is the lowest bound of theirs; OpenSSL writes 2,048, the old readers' habit.
struct Sealer {
    int cipher;  // EVP's or PKCS#12's, as PKCS12_pack_p7encdata takes it
    int rounds;
    const EVP_MD* mac;
};
constexpr int kSaltLength = 16;  // NIST SP 800-132 5.1

Sealer sealerOf(bool legacy) {
    return legacy ? Sealer{NID_pbe_WithSHA1And3_Key_TripleDES_CBC, 2048, EVP_sha1()}
                  : Sealer{NID_aes_256_cbc, 100'000, EVP_sha256()};
}

int sizeOf(const Secret& password) { return static_cast<int>(password.size()); }

void push(const OwnedBags& bags, OwnedBag bag) {
    require(sk_PKCS12_SAFEBAG_push(bags.get(), bag.get()), kFailure);
    static_cast<void>(bag.release());
}

OwnedBags newBags() { return OwnedBags(require(sk_PKCS12_SAFEBAG_new_null(), kFailure)); }

// What says that key and certificate belong together, and what people call them.
void label(PKCS12_SAFEBAG* bag, const Pkcs12Terms& terms) {
    constexpr int kIdLength = 20;  // any octets will do, and all write as many
    std::vector<unsigned char> der = encodeDer<X509>(i2d_X509, terms.certificate.get());
    Sha256 id = hashSha256(der.data(), der.size());
    require(PKCS12_add_localkeyid(bag, id.data(), kIdLength), kFailure);
    if (!terms.name.empty()) {
        // OpenSSL's own writer refuses characters beyond the BMP, which all others write as UTF-16.
        constexpr int kTerminator = 2;
        int length = 0;
        unsigned char* wide = nullptr;
        const OwnedBytes owned(
            require(OPENSSL_utf82uni(terms.name.data(), static_cast<int>(terms.name.size()), &wide,
                                     &length),
                    kFailure));
        require(PKCS12_add1_attr_by_NID(bag, NID_friendlyName, V_ASN1_BMPSTRING, wide,
                                        length - kTerminator),
                kFailure);
    }
}

OwnedBag sealKey(const Pkcs12Terms& terms, const Sealer& sealer) {
    const OwnedPkcs8 pkcs8(require(EVP_PKEY2PKCS8(terms.key.get()), kFailure));
    OwnedAlgorithm algorithm(
        require(terms.legacy ? PKCS5_pbe_set(sealer.cipher, sealer.rounds, nullptr, kSaltLength)
                             : PKCS5_pbe2_set_iv(EVP_aes_256_cbc(), sealer.rounds, nullptr,
                                                 kSaltLength, nullptr, NID_hmacWithSHA256),
                kFailure));
    OwnedSignature sealed(require(
        PKCS8_set0_pbe(terms.password.data(), sizeOf(terms.password), pkcs8.get(), algorithm.get()),
        kFailure));
    static_cast<void>(algorithm.release());
    OwnedBag bag(require(PKCS12_SAFEBAG_create0_pkcs8(sealed.get()), kFailure));
    static_cast<void>(sealed.release());
    label(bag.get(), terms);
    return bag;
}

OwnedPkcs7 packKey(const Pkcs12Terms& terms, const Sealer& sealer) {
    const OwnedBags bags = newBags();
    push(bags, sealKey(terms, sealer));
    return OwnedPkcs7(require(PKCS12_pack_p7data(bags.get()), kFailure));
}

OwnedPkcs7 packCertificates(const Pkcs12Terms& terms, const Sealer& sealer) {
    const OwnedBags bags = newBags();
    OwnedBag own(require(PKCS12_SAFEBAG_create_cert(terms.certificate.get()), kFailure));
    label(own.get(), terms);
    push(bags, std::move(own));
    const std::string mine = terms.certificate.fingerprint();
    for (const Certificate& issuer : terms.chain) {
        if (issuer.fingerprint() != mine) {
            push(bags, OwnedBag(require(PKCS12_SAFEBAG_create_cert(issuer.get()), kFailure)));
        }
    }
    return OwnedPkcs7(
        require(PKCS12_pack_p7encdata(sealer.cipher, terms.password.data(), sizeOf(terms.password),
                                      nullptr, kSaltLength, sealer.rounds, bags.get()),
                kFailure));
}

void push(const OwnedSafes& safes, OwnedPkcs7 safe) {
    require(sk_PKCS7_push(safes.get(), safe.get()), kFailure);
    static_cast<void>(safe.release());
}

}  // namespace

void requirePkcs12(const Pkcs12Terms& terms) {
    constexpr long kLongestName = 255;
    if (!terms.certificate.matches(terms.key.get())) {
        throw Error(Code::BundleMismatch, "the key and the certificate do not belong together");
    }
    const long characters = countPlainCharacters(terms.name);
    if (characters < 0) {
        throw Error(Code::NameCharacter,
                    "the name " + quote(terms.name) + " has a character that is not allowed",
                    {{"attribute", "name"}});
    }
    if (characters > kLongestName) {
        throw Error(Code::NameLength,
                    "the name has more than " + std::to_string(kLongestName) + " characters",
                    {{"attribute", "name"}, {"most", std::to_string(kLongestName)}});
    }
}

std::vector<unsigned char> writePkcs12(const Pkcs12Terms& terms, const Stop* stop) {
    requirePkcs12(terms);
    const Sealer sealer = sealerOf(terms.legacy);
    const OwnedSafes safes(require(sk_PKCS7_new_null(), kFailure));
    push(safes, packCertificates(terms, sealer));
    checkStop(stop);
    push(safes, packKey(terms, sealer));
    checkStop(stop);
    const OwnedPkcs12 pkcs12(require(PKCS12_init(NID_pkcs7_data), kFailure));
    require(PKCS12_pack_authsafes(pkcs12.get(), safes.get()), kFailure);
    require(PKCS12_set_mac(pkcs12.get(), terms.password.data(), sizeOf(terms.password), nullptr,
                           kSaltLength, sealer.rounds, sealer.mac),
            kFailure);
    return encodeDer<PKCS12>(i2d_PKCS12, pkcs12.get());
}

}  // namespace sslkeys
