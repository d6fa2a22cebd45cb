// See certificate.h.
#include "pki/certificate.h"

#include "pki/digest.h"
#include "pki/error.h"
#include "pki/extension.h"
#include "pki/oid.h"
#include "pki/pem.h"
#include "pki/profile.h"
#include "pki/serial.h"
#include "pki/usage.h"
#include "pki/validity.h"

#include <algorithm>
#include <mutex>

namespace sslkeys {
namespace {

[[noreturn]] void refusePem(const std::string& why) { throw Error(Code::CertificatePem, why); }

// Tell whether the version is one that has what the certificate has.
//   source  RFC 5280 4.1.2.1, 4.1.2.8
bool isOfItsVersion(const X509* certificate) {
    const ASN1_BIT_STRING* issuerId = nullptr;
    const ASN1_BIT_STRING* subjectId = nullptr;
    X509_get0_uids(certificate, &issuerId, &subjectId);
    const bool hasUniqueId = issuerId != nullptr || subjectId != nullptr;
    const long least = X509_get0_extensions(certificate) != nullptr ? X509_VERSION_3
                       : hasUniqueId                                ? X509_VERSION_2
                                                                    : X509_VERSION_1;
    const long version = X509_get_version(certificate);
    drainOpenSsl();
    return version >= least && version <= X509_VERSION_3;
}

OwnedCertificate checked(OwnedCertificate certificate) {
    if (certificate == nullptr || ASN1_TIME_check(X509_get0_notBefore(certificate.get())) != 1 ||
        ASN1_TIME_check(X509_get0_notAfter(certificate.get())) != 1) {
        drainOpenSsl();
        refusePem("the certificate is damaged");
    }
    if (!isOfItsVersion(certificate.get())) {
        refusePem("the certificate's version is unknown, or has no extensions");
    }
    X509_check_purpose(certificate.get(), -1, 0);  // fills what OpenSSL caches, while nobody looks
    drainOpenSsl();
    return certificate;
}

// Read DER; null when it is not that of a certificate, whole and to the letter.
OwnedCertificate parse(const unsigned char* der, std::size_t length) {
    const unsigned char* next = der;
    OwnedCertificate certificate(d2i_X509(nullptr, &next, static_cast<long>(length)));
    const bool isWhole =
        certificate != nullptr && isWrittenAs(der, length, i2d_X509, certificate.get());
    return isWhole ? std::move(certificate) : nullptr;
}

// Borrow the public key; null when OpenSSL cannot read it.
EVP_PKEY* readKey(const X509* certificate) {
    EVP_PKEY* key = X509_get0_pubkey(certificate);
    drainOpenSsl();
    return key;
}

std::string printOctets(const ASN1_OCTET_STRING* octets) {
    return octets == nullptr ? ""
                             : printHex(ASN1_STRING_get0_data(octets),
                                        static_cast<std::size_t>(ASN1_STRING_length(octets)));
}

}  // namespace

struct Certificate::Content {
    der::Octets der;
    Face face;
    bool isMadeHere;          // then all of its face is known, else its first three fields
    OwnedCertificate parsed;  // once somebody asked, where it was made here
    std::once_flag asked;
};

Certificate Certificate::fromDer(const unsigned char* der, std::size_t length) {
    return parsed(parse(der, length));
}

Certificate Certificate::parsed(OwnedCertificate certificate) {
    OwnedCertificate sound = checked(std::move(certificate));
    const X509* read = sound.get();
    auto content = std::make_shared<Content>();
    content->der = encodeDer(i2d_X509, read);
    content->face.serial = printSerial(X509_get0_serialNumber(read));
    content->face.notBefore = toSeconds(X509_get0_notBefore(read));
    content->face.notAfter = toSeconds(X509_get0_notAfter(read));
    content->isMadeHere = false;
    content->parsed = std::move(sound);
    return Certificate(std::move(content));
}

Certificate Certificate::made(der::Octets der, Face face) {
    auto content = std::make_shared<Content>();
    content->der = std::move(der);
    content->face = std::move(face);
    content->isMadeHere = true;
    return Certificate(std::move(content));
}

X509* Certificate::get() const {
    std::call_once(content_->asked, [this] {
        if (content_->parsed == nullptr) {
            content_->parsed = checked(parse(content_->der.data(), content_->der.size()));
        }
    });
    return content_->parsed.get();
}

Certificate Certificate::fromPem(std::string_view pem) {
    std::vector<Certificate> list = listFromPem(pem);
    if (list.size() != 1) {
        refusePem("this is more than one certificate");
    }
    return list.front();
}

std::vector<Certificate> Certificate::listFromPem(std::string_view pem) {
    requireLength(pem.size(), kLongestPem, Code::CertificateLength, "the list of certificates");
    std::vector<Certificate> list;
    for (const PemBlock& block : readPem(pem)) {
        if (block.label == "CERTIFICATE" || block.label == "X509 CERTIFICATE") {
            list.push_back(fromDer(reinterpret_cast<const unsigned char*>(block.der.data()),
                                   block.der.size()));
        }
    }
    if (list.empty()) {
        refusePem("this is not a certificate in PEM" + guessAt(pem));
    }
    return list;
}

std::string Certificate::toPem() const {
    return std::string(view(writePem("CERTIFICATE", content_->der.data(), content_->der.size())));
}

der::View Certificate::der() const { return content_->der; }

const std::string& Certificate::serial() const { return content_->face.serial; }

std::int64_t Certificate::notBefore() const { return content_->face.notBefore; }

std::int64_t Certificate::notAfter() const { return content_->face.notAfter; }

std::string Certificate::fingerprint() const {
    const Sha256 digest = hashSha256(content_->der.data(), content_->der.size());
    return printHex(digest.data(), digest.size());
}

std::string Certificate::sha1() const {
    const Sha1 digest = hashSha1(content_->der.data(), content_->der.size());
    return printHex(digest.data(), digest.size());
}

int Certificate::version() const { return static_cast<int>(X509_get_version(get())) + 1; }

std::string Certificate::subjectKeyId() const {
    return printOctets(X509_get0_subject_key_id(get()));
}

std::string Certificate::authorityKeyId() const {
    return printOctets(X509_get0_authority_key_id(get()));
}

std::string Certificate::signatureAlgorithm() const {
    const X509_ALGOR* algorithm = nullptr;
    X509_get0_signature(nullptr, &algorithm, get());
    return printAlgorithm(algorithm->algorithm);
}

std::string Certificate::profile() const {
    const Profile* row = recognise(get());
    return row == nullptr ? "" : std::string(row->name);
}

Name Certificate::subject() const {
    return content_->isMadeHere ? content_->face.subject : Name::from(X509_get_subject_name(get()));
}

AltNames Certificate::altNames() const {
    return content_->isMadeHere
               ? content_->face.altNames
               : altNamesFrom(readExtension<OwnedGeneralNames>(get(), NID_subject_alt_name).get());
}

std::string Certificate::keyFingerprint() const {
    if (content_->face.point) {
        return printKeyFingerprint(*content_->face.point);
    }
    const EVP_PKEY* key = readKey(get());
    return key == nullptr ? printKeyFingerprint(X509_get_X509_PUBKEY(get()))
                          : printKeyFingerprint(key);
}

KeySpec Certificate::keySpec() const {
    if (const EVP_PKEY* key = readKey(get())) {
        return describe(key);
    }
    ASN1_OBJECT* algorithm = nullptr;
    X509_PUBKEY_get0_param(&algorithm, nullptr, nullptr, nullptr, X509_get_X509_PUBKEY(get()));
    return {printAlgorithm(algorithm), 0, ""};
}

Name Certificate::issuer() const { return Name::from(X509_get_issuer_name(get())); }

std::vector<std::string> Certificate::keyUsages() const {
    // What OpenSSL keeps of it is empty where another extension is damaged.
    return printKeyUsages(keyUsagesFrom(readExtension<OwnedBitString>(get(), NID_key_usage).get()));
}

std::vector<std::string> Certificate::extendedUsages() const {
    return extendedUsagesFrom(readExtension<OwnedExtendedUsages>(get(), NID_ext_key_usage).get());
}

bool Certificate::isCa() const { return X509_check_ca(get()) == 1; }

long Certificate::pathLength() const { return X509_get_pathlen(get()); }

std::string Certificate::commonName() const {
    const Name name = subject();
    const auto& attributes = name.attributes();
    const auto count = std::count_if(attributes.begin(), attributes.end(),
                                     [](const auto& each) { return each.first == "CN"; });
    return count == 1 ? std::string(name.find("CN")) : "";
}

bool Certificate::matches(const EVP_PKEY* key) const {
    const bool equal = EVP_PKEY_eq(publicKey(), key) == 1;
    drainOpenSsl();
    return equal;
}

EVP_PKEY* Certificate::publicKey() const {
    EVP_PKEY* key = readKey(get());
    if (key == nullptr) {
        refusePem("the certificate's public key cannot be read");
    }
    return key;
}

}  // namespace sslkeys
