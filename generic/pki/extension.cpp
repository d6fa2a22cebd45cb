// See extension.h.
#include "pki/extension.h"

#include "pki/usage.h"

#include <openssl/asn1t.h>
#include <openssl/objects.h>

namespace sslkeys {
namespace {

constexpr const char* kFailure = "could not write an extension";

// RFC 5280 4.2.1.9
void addBasicConstraints(X509* certificate, const Statements& statements) {
    const OwnedBasicConstraints constraints(require(BASIC_CONSTRAINTS_new(), kFailure));
    constraints->ca = statements.profile.isCa ? 0xFF : 0;  // DER knows no other TRUE, X.690 11.1
    if (statements.pathLength >= 0) {
        constraints->pathlen = require(ASN1_INTEGER_new(), kFailure);
        require(ASN1_INTEGER_set(constraints->pathlen, statements.pathLength), kFailure);
    }
    addExtension(certificate, NID_basic_constraints, constraints.get(), true);
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

std::array<int, 2> readPurposes(const X509* certificate) {
    std::array<int, 2> purposes{NID_undef, NID_undef};
    const auto usages = readExtension<OwnedExtendedUsages>(certificate, NID_ext_key_usage);
    for (int index = 0; index < sk_ASN1_OBJECT_num(usages.get()); ++index) {
        purposes.at(static_cast<std::size_t>(index)) =
            OBJ_obj2nid(sk_ASN1_OBJECT_value(usages.get(), index));
    }
    return purposes;
}

bool statesBasics(const X509* certificate, const Statements& statements) {
    const auto constraints =
        readExtension<OwnedBasicConstraints>(certificate, NID_basic_constraints);
    const auto bits = readExtension<OwnedBitString>(certificate, NID_key_usage);
    const long pathLength = constraints == nullptr || constraints->pathlen == nullptr
                                ? -1
                                : ASN1_INTEGER_get(constraints->pathlen);
    return constraints != nullptr && (constraints->ca != 0) == statements.profile.isCa &&
           pathLength == statements.pathLength &&
           keyUsagesFrom(bits.get()) == statements.keyUsages &&
           readPurposes(certificate) == statements.profile.purposes;
}

bool statesAltNames(const X509* certificate, const AltNames& altNames) {
    const auto names = readExtension<OwnedGeneralNames>(certificate, NID_subject_alt_name);
    return altNamesFrom(names.get()) == altNames;
}

// How many extensions there are to be; two of a kind there cannot be, since each was read.
int countOf(const Statements& statements, const X509* issuer) {
    const Pointers& pointers = statements.pointers;
    const bool hasAuthority =
        issuer == nullptr || X509_get0_subject_key_id(const_cast<X509*>(issuer)) != nullptr;
    int count = 3;  // basicConstraints, keyUsage, subjectKeyIdentifier
    for (const bool isThere :
         {hasAuthority, statements.profile.purposes.front() != NID_undef,
          !statements.altNames.empty(), statements.profile.skipsRevocationCheck,
          !pointers.crlUrls.empty(), !pointers.ocspUrls.empty() || !pointers.caIssuers.empty(),
          !pointers.policies.empty(), !statements.constraints.empty()}) {
        count += isThere ? 1 : 0;
    }
    return count;
}

}  // namespace

bool isReadable(X509_EXTENSION* extension) {
    const X509V3_EXT_METHOD* method = X509V3_EXT_get(extension);
    if (method == nullptr) {
        return false;
    }
    const ASN1_OCTET_STRING* data = X509_EXTENSION_get_data(extension);
    const unsigned char* octets = ASN1_STRING_get0_data(data);
    const unsigned char* next = octets;
    const int length = ASN1_STRING_length(data);
    ASN1_VALUE* value = ASN1_item_d2i(nullptr, &next, length, ASN1_ITEM_ptr(method->it));
    ASN1_item_free(value, ASN1_ITEM_ptr(method->it));
    drainOpenSsl();
    return value != nullptr && next == octets + length;
}

void addExtension(X509* certificate, int nid, void* value, bool critical) {
    require(X509_add1_ext_i2d(certificate, nid, value, critical ? 1 : 0, X509V3_ADD_APPEND),
            kFailure);
}

void addExtensions(X509* certificate, const Statements& statements, const X509* issuer) {
    addBasicConstraints(certificate, statements);
    addExtension(certificate, NID_key_usage, makeKeyUsage(statements.keyUsages).get(), true);
    addExtendedKeyUsage(certificate, statements.profile);
    addKeyIdentifiers(certificate, issuer);
    if (!statements.altNames.empty()) {
        addExtension(certificate, NID_subject_alt_name, toX509(statements.altNames).get(), false);
    }
    if (statements.profile.skipsRevocationCheck) {
        const Owned<ASN1_NULL, ASN1_NULL_free> null(require(ASN1_NULL_new(), kFailure));
        addExtension(certificate, NID_id_pkix_OCSP_noCheck, null.get(), false);
    }
    addPointers(certificate, statements.pointers);
    if (!statements.constraints.empty()) {
        addConstraints(certificate, statements.constraints);
    }
}

bool states(const X509* certificate, const Statements& statements, const X509* issuer) {
    static const Pointers kNowhere;
    const bool stated =
        X509_get_ext_count(certificate) == countOf(statements, issuer) &&
        statesBasics(certificate, statements) &&
        (statements.altNames.empty() || statesAltNames(certificate, statements.altNames)) &&
        (statements.pointers == kNowhere || readPointers(certificate) == statements.pointers) &&
        (statements.constraints.empty() || readConstraints(certificate) == statements.constraints);
    drainOpenSsl();
    return stated;
}

}  // namespace sslkeys
