// See crl_issuance.h.
#include "pki/crl_issuance.h"

#include "pki/digest.h"
#include "pki/error.h"
#include "pki/pem.h"
#include "pki/serial.h"
#include "pki/signing.h"
#include "pki/validity.h"

#include <algorithm>

namespace sslkeys {
namespace {

constexpr unsigned char kAuthorityKeyId[] = {0x55, 0x1D, 0x23};  // 2.5.29.35
constexpr unsigned char kCrlNumber[] = {0x55, 0x1D, 0x14};       // 2.5.29.20
// What is signed has to be read again, and each 48 octets are 65 of PEM.
constexpr std::size_t kMostOctetsOfEntries = kLongestCrl / 65 * 48 - std::size_t{64} * 1024;
constexpr std::size_t kMostOctetsOfNumber = 20;  // of serials and CRL numbers, RFC 5280 4.1.2.2

[[noreturn]] void refuseEntry(std::string_view serial, const std::string& why) {
    throw Error(Code::CrlEntry, "serial number " + quote(serial) + " " + why,
                {{"serial", std::string(serial)}});
}

// The key identifier that the CA's certificate has; else one as RFC 7093 2 method 1 makes it.
der::Octets keyIdOf(const Certificate& ca) {
    const ASN1_OCTET_STRING* given = X509_get0_subject_key_id(ca.get());
    if (given != nullptr) {
        const unsigned char* octets = ASN1_STRING_get0_data(given);
        return {octets, octets + ASN1_STRING_length(given)};
    }
    constexpr std::size_t kOctets = 20;
    const ASN1_BIT_STRING* bits = X509_get0_pubkey_bitstr(ca.get());
    const Sha256 digest =
        hashSha256(ASN1_STRING_get0_data(bits), static_cast<std::size_t>(ASN1_STRING_length(bits)));
    return {digest.begin(), digest.begin() + kOctets};
}

void appendExtension(der::Octets& out, der::View oid, der::View value) {
    der::appendHead(out, der::kSequence, der::sizeOf(oid.size()) + der::sizeOf(value.size()));
    der::append(out, der::kOid, oid);
    der::append(out, der::kOctetString, value);
}

// crlExtensions, within its [0].
der::Octets writeExtensions(const Certificate& ca, der::View number) {
    constexpr unsigned char kKeyIdentifier = 0x80;
    der::Octets identifier;
    der::append(identifier, kKeyIdentifier, keyIdOf(ca));
    der::Octets keyId;
    der::append(keyId, der::kSequence, identifier);
    der::Octets integer;
    der::append(integer, der::kInteger, number);
    der::Octets list;
    appendExtension(list, {kAuthorityKeyId, sizeof kAuthorityKeyId}, keyId);
    appendExtension(list, {kCrlNumber, sizeof kCrlNumber}, integer);
    der::Octets sequence;
    der::append(sequence, der::kSequence, list);
    der::Octets tagged;
    der::append(tagged, der::kContext0, sequence);
    return tagged;
}

// Everything in front of the entries.
der::Octets writeHead(const CrlTerms& terms, const Authority& authority) {
    constexpr unsigned char kVersion2[] = {1};
    der::Octets head;
    der::append(head, der::kInteger, {kVersion2, sizeof kVersion2});
    der::append(head, signatureAlgorithm(authority.key));
    const auto issuer =
        encodeDer<X509_NAME>(i2d_X509_NAME, X509_get_subject_name(authority.certificate.get()));
    der::append(head, issuer);
    der::appendTime(head, terms.now - kBackdating);
    der::appendTime(head, terms.nextUpdate);
    return head;
}

void requireTimes(const CrlTerms& terms) {
    if (terms.nextUpdate <= terms.now || terms.nextUpdate > kEndOfTime) {
        throw Error(
            Code::CrlValidity,
            "the next list cannot be due at " + std::to_string(terms.nextUpdate) + ", when it is " +
                std::to_string(terms.now),
            {{"now", std::to_string(terms.now)}, {"nextupdate", std::to_string(terms.nextUpdate)}});
    }
}

// Tell whether one number is less than another: contents of INTEGERs that are not negative.
bool isLess(der::View a, der::View b) {
    return a.size() != b.size() ? a.size() < b.size() : a.text() < b.text();
}

der::Octets successorOf(der::View number) {
    der::Octets next(1, 0);
    der::append(next, number);
    for (auto octet = next.rbegin(); ++*octet == 0; ++octet) {
    }
    const bool hasSpare = next.size() > 1 && next[0] == 0 && next[1] < 0x80;
    next.erase(next.begin(), next.begin() + (hasSpare ? 1 : 0));
    return next;
}

[[noreturn]] void refuseNumber(const std::string& why) { throw Error(Code::CrlNumber, why); }

// The number of a list that comes after another.
der::Octets numberAfter(const Crl& before, const std::optional<der::Octets>& wished) {
    const auto last = before.number();
    if (!last && !wished) {
        refuseNumber("the revocation list has no number: give one with -number");
    }
    der::Octets number = wished ? *wished : successorOf(*last);
    if (number.size() > kMostOctetsOfNumber) {
        refuseNumber("the number of the revocation list cannot grow any more");
    }
    if (last && !isLess(*last, number)) {
        refuseNumber("the number of the revocation list has to be greater than " +
                     before.printNumber());
    }
    return number;
}

// Refuse what cannot become of a certificate that a list names.
void requireChange(const CrlEntry& entry, const CrlEntry& change) {
    const auto was = entry.revocation.reason.value_or(Reason::kUnspecified);
    const auto becomes = change.revocation.reason.value_or(Reason::kUnspecified);
    const bool isSame = was == becomes && entry.revocation.time == change.revocation.time &&
                        entry.revocation.invalidityDate == change.revocation.invalidityDate;
    if (isSame || was == Reason::kCertificateHold || becomes == Reason::kKeyCompromise) {
        return;
    }
    refuseEntry(printSerial(change.serial),
                "is revoked already, for " + std::string(nameOf(was)) + ", and stays so");
}

// Tell whether a serial number has more octets than RFC 5280 4.1.2.2 allows, its sign not counted.
bool isLong(der::View content) {
    const bool hasSign = content[0] == 0 || content[0] == 0xFF;
    return content.size() > kMostOctetsOfNumber + (hasSign ? 1 : 0);
}

}  // namespace

void RevokedList::reserve(std::size_t count) {
    constexpr std::size_t kOctetsOfEntry = 50;
    der_.reserve(count * kOctetsOfEntry);
    index_.reserve(count);
}

void RevokedList::append(std::string_view shown, der::View serial, const Revocation& revocation) {
    if (!index_.add(der_, serial, der_.size())) {
        refuseEntry(shown, "is given twice");
    }
    appendEntry(der_, serial, revocation);
    if (revocation.reason == Reason::kRemoveFromCrl) {
        removed_ = shown;
    }
    if (der_.size() > kMostOctetsOfEntries) {
        refuseEntry(shown, "makes the revocation list too long");
    }
}

void RevokedList::add(std::string_view serial, const Revocation& revocation) {
    const auto content = readSerial(serial);
    if (!content || isLong(*content)) {
        refuseEntry(serial, "is not hex of 1 to 40 digits");
    }
    append(serial, *content, revocation);
}

void RevokedList::add(const CrlEntry& entry) {
    if (index_.add(der_, entry.serial, der_.size())) {
        der::append(der_, entry.whole);
    }
    if (der_.size() > kMostOctetsOfEntries) {
        refuseEntry(printSerial(entry.serial), "makes the revocation list too long");
    }
}

std::optional<CrlEntry> RevokedList::find(der::View serial) const {
    const auto offset = index_.find(der_, serial);
    if (!offset) {
        return std::nullopt;
    }
    der::Reader reader(der::View(der_.data() + *offset, der_.size() - *offset));
    return readEntry(reader);
}

void RevokedList::forEach(const std::function<void(const CrlEntry&)>& take) const {
    der::Reader reader(der_);
    while (!reader.atEnd()) {
        take(readEntry(reader));
    }
}

der::Octets readCrlNumber(std::string_view text) {
    constexpr std::size_t kMostDigits = 48;  // of 2^159
    const bool isDecimal =
        !text.empty() && text.size() <= kMostDigits &&
        std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }) &&
        (text.size() == 1 || text.front() != '0');
    BIGNUM* read = nullptr;
    if (!isDecimal || BN_dec2bn(&read, std::string(text).c_str()) == 0) {
        refuseNumber("the number of a revocation list is decimal, 0 to 2^159 - 1, not " +
                     quote(text));
    }
    const OwnedBigNumber number(read);
    der::Octets content(1 + static_cast<std::size_t>(BN_num_bytes(number.get())), 0);
    BN_bn2bin(number.get(), content.data() + 1);
    const bool hasSpare = content.size() > 1 && content[1] < 0x80;
    content.erase(content.begin(), content.begin() + (hasSpare ? 1 : 0));
    if (content.size() > kMostOctetsOfNumber) {
        refuseNumber("the number of a revocation list is at most 2^159 - 1");
    }
    return content;
}

