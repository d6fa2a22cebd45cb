// See crl.h.
#include "pki/crl.h"

#include "pki/digest.h"
#include "pki/error.h"
#include "pki/oid.h"
#include "pki/pem.h"

#include <openssl/asn1t.h>

#include <mutex>

namespace sslkeys {
namespace {

constexpr const char* kLabel = "X509 CRL";
constexpr unsigned char kAuthorityKeyId[] = {0x55, 0x1D, 0x23};     // 2.5.29.35
constexpr unsigned char kCrlNumber[] = {0x55, 0x1D, 0x14};          // 2.5.29.20
constexpr unsigned char kDeltaIndicator[] = {0x55, 0x1D, 0x1B};     // 2.5.29.27
constexpr unsigned char kDistributionPoint[] = {0x55, 0x1D, 0x1C};  // 2.5.29.28
constexpr unsigned char kKeyIdentifier = 0x80;                      // [0] of AuthorityKeyIdentifier
constexpr std::size_t kFewestOctetsOfEntry = 20;
// Printing a number takes time in its square; RFC 5280 5.2.3 allows 20 octets.
constexpr std::size_t kMostOctetsOfNumber = 64;
constexpr std::size_t kMostExtensions = 64;  // RFC 5280 knows eight

[[noreturn]] void refusePem(const std::string& why) { throw Error(Code::CrlPem, why); }

std::string printOid(der::View oid) {
    der::Octets whole;
    der::append(whole, der::kOid, oid);
    const unsigned char* next = whole.data();
    const OwnedObject object(d2i_ASN1_OBJECT(nullptr, &next, static_cast<long>(whole.size())));
    if (object == nullptr) {
        drainOpenSsl();
        refusePem("the revocation list is damaged");
    }
    return sslkeys::printOid(object.get());
}

OwnedName readName(der::View whole) {
    const unsigned char* next = whole.begin();
    OwnedName name(d2i_X509_NAME(nullptr, &next, static_cast<long>(whole.size())));
    drainOpenSsl();
    return name != nullptr && isWrittenAs(whole.begin(), whole.size(), i2d_X509_NAME, name.get())
               ? std::move(name)
               : nullptr;
}

OwnedAlgorithm readAlgorithm(der::View whole) {
    const unsigned char* next = whole.begin();
    OwnedAlgorithm algorithm(d2i_X509_ALGOR(nullptr, &next, static_cast<long>(whole.size())));
    drainOpenSsl();
    return algorithm;
}

void freeText(char* text) noexcept { OPENSSL_free(text); }

// A digest of SHA-1's strength lets others make a list that has the same signature.
bool isStrong(const EVP_MD_CTX* context) {
    constexpr int kFewestOctets = 28;  // twice 112 bits, NIST SP 800-131A
    const EVP_MD* digest = EVP_MD_CTX_get0_md(context);
    return digest == nullptr || EVP_MD_get_size(digest) >= kFewestOctets;
}

}  // namespace

struct Crl::Content {
    der::Octets der;
    der::View tbs, algorithm, signature;  // all of them in der
    der::View issuer, entries, number, authorityKeyId;
    OwnedName issuerName;
    OwnedAlgorithm parsedAlgorithm;
    std::int64_t thisUpdate = 0;
    std::optional<std::int64_t> nextUpdate;
    bool isVersion2 = false;
    bool hasNumber = false;
    std::size_t count = 0;
    CrlIndex index;
    std::vector<std::string> otherExtensions;
    std::string obstacle;

    std::mutex mutex;
    der::Octets signer;  // the public key that was found to have signed it

