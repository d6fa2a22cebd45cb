// See issuance.h.
#include "pki/issuance.h"

#include "pki/digest.h"
#include "pki/error.h"
#include "pki/extension.h"
#include "pki/p256.h"
#include "pki/permitted.h"
#include "pki/serial.h"
#include "pki/validity.h"

#include <openssl/objects.h>

#include <algorithm>

namespace sslkeys {
namespace {

constexpr std::size_t kMostAltNames = 100;
constexpr std::size_t kMostConstraints = 100;
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

[[noreturn]] void refuseProfile(const Profile& profile, const std::string& why) {
    throw Error(Code::CertificateProfile, "profile " + std::string(profile.name) + " " + why,
                {{"profile", std::string(profile.name)}});
}

long pathLengthOf(const Terms& terms) {
    return terms.pathLength.value_or(terms.profile->pathLength);
}

Validity validityOf(const Terms& terms, std::int64_t latest) {
    return terms.notAfter ? layOutUntil(terms.now, *terms.notAfter, latest)
                          : layOut(terms.now, terms.days.value_or(terms.profile->days), latest);
}

// Check what only some certificates say: where to look further, and what binds a CA.
void requireExtras(const Terms& terms) {
    requireSound(terms.pointers);
    if (!terms.profile->isCa && (terms.pathLength || !terms.constraints.empty())) {
        refuseProfile(*terms.profile, "is no CA's: it has no path length and no name constraints");
    }
    const auto count = terms.constraints.permitted.size() + terms.constraints.excluded.size();
    if (count > kMostConstraints) {
        throw Error(Code::NameConstraint,
                    std::to_string(count) + " name constraints are more than " +
                        std::to_string(kMostConstraints),
                    {{"count", std::to_string(count)}});
    }
}

// Read back what will be signed and hold it against its profile and terms: a fault in the lines
// above must not become a certificate.
void requireProfile(const X509* certificate, const Statements& statements, const X509* issuer) {
    const bool fits =
        X509_get_version(certificate) == X509_VERSION_3 &&
        (!statements.altNames.empty() || !statements.profile.needsHost) &&
        states(certificate, statements, issuer) &&
        ASN1_TIME_compare(X509_get0_notBefore(certificate), X509_get0_notAfter(certificate)) < 0;
    drainOpenSsl();
    if (!fits) {
        refuseProfile(statements.profile, "does not fit what was made; nothing was signed");
    }
}

// Write everything that is signed.
//   in      face  what of it is known and settled;  issuer  null for one that signs itself
OwnedCertificate draft(const Terms& terms, const SerialOctets& serial,
                       const Certificate::Face& face, EVP_PKEY* key, const X509* issuer) {
    OwnedCertificate certificate(require(X509_new(), kFailure));
    X509* made = certificate.get();
    require(X509_set_version(made, X509_VERSION_3), kFailure);
    require(ASN1_STRING_set(X509_get_serialNumber(made), serial.data(),
                            static_cast<int>(serial.size())),
            kFailure);
    face.subject.writeTo(X509_get_subject_name(made));
    require(X509_set_issuer_name(made, X509_get_subject_name(issuer == nullptr ? made : issuer)),
            kFailure);
    writeTime(X509_getm_notBefore(made), face.notBefore);
    writeTime(X509_getm_notAfter(made), face.notAfter);
    if (face.point) {
        p256::setPublicKey(made, *face.point);
    } else {
        require(X509_set_pubkey(made, key), kFailure);
    }
    const Statements statements{*terms.profile,      keyUsagesFor(*terms.profile, key),
                                pathLengthOf(terms), face.altNames,
                                terms.pointers,      terms.constraints};
    if (issuer != nullptr) {
        requirePermitted(issuer, face.subject, face.altNames, !terms.profile->isCa);
    }
    addExtensions(made, statements, issuer);
    requireProfile(made, statements, issuer);
    return certificate;
}

// All that signing by a CA and by oneself share.
Issued make(const Terms& terms, const PublicKey& publicKey, const X509* issuer, const Key& signer,
            std::int64_t latest) {
    requireSupported(publicKey.key);
    requireExtras(terms);
    const Validity validity = validityOf(terms, latest);
    const SerialOctets serial = drawSerial();
    Certificate::Face face{
        printHex(serial.data(), serial.size()), validity.notBefore,    validity.notAfter,
        settleSubject(terms.subject),           settleAltNames(terms), publicKey.point};
    const OwnedCertificate certificate = draft(terms, serial, face, publicKey.key, issuer);
    return {Certificate::made(signer.sign(certificate.get()), std::move(face)), validity.truncated};
}

// Refuse a profile that no CA, or not this one, may sign.
void requireSigned(const Terms& terms, const Certificate* ca) {
    const Profile& profile = *terms.profile;
    if (profile.name == "root") {
        refuseProfile(profile, "signs itself: use selfsign");
    }
    const long bound = ca == nullptr || !profile.isCa ? -1 : ca->pathLength();
    const long wished = pathLengthOf(terms);
    if (bound >= 0 && (wished < 0 || wished >= bound)) {
        refuseProfile(profile, "with path length " + std::to_string(wished) +
                                   " cannot be signed by a CA whose path length is " +
                                   std::to_string(bound));
    }
}

}  // namespace

void requireTerms(const Terms& terms) {
    settleSubject(terms.subject);
    settleAltNames(terms);
    requireExtras(terms);
    validityOf(terms, kEndOfTime);
}

void requireSignable(const Terms& terms, const Certificate* ca) {
    requireSigned(terms, ca);
    requireTerms(terms);
    if (ca != nullptr) {
        requirePermitted(ca->get(), settleSubject(terms.subject), settleAltNames(terms),
                         !terms.profile->isCa);
    }
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
    requireSigned(terms, &ca);
    return make(terms, publicKey, ca.get(), authority.key, ca.notAfter());
}

Issued selfsign(const Terms& terms, const Key& key) {
    if (terms.profile->isCa && terms.profile->name != "root") {
        refuseProfile(*terms.profile, "is signed by another CA: use issue or sign");
    }
    return make(terms, key.publicKey(), nullptr, key, kEndOfTime);
}

}  // namespace sslkeys
