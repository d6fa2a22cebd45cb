// Owning pointers: one alias for every OpenSSL type that sslkeys holds, and bytes that are wiped
// when they go. Nothing else may free an OpenSSL object. `owned` types move; a `T*` or `const T&`
// borrows.
#pragma once

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sslkeys {

template <auto Free> struct Deleter {
    template <class T> void operator()(T* object) const noexcept { Free(object); }
};
template <class T, auto Free> using Owned = std::unique_ptr<T, Deleter<Free>>;

inline void freeCertificates(STACK_OF(X509) * list) noexcept { sk_X509_free(list); }
inline void freeExtensions(STACK_OF(X509_EXTENSION) * list) noexcept {
    sk_X509_EXTENSION_pop_free(list, X509_EXTENSION_free);
}
inline void freeGeneralNames(GENERAL_NAMES* list) noexcept { GENERAL_NAMES_free(list); }
inline void freeExtendedUsages(EXTENDED_KEY_USAGE* list) noexcept { EXTENDED_KEY_USAGE_free(list); }
inline void freeBytes(unsigned char* bytes) noexcept { OPENSSL_free(bytes); }

using OwnedAlgorithm = Owned<X509_ALGOR, X509_ALGOR_free>;
using OwnedBasicConstraints = Owned<BASIC_CONSTRAINTS, BASIC_CONSTRAINTS_free>;
using OwnedBigNumber = Owned<BIGNUM, BN_free>;
using OwnedBio = Owned<BIO, BIO_free>;
using OwnedBitString = Owned<ASN1_BIT_STRING, ASN1_BIT_STRING_free>;
using OwnedBytes = std::unique_ptr<unsigned char, Deleter<freeBytes>>;
using OwnedCertificate = Owned<X509, X509_free>;
// Only the stack: whoever put certificates in it keeps them.
using OwnedCertificates = std::unique_ptr<STACK_OF(X509), Deleter<freeCertificates>>;
using OwnedCrl = Owned<X509_CRL, X509_CRL_free>;
using OwnedExtendedUsages = std::unique_ptr<EXTENDED_KEY_USAGE, Deleter<freeExtendedUsages>>;
using OwnedExtensions = std::unique_ptr<STACK_OF(X509_EXTENSION), Deleter<freeExtensions>>;
using OwnedGeneralName = Owned<GENERAL_NAME, GENERAL_NAME_free>;
using OwnedGeneralNames = std::unique_ptr<GENERAL_NAMES, Deleter<freeGeneralNames>>;
using OwnedInteger = Owned<ASN1_INTEGER, ASN1_INTEGER_free>;
using OwnedKey = Owned<EVP_PKEY, EVP_PKEY_free>;
using OwnedKeyContext = Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using OwnedKeyId = Owned<AUTHORITY_KEYID, AUTHORITY_KEYID_free>;
using OwnedName = Owned<X509_NAME, X509_NAME_free>;
using OwnedOctets = Owned<ASN1_OCTET_STRING, ASN1_OCTET_STRING_free>;
using OwnedPkcs8 = Owned<PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free>;
using OwnedRequest = Owned<X509_REQ, X509_REQ_free>;
using OwnedSignature = Owned<X509_SIG, X509_SIG_free>;
using OwnedTime = Owned<ASN1_TIME, ASN1_TIME_free>;
using OwnedStore = Owned<X509_STORE, X509_STORE_free>;
using OwnedStoreContext = Owned<X509_STORE_CTX, X509_STORE_CTX_free>;

// Hand out memory that is overwritten before it is given back.
template <class T> struct WipingAllocator {
    using value_type = T;
    WipingAllocator() = default;
    // NOLINTNEXTLINE(google-explicit-constructor): an allocator converts, says the standard library
    template <class U> WipingAllocator(const WipingAllocator<U>& /*other*/) noexcept {}
    T* allocate(std::size_t count) { return std::allocator<T>().allocate(count); }
    void deallocate(T* memory, std::size_t count) noexcept {
        OPENSSL_cleanse(memory, count * sizeof(T));
        std::allocator<T>().deallocate(memory, count);
    }
    friend bool operator==(const WipingAllocator&, const WipingAllocator&) { return true; }
    friend bool operator!=(const WipingAllocator&, const WipingAllocator&) { return false; }
};

// A private key's PEM or a passphrase: a vector, because a string keeps short texts in itself.
using Secret = std::vector<char, WipingAllocator<char>>;

inline std::string_view view(const Secret& secret) { return {secret.data(), secret.size()}; }

}  // namespace sslkeys