void requireCrlAuthority(const Authority& authority, std::int64_t now) {
    const Certificate& ca = authority.certificate;
    if (!ca.matches(authority.key.get())) {
        throw Error(Code::CaMismatch, "the CA's key and certificate do not belong together");
    }
    if (!ca.isCa() || (X509_get_key_usage(ca.get()) & KU_CRL_SIGN) == 0) {
        throw Error(Code::CaNotCa, "the certificate of " + quote(ca.subject().find("CN")) +
                                       " may not sign revocation lists");
    }
    if (now < ca.notBefore() || now > ca.notAfter()) {
        throw Error(Code::CaExpired,
                    "the CA's certificate is not valid at " + std::to_string(now) +
                        ", so it signs nothing",
                    {{"notbefore", std::to_string(ca.notBefore())},
                     {"notafter", std::to_string(ca.notAfter())}});
    }
}

void requireNoneRemoved(const RevokedList& revoked) {
    if (!revoked.removed().empty()) {
        refuseEntry(revoked.removed(), "is not on the list, so it cannot go from it");
    }
}

void requireListOf(const Crl& list, const Certificate& ca) {
    list.requireUsable();
    const bool isOfName = X509_NAME_cmp(list.issuer(), X509_get_subject_name(ca.get())) == 0;
    // As for who verifies, the signature decides: a CA's certificate may be renewed with another
    // key identifier.
    if (isOfName && list.isSignedBy(ca.get())) {
        return;
    }
    if (!list.isNamedFor(ca.get())) {
        throw Error(Code::CrlIssuer, "the revocation list is another CA's");
    }
    throw Error(Code::CrlSignature, "the revocation list is not signed by this CA, or too weakly");
}

