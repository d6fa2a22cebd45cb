// See extension.h.
#include "pki/extension.h"

#include "pki/digest.h"

#include <openssl/objects.h>

namespace sslkeys {
namespace {

constexpr const char* kFailure = "could not write an extension";

void addExtension(X509* certificate, int nid, void* value, bool critical) {
    require(X509_add1_ext_i2d(certificate, nid, value, critical ? 1 : 0, X509V3_ADD_APPEND),
            kFailure);
}

// RFC 5280 4.2.1.9
void addBasicConstraints(X509* certificate, const Profile& profile) {
    const OwnedBasicConstraints constraints(require(BASIC_CONSTRAINTS_new(), kFailure));
    constraints->ca = profile.isCa ? 0xFF : 0;  // DER knows no other TRUE, X.690 11.1
    if (profile.pathLength >= 0) {
        constraints->pathlen = require(ASN1_INTEGER_new(), kFailure);
        require(ASN1_INTEGER_set(constraints->pathlen, profile.pathLength), kFailure);
    }
    addExtension(certificate, NID_basic_constraints, constraints.get(), true);
}

// RFC 5280 4.2.1.3: bit n of the BIT STRING is the n-th usage; OpenSSL's KU_* are its octets.
void addKeyUsage(X509* certificate, unsigned usages) {
    const OwnedBitString bits(require(ASN1_BIT_STRING_new(), kFailure));
    for (int bit = 0; bit < 8; ++bit) {
        if ((usages & (0x80U >> bit)) != 0) {
            require(ASN1_BIT_STRING_set_bit(bits.get(), bit, 1), kFailure);
        }
    }
    addExtension(certificate, NID_key_usage, bits.get(), true);
}

// RFC 5280 4.2.1.12
void addExtendedKeyUsage(X509* certificate, const Profile& profile) {
    const OwnedExtendedUsages usages(require(EXTENDED_KEY_USAGE_new(), kFailure));
    for (const int purpose : profile.purposes) {
        if (purpose != NID_undef) {
            require(sk_ASN1_OBJECT_push(usages.get(), OBJ_nid2obj(purpose)), kFailure);
        }
    }
    if (sk_ASN1_OBJECT_num(usages.get()) > 0) {
        addExtension(certificate, NID_ext_key_usage, usages.get(), false);
    }
}

// RFC 5280 4.2.1.1 and 4.2.1.2; the identifier is made as RFC 7093 2 (1) says: 160 bits of SHA-256.
void addKeyIdentifiers(X509* certificate, const X509* issuer) {
    std::array<unsigned char, 32> digest{};
    require(X509_pubkey_digest(certificate, EVP_sha256(), digest.data(), nullptr), kFailure);
    const OwnedOctets own(require(ASN1_OCTET_STRING_new(), kFailure));
    require(ASN1_OCTET_STRING_set(own.get(), digest.data(), 20), kFailure);
    addExtension(certificate, NID_subject_key_identifier, own.get(), false);

    const ASN1_OCTET_STRING* issuerId =
        issuer == nullptr ? own.get() : X509_get0_subject_key_id(const_cast<X509*>(issuer));
    if (issuerId != nullptr) {
        const OwnedKeyId authority(require(AUTHORITY_KEYID_new(), kFailure));
        authority->keyid = require(ASN1_OCTET_STRING_dup(issuerId), kFailure);
        addExtension(certificate, NID_authority_key_identifier, authority.get(), false);
    }
}

}  // namespace

void addExtensions(X509* certificate, const Profile& profile, unsigned keyUsages,
                   const AltNames& altNames, const X509* issuer) {
    addBasicConstraints(certificate, profile);
    addKeyUsage(certificate, keyUsages);
    addExtendedKeyUsage(certificate, profile);
    addKeyIdentifiers(certificate, issuer);
    if (!altNames.empty()) {
        addExtension(certificate, NID_subject_alt_name, toX509(altNames).get(), false);
    }
    if (profile.skipsRevocationCheck) {
        const Owned<ASN1_NULL, ASN1_NULL_free> null(require(ASN1_NULL_new(), kFailure));
        addExtension(certificate, NID_id_pkix_OCSP_noCheck, null.get(), false);
    }
}

}  // namespace sslkeys
