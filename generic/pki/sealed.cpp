// See sealed.h.
#include "pki/sealed.h"

#include "pki/der.h"
#include "pki/error.h"

#include <openssl/asn1t.h>
#include <openssl/objects.h>
#include <openssl/provider.h>

#include <algorithm>
#include <array>
#include <limits>

namespace sslkeys {
namespace {

using OwnedCipher = Owned<EVP_CIPHER, EVP_CIPHER_free>;
using OwnedCipherContext = Owned<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;
using OwnedPbe = Owned<PBEPARAM, PBEPARAM_free>;
using OwnedPbe2 = Owned<PBE2PARAM, PBE2PARAM_free>;
using OwnedPbkdf2 = Owned<PBKDF2PARAM, PBKDF2PARAM_free>;
using OwnedScrypt = Owned<SCRYPT_PARAMS, SCRYPT_PARAMS_free>;

// Read the parameters of an algorithm as the type that belongs to it; null when they are not.
template <class T> T readParameters(const X509_ALGOR* algorithm, const ASN1_ITEM* type) {
    const ASN1_OBJECT* object = nullptr;
    int kind = V_ASN1_UNDEF;
    const void* value = nullptr;
    X509_ALGOR_get0(&object, &kind, &value, algorithm);
    T parameters(kind != V_ASN1_SEQUENCE ? nullptr
                                         : static_cast<typename T::pointer>(ASN1_item_unpack(
                                               static_cast<const ASN1_STRING*>(value), type)));
    drainOpenSsl();
    return parameters;
}

const ASN1_OBJECT* objectOf(const X509_ALGOR* algorithm) {
    const ASN1_OBJECT* object = nullptr;
    X509_ALGOR_get0(&object, nullptr, nullptr, algorithm);
    return object;
}

int nidOf(const X509_ALGOR* algorithm) { return OBJ_obj2nid(objectOf(algorithm)); }

std::string nameOf(const ASN1_OBJECT* object) {
    const int nid = OBJ_obj2nid(object);
    if (nid != NID_undef) {
        return OBJ_nid2sn(nid);
    }
    std::array<char, 64> oid{};
    OBJ_obj2txt(oid.data(), oid.size(), object, 1);
    return oid.data();
}

std::string nameOf(int nid) { return nid <= 0 ? "" : OBJ_nid2sn(nid); }

// Read a number; one that does not fit is most + 1, one below 1, which no reader takes, is 1. Below
// an int nothing fits either: OpenSSL takes the low 32 bits for the rounds, whatever the sign was.
std::int64_t numberUpTo(std::int64_t most, const ASN1_INTEGER* number) {
    std::int64_t value = 0;
    const bool isTold = ASN1_INTEGER_get_int64(&value, number) == 1 && value <= most &&
                        value >= std::numeric_limits<int>::min();
    drainOpenSsl();
    return isTold ? std::max(value, std::int64_t{1}) : most + 1;
}

// How many times the most that a number is; beyond it, more than anything is worth.
double partOf(std::int64_t most, const ASN1_INTEGER* number) {
    constexpr double kBeyond = 1e9;
    const std::int64_t value = numberUpTo(most, number);
    return value > most ? kBeyond : static_cast<double>(value) / static_cast<double>(most);
}

double partOfScrypt(const SCRYPT_PARAMS* scrypt) {
    constexpr auto kMost = static_cast<double>(kMostScryptEffort);
    return partOf(kMostScryptEffort, scrypt->costParameter) *
           (partOf(kMostScryptEffort, scrypt->blockSize) * kMost) *
           (partOf(kMostScryptEffort, scrypt->parallelizationParameter) * kMost);
}

double effortOfPbe2(const PBE2PARAM* pbe2) {
    if (nidOf(pbe2->keyfunc) == NID_id_scrypt) {
        const auto scrypt =
            readParameters<OwnedScrypt>(pbe2->keyfunc, ASN1_ITEM_rptr(SCRYPT_PARAMS));
        return scrypt == nullptr ? 0 : partOfScrypt(scrypt.get());
    }
    const auto pbkdf2 = readParameters<OwnedPbkdf2>(pbe2->keyfunc, ASN1_ITEM_rptr(PBKDF2PARAM));
    return pbkdf2 == nullptr ? 0 : partOf(kMostPasswordRounds, pbkdf2->iter);
}

// Print a MAC's digest: "hmacWithSHA256" is SHA256, and the default SHA1. RFC 8018 A.2.
std::string digestOfMac(const X509_ALGOR* mac) {
    const std::string name = mac == nullptr ? "hmacWithSHA1" : nameOf(objectOf(mac));
    const std::string stem = "hmacWith";
    return name.rfind(stem, 0) == 0 ? name.substr(stem.size()) : name;
}

Sealing describePbe2(const PBE2PARAM* pbe2) {
    Sealing sealing{nameOf(objectOf(pbe2->keyfunc)), nameOf(objectOf(pbe2->encryption)), 0};
    if (nidOf(pbe2->keyfunc) == NID_id_scrypt) {
        sealing.kdf = "scrypt";
        const auto scrypt =
            readParameters<OwnedScrypt>(pbe2->keyfunc, ASN1_ITEM_rptr(SCRYPT_PARAMS));
        if (scrypt != nullptr) {
            sealing.rounds = numberUpTo(kMostScryptEffort, scrypt->costParameter);
        }
    }
    const auto pbkdf2 = readParameters<OwnedPbkdf2>(pbe2->keyfunc, ASN1_ITEM_rptr(PBKDF2PARAM));
    if (nidOf(pbe2->keyfunc) == NID_id_pbkdf2 && pbkdf2 != nullptr) {
        sealing.kdf = "PBKDF2-" + digestOfMac(pbkdf2->prf);
        sealing.rounds = numberUpTo(kMostPasswordRounds, pbkdf2->iter);
    }
    return sealing;
}

// A world of its own with the algorithms that OpenSSL calls legacy, such as the RC2-40 of most old
// PKCS#12: they open what others have sealed, and are known nowhere else. Null where OpenSSL came
// without them.
OSSL_LIB_CTX* legacyContext() {
    static OSSL_LIB_CTX* const context = []() -> OSSL_LIB_CTX* {
        Owned<OSSL_LIB_CTX, OSSL_LIB_CTX_free> made(OSSL_LIB_CTX_new());
        const bool isWhole = made != nullptr &&
                             OSSL_PROVIDER_load(made.get(), "default") != nullptr &&
                             OSSL_PROVIDER_load(made.get(), "legacy") != nullptr;
        drainOpenSsl();
        return isWhole ? made.release() : nullptr;
    }();
    return context;
}

// Derive the key and set up the cipher; with what is legacy only where nothing else will do.
bool start(const X509_ALGOR* algorithm, const char* password, int length, EVP_CIPHER_CTX* context) {
    const auto startIn = [&](OSSL_LIB_CTX* world) {
        const bool isStarted =
            EVP_PBE_CipherInit_ex(algorithm->algorithm, password, length, algorithm->parameter,
                                  context, 0, world, nullptr) == 1;
        drainOpenSsl();
        return isStarted;
    };
    return startIn(nullptr) || (legacyContext() != nullptr && startIn(legacyContext()));
}

// Decrypt with a cipher that is set up.
Opening finish(EVP_CIPHER_CTX* context, der::View sealed, Secret& plain) {
    plain.assign(sealed.size() + EVP_MAX_BLOCK_LENGTH, 0);
    auto* out = reinterpret_cast<unsigned char*>(plain.data());
    int most = 0;
    int last = 0;
    const bool isOpened = EVP_CipherUpdate(context, out, &most, sealed.begin(),
                                           static_cast<int>(sealed.size())) == 1 &&
                          EVP_CipherFinal_ex(context, out + most, &last) == 1;
    drainOpenSsl();
    plain.resize(isOpened ? static_cast<std::size_t>(most + last) : 0);
    return isOpened ? Opening::kOpened : Opening::kWrongPassword;
}

// What the old header lines say.
struct Header {
    std::string cipher;
    der::Octets iv;
};

Header readHeader(std::string_view lines) {
    constexpr std::string_view kField = "DEK-Info: ";
    constexpr std::size_t kLongest = 100;
    const std::size_t at = lines.find(kField);
    const std::string_view field =
        at == std::string_view::npos ? "" : lines.substr(at + kField.size(), kLongest);
    const std::string_view value = field.substr(0, field.find_first_of(" \r\n"));
    const std::size_t comma = std::min(value.find(','), value.size());
    // What is no name of a cipher is nothing to tell anybody.
    const std::string name(value.substr(0, comma));
    Header header{EVP_get_cipherbyname(name.c_str()) == nullptr ? "" : name, {}};
    long length = 0;
    const OwnedBytes octets(OPENSSL_hexstr2buf(
        std::string(value.substr(std::min(comma + 1, value.size()))).c_str(), &length));
    drainOpenSsl();
    if (octets != nullptr) {
        header.iv.assign(octets.get(), octets.get() + length);
    }
    return header;
}

// Find a cipher, a legacy one as well; null where there is none.
OwnedCipher fetchCipher(const std::string& name) {
    OwnedCipher cipher(EVP_CIPHER_fetch(nullptr, name.c_str(), nullptr));
    if (cipher == nullptr && legacyContext() != nullptr) {
        cipher.reset(EVP_CIPHER_fetch(legacyContext(), name.c_str(), nullptr));
    }
    drainOpenSsl();
    return cipher;
}

}  // namespace

Sealing describeSealing(const X509_ALGOR* algorithm) {
    if (nidOf(algorithm) == NID_pbes2) {
        const auto pbe2 = readParameters<OwnedPbe2>(algorithm, ASN1_ITEM_rptr(PBE2PARAM));
        return pbe2 == nullptr ? Sealing{"PBES2", "", 0} : describePbe2(pbe2.get());
    }
    Sealing sealing{nameOf(objectOf(algorithm)), "", 0};
    int cipher = 0;
    int digest = 0;
    if (EVP_PBE_find(EVP_PBE_TYPE_OUTER, nidOf(algorithm), &cipher, &digest, nullptr) == 1) {
        // PKCS#12's six algorithms, in one row of numbers. RFC 7292 C.
        const int nid = nidOf(algorithm);
        const bool isPkcs12 =
            nid >= NID_pbe_WithSHA1And128BitRC4 && nid <= NID_pbe_WithSHA1And40BitRC2_CBC;
        sealing.kdf = (isPkcs12 ? "PKCS12-" : "PBES1-") + nameOf(digest);
        sealing.cipher = nameOf(cipher);
    }
    const auto pbe = readParameters<OwnedPbe>(algorithm, ASN1_ITEM_rptr(PBEPARAM));
    sealing.rounds = pbe == nullptr ? 0 : numberUpTo(kMostOldRounds, pbe->iter);
    drainOpenSsl();
    return sealing;
}

double effortOf(const X509_ALGOR* algorithm) {
    if (nidOf(algorithm) == NID_pbes2) {
        const auto pbe2 = readParameters<OwnedPbe2>(algorithm, ASN1_ITEM_rptr(PBE2PARAM));
        return pbe2 == nullptr ? 0 : effortOfPbe2(pbe2.get());
    }
    const auto pbe = readParameters<OwnedPbe>(algorithm, ASN1_ITEM_rptr(PBEPARAM));
    return pbe == nullptr ? 0 : partOf(kMostOldRounds, pbe->iter);
}

double effortOfSealedKey(const Secret& der) {
    const auto* next = reinterpret_cast<const unsigned char*>(der.data());
    const OwnedSignature sealed(d2i_X509_SIG(nullptr, &next, static_cast<long>(der.size())));
    const X509_ALGOR* algorithm = nullptr;
    if (sealed != nullptr) {
        X509_SIG_get0(sealed.get(), &algorithm, nullptr);
    }
    drainOpenSsl();
    return algorithm == nullptr ? 0 : effortOf(algorithm);
}

double effortOfMac(const ASN1_INTEGER* rounds) {
    return rounds == nullptr ? 0 : partOf(kMostOldRounds, rounds);
}

Opening unseal(const X509_ALGOR* algorithm, const ASN1_OCTET_STRING* sealed, const Secret* password,
               Secret& plain) {
    const OwnedCipherContext context(
        require(EVP_CIPHER_CTX_new(), "could not open what is sealed"));
    // An empty Secret has no address, and no address means no password.
    const char* text = password == nullptr ? nullptr : password->empty() ? "" : password->data();
    const int length = password == nullptr ? 0 : static_cast<int>(password->size());
    if (!start(algorithm, text, length, context.get())) {
        return Opening::kUnsupported;
    }
    const der::View octets(ASN1_STRING_get0_data(sealed),
                           static_cast<std::size_t>(ASN1_STRING_length(sealed)));
    return finish(context.get(), octets, plain);
}

Sealing describeHeader(std::string_view header) { return {"MD5", readHeader(header).cipher, 1}; }

Opening unsealHeaded(std::string_view header, const Secret& sealed, const Secret& password,
                     Secret& plain) {
    constexpr std::size_t kOctetsOfSalt = 8;
    const Header lines = readHeader(header);
    const OwnedCipher cipher = fetchCipher(lines.cipher);
    if (cipher == nullptr || lines.iv.size() < kOctetsOfSalt ||
        static_cast<std::size_t>(EVP_CIPHER_get_iv_length(cipher.get())) != lines.iv.size()) {
        return Opening::kUnsupported;
    }
    std::array<unsigned char, EVP_MAX_KEY_LENGTH> key{};
    const OwnedCipherContext context(
        require(EVP_CIPHER_CTX_new(), "could not open what is sealed"));
    const bool isStarted =
        EVP_BytesToKey(cipher.get(), EVP_md5(), lines.iv.data(),
                       reinterpret_cast<const unsigned char*>(password.data()),
                       static_cast<int>(password.size()), 1, key.data(), nullptr) > 0 &&
        EVP_DecryptInit_ex2(context.get(), cipher.get(), key.data(), lines.iv.data(), nullptr) == 1;
    OPENSSL_cleanse(key.data(), key.size());
    drainOpenSsl();
    if (!isStarted) {
        return Opening::kUnsupported;
    }
    return finish(context.get(),
                  {reinterpret_cast<const unsigned char*>(sealed.data()), sealed.size()}, plain);
}

}  // namespace sslkeys