Crl signCrl(const CrlTerms& terms, const RevokedList& revoked, const Authority& authority) {
    requireCrlAuthority(authority, terms.now);
    requireTimes(terms);
    requireNoneRemoved(revoked);
    const der::Octets head = writeHead(terms, authority);
    const der::Octets extensions = writeExtensions(authority.certificate, *terms.number);
    const std::size_t list = revoked.der().size();
    const std::size_t length =
        head.size() + (list == 0 ? 0 : der::sizeOf(list)) + extensions.size();
    der::Octets tbs;
    tbs.reserve(der::sizeOf(length));
    der::appendHead(tbs, der::kSequence, length);
    der::append(tbs, head);
    if (list != 0) {
        der::append(tbs, der::kSequence, revoked.der());
    }
    der::append(tbs, extensions);
    return Crl::made(signTbs(authority.key, tbs), revoked.index());
}

Crl addToCrl(const Crl& before, const CrlTerms& terms, const RevokedList& changes,
             const Authority& authority) {
    requireListOf(before, authority.certificate);
    CrlTerms settled = terms;
    settled.number = numberAfter(before, terms.number);
    RevokedList all;
    all.reserve(before.count());
    before.forEach([&](const CrlEntry& entry) {
        if (!changes.has(entry.serial)) {
            all.add(entry);
        }
    });
    changes.forEach([&](const CrlEntry& change) {
        const auto entry = before.find(change.serial);
        if (entry) {
            requireChange(*entry, change);
        }
        if (change.revocation.reason != Reason::kRemoveFromCrl) {
            all.add(change);
        } else if (!entry) {
            refuseEntry(printSerial(change.serial), "is not on the list, so it cannot go from it");
        }
    });
    return signCrl(settled, all, authority);
}

}  // namespace sslkeys