    void read();
    void readTbs(der::Reader& parent);
    void readExtension(der::Reader& parent, der::View oid, bool isCritical, der::View value);
    void indexEntries();
    bool verify(EVP_PKEY* key) const;
};

void Crl::Content::read() {
    der::Reader outer(der);
    der::Reader list(outer.take(der::kSequence));
    const der::Element body = list.take();
    tbs = body.whole;
    const der::Element outerAlgorithm = list.take();
    algorithm = outerAlgorithm.whole;
    signature = list.take(der::kBitString);
    der::Reader fields(body.content);
    readTbs(fields);
    const bool isWhole = outer.isDone() && list.isDone() && fields.isDone() &&
                         body.tag == der::kSequence && signature.size() > 1 && signature[0] == 0;
    if (!isWhole || issuerName == nullptr || parsedAlgorithm == nullptr) {
        refusePem("the revocation list is damaged");
    }
}

void Crl::Content::readTbs(der::Reader& fields) {
    constexpr unsigned char kVersion2 = 1;
    if (fields.sees(der::kInteger)) {
        const der::View version = fields.takeInteger();
        isVersion2 = version.size() == 1 && version[0] == kVersion2;
        if (!isVersion2) {
            fields.fail();
        }
    }
    // RFC 5280 5.1.1.2: both say the same.
    if (!(fields.take().whole == algorithm)) {
        fields.fail();
    }
    issuer = fields.take().whole;
    thisUpdate = fields.takeTime();
    if (fields.sees(der::kUtcTime) || fields.sees(der::kGeneralizedTime)) {
        nextUpdate = fields.takeTime();
    }
    if (fields.sees(der::kSequence)) {
        entries = fields.take(der::kSequence);
    }
    if (fields.sees(der::kContext0) && isVersion2) {
        der::Reader wrapped(fields.take(der::kContext0));
        readExtensions(wrapped.take(der::kSequence), wrapped,
                       [&](der::View oid, bool isCritical, der::View value) {
                           readExtension(wrapped, oid, isCritical, value);
                       });
        if (!wrapped.isDone()) {
            fields.fail();
        }
    }
    if (fields.isDone()) {
        issuerName = readName(issuer);
        parsedAlgorithm = readAlgorithm(algorithm);
    }
}

void Crl::Content::readExtension(der::Reader& parent, der::View oid, bool isCritical,
                                 der::View value) {
    if (!parent.isGood()) {
        return;
    }
    der::Reader content(value);
    if (oid == der::View(kCrlNumber, sizeof kCrlNumber)) {
        number = content.takeInteger();
        if (!content.isDone() || hasNumber || number.size() > kMostOctetsOfNumber ||
            number[0] >= 0x80) {
            parent.fail();
        }
        hasNumber = true;
    } else if (oid == der::View(kAuthorityKeyId, sizeof kAuthorityKeyId)) {
        der::Reader identifier(content.take(der::kSequence));
        if (!content.isDone() || !authorityKeyId.empty()) {
            parent.fail();
        }
        if (identifier.sees(kKeyIdentifier)) {
            authorityKeyId = identifier.take(kKeyIdentifier);
        }
    } else if (otherExtensions.size() == kMostExtensions) {
        parent.fail();
    } else {
        otherExtensions.push_back(printOid(oid));
        if (isCritical || oid == der::View(kDeltaIndicator, sizeof kDeltaIndicator) ||
            oid == der::View(kDistributionPoint, sizeof kDistributionPoint)) {
            obstacle = otherExtensions.back();
        }
    }
}

void Crl::Content::indexEntries() {
    der::Reader reader(entries);
    index.reserve(entries.size() / (2 * kFewestOctetsOfEntry));
    while (!reader.atEnd()) {
        const CrlEntry entry = readEntry(reader);
        if (!reader.isGood()) {
            break;
        }
        if (!entry.obstacle.empty()) {
            obstacle = printOid(entry.obstacle);
        }
        index.add(entries, entry.serial,
                  static_cast<std::size_t>(entry.whole.begin() - entries.begin()));
        ++count;
    }
    if (!reader.isGood()) {
        refusePem("the revocation list is damaged");
    }
}

bool Crl::Content::verify(EVP_PKEY* key) const {
    const char* failure = "could not verify the revocation list";
    const Owned<EVP_MD_CTX, EVP_MD_CTX_free> context(require(EVP_MD_CTX_new(), failure));
    const OwnedKeyContext keyContext(require(EVP_PKEY_CTX_new(key, nullptr), failure));
    EVP_MD_CTX_set_pkey_ctx(context.get(), keyContext.get());
    // To OpenSSL both are strings, whose octets it takes as they are.
    const Owned<ASN1_STRING, ASN1_STRING_free> body(
        require(ASN1_STRING_type_new(V_ASN1_SEQUENCE), failure));
    const OwnedBitString bits(require(ASN1_BIT_STRING_new(), failure));
    require(ASN1_STRING_set(body.get(), tbs.begin(), static_cast<int>(tbs.size())), failure);
    require(
        ASN1_STRING_set(bits.get(), signature.begin() + 1, static_cast<int>(signature.size() - 1)),
        failure);
    const bool fits = ASN1_item_verify_ctx(ASN1_ITEM_rptr(ASN1_SEQUENCE), parsedAlgorithm.get(),
                                           bits.get(), body.get(), context.get()) == 1;
    drainOpenSsl();
    return fits && isStrong(context.get());
}

Crl Crl::fromDer(der::Octets der) {
    requireLength(der.size(), kLongestCrl, Code::CrlLength, "the revocation list");
    auto content = std::make_shared<Content>();
    content->der = std::move(der);
    content->read();
    content->indexEntries();
    return Crl(std::move(content));
}

bool looksLikeCrl(der::View der) {
    der::Reader outer(der);
    der::Reader list(outer.take(der::kSequence));
    der::Reader fields(list.take(der::kSequence));
    if (fields.sees(der::kInteger)) {
        fields.takeInteger();
    }
    // The algorithm and the issuer; behind them a certificate has a SEQUENCE of times.
    fields.take(der::kSequence);
    fields.take(der::kSequence);
    return outer.isDone() && fields.isGood() &&
           (fields.sees(der::kUtcTime) || fields.sees(der::kGeneralizedTime));
}

Crl Crl::made(der::Octets der, CrlIndex index) {
    auto content = std::make_shared<Content>();
    content->der = std::move(der);
    content->read();
    content->index = std::move(index);
    content->count = content->index.count();
    return Crl(std::move(content));
}

Crl Crl::fromPem(std::string_view pem) {
    std::vector<Crl> list = listFromPem(pem);
    if (list.size() != 1) {
        refusePem("this is more than one revocation list");
    }
    return list.front();
}

std::vector<Crl> Crl::listFromPem(std::string_view pem) {
    std::vector<Crl> list;
    requireLength(pem.size(), kLongestCrl, Code::CrlLength, "the revocation list");
    for (const PemBlock& block : readPem(pem)) {
        if (block.label == kLabel) {
            list.push_back(fromDer({block.der.begin(), block.der.end()}));
        }
    }
    if (list.empty()) {
        refusePem("this is not a revocation list in PEM" + guessAt(pem));
    }
    return list;
}

std::string Crl::toPem() const {
    return std::string(view(writePem(kLabel, content_->der.data(), content_->der.size())));
}

const X509_NAME* Crl::issuer() const { return content_->issuerName.get(); }

der::View Crl::der() const { return content_->der; }

der::View Crl::issuerDer() const { return content_->issuer; }

std::int64_t Crl::thisUpdate() const { return content_->thisUpdate; }

std::optional<std::int64_t> Crl::nextUpdate() const { return content_->nextUpdate; }

std::optional<der::View> Crl::number() const {
    return content_->hasNumber ? std::optional(content_->number) : std::nullopt;
}

std::string Crl::printNumber() const {
    if (!content_->hasNumber) {
        return "";
    }
    const char* failure = "could not print the number of the revocation list";
    const der::View content = content_->number;
    const OwnedBigNumber number(
        require(BN_bin2bn(content.begin(), static_cast<int>(content.size()), nullptr), failure));
    const std::unique_ptr<char, Deleter<freeText>> digits(
        require(BN_bn2dec(number.get()), failure));
    return digits.get();
}

std::string Crl::authorityKeyId() const {
    return printHex(content_->authorityKeyId.begin(), content_->authorityKeyId.size());
}

std::string Crl::signatureAlgorithm() const {
    const ASN1_OBJECT* algorithm = nullptr;
    X509_ALGOR_get0(&algorithm, nullptr, nullptr, content_->parsedAlgorithm.get());
    return printAlgorithm(algorithm);
}

std::string Crl::fingerprint() const {
    const Sha256 digest = hashSha256(content_->der.data(), content_->der.size());
    return printHex(digest.data(), digest.size());
}

std::size_t Crl::count() const { return content_->count; }

const std::vector<std::string>& Crl::otherExtensions() const { return content_->otherExtensions; }

const std::string& Crl::obstacle() const { return content_->obstacle; }

void Crl::requireUsable() const {
    if (!obstacle().empty()) {
        throw Error(Code::CrlUnsupported,
                    "nobody may judge by this revocation list: it demands extension " + obstacle() +
                        ", which sslkeys does not follow",
                    {{"oid", obstacle()}});
    }
}

std::optional<CrlEntry> Crl::find(der::View serial) const {
    const der::View all = content_->entries;
    const auto offset = content_->index.find(all, serial);
    if (!offset) {
        return std::nullopt;
    }
    der::Reader reader(der::View(all.begin() + *offset, all.size() - *offset));
    return readEntry(reader);
}

void Crl::forEach(const std::function<void(const CrlEntry&)>& take) const {
    der::Reader reader(content_->entries);
    while (!reader.atEnd()) {
        take(readEntry(reader));
    }
}

bool Crl::isNamedFor(X509* issuer) const {
    const ASN1_OCTET_STRING* id = X509_get0_subject_key_id(issuer);
    const der::View theirs = id == nullptr
                                 ? der::View()
                                 : der::View(ASN1_STRING_get0_data(id),
                                             static_cast<std::size_t>(ASN1_STRING_length(id)));
    const der::View ours = content_->authorityKeyId;
    return X509_NAME_cmp(content_->issuerName.get(), X509_get_subject_name(issuer)) == 0 &&
           (ours.empty() || theirs.empty() || ours == theirs);
}

bool Crl::isSignedBy(X509* issuer) const {
    const der::Octets key = encodeDer<X509_PUBKEY>(i2d_X509_PUBKEY, X509_get_X509_PUBKEY(issuer));
    {
        const std::lock_guard<std::mutex> guard(content_->mutex);
        if (content_->signer == key) {
            return true;
        }
    }
    EVP_PKEY* publicKey = X509_get0_pubkey(issuer);
    if (publicKey == nullptr || !content_->verify(publicKey)) {
        drainOpenSsl();
        return false;
    }
    const std::lock_guard<std::mutex> guard(content_->mutex);
    content_->signer = key;
    return true;
}

}  // namespace sslkeys
