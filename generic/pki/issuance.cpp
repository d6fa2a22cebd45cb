// See issuance.h.
#include "pki/issuance.h"

#include "pki/error.h"
#include "pki/extension.h"
#include "pki/serial.h"
#include "pki/validity.h"

#include <openssl/objects.h>

#include <algorithm>
#include <array>

namespace sslkeys {
namespace {

constexpr std::size_t kMostAltNames = 100;
constexpr const char* kFailure = "could not make the certificate";

// Check a subject again, whoever made it: a request's comes from outside.
Name settleSubject(const Name& subject) {
    Name settled;
    for (const auto& [type, value] : subject.attributes()) {
        settled.add(type, value);
    }
    settled.requireCommonName();
    return settled;
}

// Work out the alternative names: those given, the EMAIL, and the CN where a host needs a name.
//   errors  NAME ALTNAME
AltNames settleAltNames(const Terms& terms) {
    const AltNames given = terms.altNames.value_or(AltNames());
    if (given.size() > kMostAltNames) {
        throw Error(Code::NameAltName,
                    std::to_string(given.size()) + " alternative names are more than " +
                        std::to_string(kMostAltNames),
                    {{"count", std::to_string(given.size())}});
    }
    AltNames names;
    for (const AltName& name : given) {
        addOnce(names, AltName::parse(name.print()));
    }
    const std::string email(terms.subject.find("EMAIL"));
    if (!email.empty()) {
        addOnce(names, {AltName::kEmail, email});
    }
    const bool hasHost = std::any_of(names.begin(), names.end(), [](const AltName& name) {
        return name.kind == AltName::kDns || name.kind == AltName::kIp;
    });
    const std::string commonName(terms.subject.find("CN"));
    if (terms.profile->needsHost && !hasHost) {
        if (!isHostName(commonName, true) && !isAddress(commonName)) {
            throw Error(Code::NameAltName,
                        "CN " + quote(commonName) +
                            " is not a host name or address: give -san DNS:... or IP:...",
                        {{"cn", commonName}});
        }
        names.push_back(AltName::fromHost(commonName));
    }
    for (const AltName& name : names) {
        if ((terms.profile->altNameKinds & name.kind) == 0) {
            throw Error(Code::NameAltName,
                        "a certificate of profile " + std::string(terms.profile->name) +
                            " carries no " + quote(name.print()),
                        {{"profile", std::string(terms.profile->name)}, {"san", name.print()}});
        }
    }
    return names;
}

void addExtension(X509* certificate, int nid, void* value, bool critical) {
    require(X509_add1_ext_i2d(certificate, nid, value, critical ? 1 : 0, X509V3_ADD_APPEND),
            kFailure);
}

// RFC 5280 4.2.1.9
void addBasicConstraints(X509* certificate, const Profile& profile) {
    const OwnedBasicConstraints constraints(require(BASIC_CONSTRAINTS_new(), kFailure));
    constraints->ca = profile.isCa ? 1 : 0;
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

void addExtensions(X509* certificate, const Profile& profile, const AltNames& altNames,
                   const X509* issuer) {
    addBasicConstraints(certificate, profile);
    addKeyUsage(certificate, keyUsagesFor(profile, X509_get0_pubkey(certificate)));
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

unsigned readKeyUsages(const X509* certificate) {
    const auto bits = readExtension<OwnedBitString>(certificate, NID_key_usage);
    unsigned usages = 0;
    for (int bit = 0; bits != nullptr && bit < 8; ++bit) {
        usages |= ASN1_BIT_STRING_get_bit(bits.get(), bit) != 0 ? 0x80U >> bit : 0U;
    }
    return usages;
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

// Read back what will be signed and hold it against its profile: a fault in the lines above must
// not become a certificate.
void requireProfile(const X509* certificate, const Profile& profile) {
    const auto constraints =
        readExtension<OwnedBasicConstraints>(certificate, NID_basic_constraints);
    const auto altNames = readExtension<OwnedGeneralNames>(certificate, NID_subject_alt_name);
    const long pathLength = constraints == nullptr || constraints->pathlen == nullptr
                                ? -1
                                : ASN1_INTEGER_get(constraints->pathlen);
    const bool fits =
        X509_get_version(certificate) == X509_VERSION_3 && constraints != nullptr &&
        (constraints->ca != 0) == profile.isCa && pathLength == profile.pathLength &&
        readKeyUsages(certificate) == keyUsagesFor(profile, X509_get0_pubkey(certificate)) &&
        readPurposes(certificate) == profile.purposes &&
        (altNames != nullptr || !profile.needsHost) &&
        ASN1_TIME_compare(X509_get0_notBefore(certificate), X509_get0_notAfter(certificate)) < 0;
    drainOpenSsl();
    if (!fits) {
        throw Error(Code::CertificateProfile,
                    "what was made does not fit profile " + std::string(profile.name) +
                        "; nothing was signed",
                    {{"profile", std::string(profile.name)}});
    }
}

// All that signing by a CA and by oneself share.
Issued make(const Terms& terms, EVP_PKEY* publicKey, const X509* issuer, EVP_PKEY* signingKey,
            std::int64_t latest) {
    requireSupported(publicKey);
    const OwnedName subject = settleSubject(terms.subject).toX509();
    const AltNames altNames = settleAltNames(terms);
    const Validity validity = layOut(terms.now, terms.days.value_or(terms.profile->days), latest);

    OwnedCertificate certificate(require(X509_new(), kFailure));
    X509* made = certificate.get();
    require(X509_set_version(made, X509_VERSION_3), kFailure);
    require(X509_set_serialNumber(made, drawSerial().get()), kFailure);
    require(X509_set_subject_name(made, subject.get()), kFailure);
    require(X509_set_issuer_name(made,
                                 issuer == nullptr ? subject.get() : X509_get_subject_name(issuer)),
            kFailure);
    require(X509_set1_notBefore(made, toAsn1Time(validity.notBefore).get()), kFailure);
    require(X509_set1_notAfter(made, toAsn1Time(validity.notAfter).get()), kFailure);
    require(X509_set_pubkey(made, publicKey), kFailure);
    addExtensions(made, *terms.profile, altNames, issuer);
    requireProfile(made, *terms.profile);
    require(X509_sign(made, signingKey, digestFor(signingKey)), "could not sign the certificate");
    return {Certificate(std::move(certificate)), validity.truncated};
}

[[noreturn]] void refuseProfile(const Profile& profile, const char* why) {
    throw Error(Code::CertificateProfile, "profile " + std::string(profile.name) + " " + why,
                {{"profile", std::string(profile.name)}});
}

}  // namespace

void requireAuthority(const Authority& authority, std::int64_t now) {
    const Certificate& ca = authority.certificate;
    if (!ca.matches(authority.key.get())) {
        throw Error(Code::CaMismatch, "the CA's key and certificate do not belong together");
    }
    const bool signsCertificates = (X509_get_key_usage(ca.get()) & KU_KEY_CERT_SIGN) != 0;
    if (!ca.isCa() || !signsCertificates) {
        throw Error(Code::CaNotCa, "the certificate of " + quote(ca.subject().find("CN")) +
                                       " may not sign certificates");
    }
    if (now < ca.notBefore() || now > ca.notAfter()) {
        throw Error(Code::CaExpired,
                    "the CA's certificate is not valid at " + std::to_string(now) +
                        ", so it signs nothing",
                    {{"notbefore", std::to_string(ca.notBefore())},
                     {"notafter", std::to_string(ca.notAfter())}});
    }
}

Issued issue(const Terms& terms, EVP_PKEY* publicKey, const Authority& authority) {
    requireAuthority(authority, terms.now);
    const Certificate& ca = authority.certificate;
    if (terms.profile->name == "root") {
        refuseProfile(*terms.profile, "signs itself: use selfsign");
    }
    if (terms.profile->isCa && ca.pathLength() == 0) {
        refuseProfile(*terms.profile, "cannot be signed by a CA whose path length is 0");
    }
    return make(terms, publicKey, ca.get(), authority.key.get(), ca.notAfter());
}

Issued selfsign(const Terms& terms, const Key& key) {
    if (terms.profile->isCa && terms.profile->name != "root") {
        refuseProfile(*terms.profile, "is signed by another CA: use issue or sign");
    }
    return make(terms, key.get(), nullptr, key.get(), kEndOfTime);
}

}  // namespace sslkeys
