// See ocsp.h.
#include "pki/ocsp.h"

#include "pki/error.h"

#include <algorithm>

namespace sslkeys::ocsp {
namespace {

constexpr unsigned char kNull = 0x05;
constexpr unsigned char kTrue = 0xFF;

// OBJECT IDENTIFIERs, without tag and length.
constexpr unsigned char kOidSha1[] = {0x2B, 0x0E, 0x03, 0x02, 0x1A};
constexpr unsigned char kOidSha256[] = {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01};
constexpr unsigned char kOidSha384[] = {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02};
constexpr unsigned char kOidSha512[] = {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03};
constexpr unsigned char kOidNonce[] = {0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x02};
constexpr unsigned char kOidInvalidityDate[] = {0x55, 0x1D, 0x18};

template <std::size_t Count> constexpr der::View viewOf(const unsigned char (&octets)[Count]) {
    return {octets, Count};
}

struct DigestRow {
    Digest digest;
    std::string_view name;
    der::View oid;
    const EVP_MD* (*algorithm)();
};

const std::array<DigestRow, kDigests>& digestRows() {
    static const std::array<DigestRow, kDigests> rows{
        DigestRow{Digest::kSha1, "sha1", viewOf(kOidSha1), EVP_sha1},
        DigestRow{Digest::kSha256, "sha256", viewOf(kOidSha256), EVP_sha256},
        DigestRow{Digest::kSha384, "sha384", viewOf(kOidSha384), EVP_sha384},
        DigestRow{Digest::kSha512, "sha512", viewOf(kOidSha512), EVP_sha512},
    };
    return rows;
}

der::Octets hash(der::View octets, const EVP_MD* algorithm) {
    der::Octets digest(static_cast<std::size_t>(EVP_MD_get_size(algorithm)));
    require(EVP_Digest(octets.begin(), octets.size(), digest.data(), nullptr, algorithm, nullptr),
            "could not hash the issuer");
    return digest;
}

der::View keyOf(const Certificate& certificate) {
    const ASN1_BIT_STRING* bits = X509_get0_pubkey_bitstr(certificate.get());
    return {ASN1_STRING_get0_data(bits), static_cast<std::size_t>(ASN1_STRING_length(bits))};
}

der::View nameOfSubject(const Certificate& certificate) {
    const unsigned char* der = nullptr;
    std::size_t length = 0;
    require(X509_NAME_get0_der(X509_get_subject_name(certificate.get()), &der, &length),
            "could not read the issuer's name");
    return {der, length};
}

// Take the digest of an AlgorithmIdentifier, whose parameters are NULL or absent.
std::optional<Digest> takeDigest(der::Reader& reader) {
    der::Reader inside(reader.take(der::kSequence));
    const der::View oid = inside.takeOid();
    const bool isPlain = inside.atEnd() || inside.take(kNull).empty();
    if (!inside.isDone() || !isPlain) {
        reader.fail();
    }
    const auto& rows = digestRows();
    const auto* const row = std::find_if(rows.begin(), rows.end(),
                                         [&](const DigestRow& each) { return each.oid == oid; });
    return row == rows.end() ? std::nullopt : std::optional(row->digest);
}

void takeExtension(der::Reader& reader, Extensions& read) {
    der::Reader inside(reader.take(der::kSequence));
    const der::View oid = inside.takeOid();
    // DER writes a DEFAULT FALSE never, and TRUE in one way. X.690 11.1, 11.5
    const bool isCritical = inside.sees(der::kBoolean);
    const bool isWell = !isCritical || inside.take(der::kBoolean) == der::View(&kTrue, 1);
    der::Reader value(inside.take(der::kOctetString));
    if (!inside.isDone() || !isWell) {
        reader.fail();
    } else if (oid == viewOf(kOidNonce)) {
        const der::View nonce = value.take(der::kOctetString);
        if (!value.isDone() || read.nonce) {
            reader.fail();
        }
        read.nonce = nonce;
    } else if (oid == viewOf(kOidInvalidityDate)) {
        const std::int64_t seconds = value.takeTime();
        if (!value.isDone() || read.invalidityDate) {
            reader.fail();
        }
        read.invalidityDate = seconds;
    } else if (isCritical) {
        read.demandsUnknown = true;
    }
}

// Append Extensions of one that is not critical, in an explicit tag.
void appendExtension(der::Octets& out, unsigned char tag, der::View oid, der::View value) {
    const std::size_t length = der::sizeOf(oid.size()) + der::sizeOf(value.size());
    der::appendHead(out, tag, der::sizeOf(der::sizeOf(length)));
    der::appendHead(out, der::kSequence, der::sizeOf(length));
    der::appendHead(out, der::kSequence, length);
    der::append(out, der::kOid, oid);
    der::append(out, der::kOctetString, value);
}

}  // namespace

std::string_view nameOf(Digest digest) {
    return digestRows()[static_cast<std::size_t>(digest)].name;
}

std::string_view nameOf(Status status) {
    constexpr std::array<std::string_view, 3> kNames{"good", "revoked", "unknown"};
    return kNames.at(static_cast<std::size_t>(status));
}

CertId takeCertId(der::Reader& reader) {
    CertId id;
    const der::Element element = reader.take();
    der::Reader inside(element.content);
    id.whole = element.whole;
    id.digest = takeDigest(inside);
    id.nameHash = inside.take(der::kOctetString);
    id.keyHash = inside.take(der::kOctetString);
    id.serial = inside.takeInteger();
    if (element.tag != der::kSequence || !inside.isDone()) {
        reader.fail();
    }
    return id;
}

Issuer::Issuer(const Certificate& ca) {
    for (const DigestRow& row : digestRows()) {
        const auto index = static_cast<std::size_t>(row.digest);
        nameHashes_[index] = hash(nameOfSubject(ca), row.algorithm());
        keyHashes_[index] = hash(keyOf(ca), row.algorithm());
    }
}

bool Issuer::fits(const CertId& id) const {
    if (!id.digest) {
        return false;
    }
    const auto index = static_cast<std::size_t>(*id.digest);
    return id.nameHash == nameHashes_[index] && id.keyHash == keyHashes_[index];
}

void Issuer::append(der::Octets& out, Digest digest, der::View serial) const {
    const auto index = static_cast<std::size_t>(digest);
    const der::View oid = digestRows()[index].oid;
    const std::size_t algorithm = der::sizeOf(oid.size()) + der::sizeOf(0);
    der::appendHead(out, der::kSequence,
                    der::sizeOf(algorithm) + der::sizeOf(nameHashes_[index].size()) +
                        der::sizeOf(keyHashes_[index].size()) + der::sizeOf(serial.size()));
    der::appendHead(out, der::kSequence, algorithm);
    der::append(out, der::kOid, oid);
    der::appendHead(out, kNull, 0);
    der::append(out, der::kOctetString, nameHashes_[index]);
    der::append(out, der::kOctetString, keyHashes_[index]);
    der::append(out, der::kInteger, serial);
}

der::Octets hashKey(const Certificate& certificate) { return hash(keyOf(certificate), EVP_sha1()); }

Extensions takeExtensions(der::Reader& reader, unsigned char tag) {
    Extensions read;
    if (!reader.sees(tag)) {
        return read;
    }
    der::Reader explicitly(reader.take(tag));
    der::Reader list(explicitly.take(der::kSequence));
    while (!list.atEnd()) {
        takeExtension(list, read);
    }
    if (!explicitly.isDone() || !list.isDone()) {
        reader.fail();
    }
    return read;
}

void appendNonce(der::Octets& out, unsigned char tag, der::View nonce) {
    der::Octets value;
    der::append(value, der::kOctetString, nonce);
    appendExtension(out, tag, viewOf(kOidNonce), value);
}

void appendInvalidityDate(der::Octets& out, unsigned char tag, std::int64_t seconds) {
    der::Octets value;
    der::appendGeneralizedTime(value, seconds);
    appendExtension(out, tag, viewOf(kOidInvalidityDate), value);
}

}  // namespace sslkeys::ocsp
