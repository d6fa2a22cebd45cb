// See issuance.h.
#include "pki/issuance.h"

#include "pki/digest.h"
#include "pki/error.h"
#include "pki/extension.h"
#include "pki/p256.h"
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
void requireProfile(const X509* certificate, const Profile& profile, unsigned keyUsages) {
    const auto constraints =
        readExtension<OwnedBasicConstraints>(certificate, NID_basic_constraints);
    const auto altNames = readExtension<OwnedGeneralNames>(certificate, NID_subject_alt_name);
    const long pathLength = constraints == nullptr || constraints->pathlen == nullptr
                                ? -1
                                : ASN1_INTEGER_get(constraints->pathlen);
    const bool fits =
        X509_get_version(certificate) == X509_VERSION_3 && constraints != nullptr &&
        (constraints->ca != 0) == profile.isCa && pathLength == profile.pathLength &&
        readKeyUsages(certificate) == keyUsages && readPurposes(certificate) == profile.purposes &&
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

// Write everything that is signed.
//   in      issuer  null for a certificate that signs itself
OwnedCertificate draft(const Terms& terms, const SerialOctets& serial, const Validity& validity,
                       const PublicKey& publicKey, const X509* issuer) {
    OwnedCertificate certificate(require(X509_new(), kFailure));
    X509* made = certificate.get();
    require(X509_set_version(made, X509_VERSION_3), kFailure);
    require(ASN1_STRING_set(X509_get_serialNumber(made), serial.data(),
                            static_cast<int>(serial.size())),
            kFailure);
    settleSubject(terms.subject).writeTo(X509_get_subject_name(made));
    require(X509_set_issuer_name(made, X509_get_subject_name(issuer == nullptr ? made : issuer)),
            kFailure);
    writeTime(X509_getm_notBefore(made), validity.notBefore);
    writeTime(X509_getm_notAfter(made), validity.notAfter);
    if (publicKey.point) {
        p256::setPublicKey(made, *publicKey.point);
    } else {
        require(X509_set_pubkey(made, publicKey.key), kFailure);
    }
    const unsigned keyUsages = keyUsagesFor(*terms.profile, publicKey.key);
    addExtensions(made, *terms.profile, keyUsages, settleAltNames(terms), issuer);
    requireProfile(made, *terms.profile, keyUsages);
    return certificate;
}

// All that signing by a CA and by oneself share.
Issued make(const Terms& terms, const PublicKey& publicKey, const X509* issuer, const Key& signer,
            std::int64_t latest) {
    requireSupported(publicKey.key);
    const Validity validity = layOut(terms.now, terms.days.value_or(terms.profile->days), latest);
    const SerialOctets serial = drawSerial();
    const OwnedCertificate certificate = draft(terms, serial, validity, publicKey, issuer);
    return {Certificate::made(signer.sign(certificate.get()),
                              printHex(serial.data(), serial.size()), validity.notBefore,
                              validity.notAfter),
            validity.truncated};
}

[[noreturn]] void refuseProfile(const Profile& profile, const char* why) {
    throw Error(Code::CertificateProfile, "profile " + std::string(profile.name) + " " + why,
                {{"profile", std::string(profile.name)}});
}

// Refuse a profile that no CA, or not this one, may sign.
void requireSigned(const Profile& profile, const Certificate* ca) {
    if (profile.name == "root") {
        refuseProfile(profile, "signs itself: use selfsign");
    }
    if (profile.isCa && ca != nullptr && ca->pathLength() == 0) {
        refuseProfile(profile, "cannot be signed by a CA whose path length is 0");
    }
}

}  // namespace

void requireTerms(const Terms& terms) {
    settleSubject(terms.subject);
    settleAltNames(terms);
    layOut(terms.now, terms.days.value_or(terms.profile->days), kEndOfTime);
}

void requireSignable(const Terms& terms, const Certificate* ca) {
    requireSigned(*terms.profile, ca);
    requireTerms(terms);
}

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

Issued issue(const Terms& terms, const PublicKey& publicKey, const Authority& authority) {
    requireAuthority(authority, terms.now);
    const Certificate& ca = authority.certificate;
    requireSigned(*terms.profile, &ca);
    return make(terms, publicKey, ca.get(), authority.key, ca.notAfter());
}

Issued selfsign(const Terms& terms, const Key& key) {
    if (terms.profile->isCa && terms.profile->name != "root") {
        refuseProfile(*terms.profile, "is signed by another CA: use issue or sign");
    }
    return make(terms, key.publicKey(), nullptr, key, kEndOfTime);
}

}  // namespace sslkeys
