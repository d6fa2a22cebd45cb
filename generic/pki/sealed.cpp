// See sealed.h.
#include "pki/sealed.h"

#include "pki/error.h"

#include <openssl/asn1t.h>

#include <algorithm>

namespace sslkeys {
namespace {

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
    return T(kind != V_ASN1_SEQUENCE ? nullptr
                                     : static_cast<typename T::pointer>(ASN1_item_unpack(
                                           static_cast<const ASN1_STRING*>(value), type)));
}

int nidOf(const X509_ALGOR* algorithm) {
    const ASN1_OBJECT* object = nullptr;
    X509_ALGOR_get0(&object, nullptr, nullptr, algorithm);
    return OBJ_obj2nid(object);
}

// Read a number; one that does not fit is most + 1, one below 1, which no reader takes, is 1.
std::int64_t numberUpTo(std::int64_t most, const ASN1_INTEGER* number) {
    std::int64_t value = 0;
    const bool isTold = ASN1_INTEGER_get_int64(&value, number) == 1 && value <= most;
    return isTold ? std::max(value, std::int64_t{1}) : most + 1;
}

bool isAtMost(std::int64_t most, const ASN1_INTEGER* rounds) {
    return numberUpTo(most, rounds) <= most;
}

bool isFairScrypt(const SCRYPT_PARAMS* scrypt) {
    std::int64_t left = kMostScryptEffort;
    for (const ASN1_INTEGER* factor :
         {scrypt->costParameter, scrypt->blockSize, scrypt->parallelizationParameter}) {
        left /= numberUpTo(kMostScryptEffort, factor);
    }
    return left > 0;
}

bool isFairPbe2(const PBE2PARAM* pbe2) {
    if (nidOf(pbe2->keyfunc) == NID_id_scrypt) {
        const auto scrypt =
            readParameters<OwnedScrypt>(pbe2->keyfunc, ASN1_ITEM_rptr(SCRYPT_PARAMS));
        return scrypt == nullptr || isFairScrypt(scrypt.get());
    }
    const auto pbkdf2 = readParameters<OwnedPbkdf2>(pbe2->keyfunc, ASN1_ITEM_rptr(PBKDF2PARAM));
    return pbkdf2 == nullptr || isAtMost(kMostPasswordRounds, pbkdf2->iter);
}

bool isFairAlgorithm(const X509_ALGOR* algorithm) {
    if (nidOf(algorithm) == NID_pbes2) {
        const auto pbe2 = readParameters<OwnedPbe2>(algorithm, ASN1_ITEM_rptr(PBE2PARAM));
        return pbe2 == nullptr || isFairPbe2(pbe2.get());
    }
    const auto pbe = readParameters<OwnedPbe>(algorithm, ASN1_ITEM_rptr(PBEPARAM));
    return pbe == nullptr || isAtMost(kMostOldRounds, pbe->iter);
}

}  // namespace

bool opensSoon(const Secret& der) {
    const auto* next = reinterpret_cast<const unsigned char*>(der.data());
    const OwnedSignature sealed(d2i_X509_SIG(nullptr, &next, static_cast<long>(der.size())));
    const X509_ALGOR* algorithm = nullptr;
    if (sealed != nullptr) {
        X509_SIG_get0(sealed.get(), &algorithm, nullptr);
    }
    const bool soon = algorithm == nullptr || isFairAlgorithm(algorithm);
    drainOpenSsl();
    return soon;
}

}  // namespace sslkeys
