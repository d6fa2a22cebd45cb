// Fuzzes revocation lists: what Crl accepts OpenSSL reads alike, entry for entry, the index finds
// what stands there and nothing else, and the list that comes after one has all that it had.
#include "pki/crl.h"

#include "mutate.h"
#include "pki/crl_issuance.h"
#include "pki/pem.h"
#include "pki/serial.h"
#include "pki/validity.h"
#include "property.h"

#include <map>

using namespace sslkeys;

namespace {

using OwnedCrl = Owned<X509_CRL, X509_CRL_free>;
using OwnedEnumerated = Owned<ASN1_ENUMERATED, ASN1_ENUMERATED_free>;

OwnedCrl parseWithOpenSsl(const Crl& crl) {
    const std::vector<PemBlock> blocks = readPem(crl.toPem());
    fuzz::check(blocks.size() == 1, "a list is written as one block");
    const auto* next = reinterpret_cast<const unsigned char*>(blocks[0].der.data());
    OwnedCrl theirs(d2i_X509_CRL(nullptr, &next, static_cast<long>(blocks[0].der.size())));
    fuzz::check(theirs != nullptr, "OpenSSL reads an accepted list");
    return theirs;
}

void checkEntry(const CrlEntry& ours, const X509_REVOKED* theirs) {
    fuzz::check(printSerial(ours.serial) == printSerial(X509_REVOKED_get0_serialNumber(theirs)),
                "both read the same serial number");
    fuzz::check(ours.revocation.time == toSeconds(X509_REVOKED_get0_revocationDate(theirs)),
                "both read the same time");
    const OwnedEnumerated reason(static_cast<ASN1_ENUMERATED*>(
        X509_REVOKED_get_ext_d2i(theirs, NID_crl_reason, nullptr, nullptr)));
    const long number = reason == nullptr ? 0 : ASN1_ENUMERATED_get(reason.get());
    const bool isNamed =
        number >= 0 && number <= 10 && !nameOf(static_cast<Reason>(number)).empty();
    fuzz::check(static_cast<long>(ours.revocation.reason.value_or(Reason::kUnspecified)) ==
                    (isNamed ? number : 0),
                "both read the same reason");
    const OwnedTime since(static_cast<ASN1_TIME*>(
        X509_REVOKED_get_ext_d2i(theirs, NID_invalidity_date, nullptr, nullptr)));
    fuzz::check(ours.revocation.invalidityDate.has_value() == (since != nullptr) &&
                    (since == nullptr || *ours.revocation.invalidityDate == toSeconds(since.get())),
                "both read the same date of invalidity");
}

// Tell whether a list, or an entry, demands what sslkeys does not follow.
bool demandsMore(const STACK_OF(X509_EXTENSION) * extensions) {
    for (int index = 0; index < sk_X509_EXTENSION_num(extensions); ++index) {
        X509_EXTENSION* extension = sk_X509_EXTENSION_value(extensions, index);
        const int nid = OBJ_obj2nid(X509_EXTENSION_get_object(extension));
        const bool isFollowed = nid == NID_crl_number || nid == NID_authority_key_identifier ||
                                nid == NID_crl_reason || nid == NID_invalidity_date;
        if (X509_EXTENSION_get_critical(extension) != 0 && !isFollowed) {
            return true;
        }
    }
    return false;
}

void checkEntries(const Crl& crl, X509_CRL* theirs) {
    STACK_OF(X509_REVOKED)* list = X509_CRL_get_REVOKED(theirs);
    std::map<std::string, std::int64_t> first;
    int index = 0;
    bool demands = demandsMore(X509_CRL_get0_extensions(theirs));
    crl.forEach([&](const CrlEntry& entry) {
        const X509_REVOKED* revoked = sk_X509_REVOKED_value(list, index++);
        fuzz::check(revoked != nullptr, "OpenSSL finds as many entries");
        checkEntry(entry, revoked);
        demands = demands || demandsMore(X509_REVOKED_get0_extensions(revoked));
        first.emplace(printSerial(entry.serial), entry.revocation.time);
    });
    fuzz::check(index == std::max(0, sk_X509_REVOKED_num(list)) &&
                    static_cast<std::size_t>(index) == crl.count(),
                "OpenSSL finds no more entries");
    fuzz::check(!demands || !crl.obstacle().empty(),
                "nobody judges by a list that demands what is not followed");
    for (const auto& [serial, time] : first) {
        const auto content = readSerial(serial);
        const auto found = content ? crl.find(*content) : std::nullopt;
        fuzz::check(found && found->revocation.time == time, "the index finds each entry");
        der::Octets other = *content;
        other.push_back(1);
        fuzz::check(first.count(printSerial(der::View(other))) == 1 || !crl.find(other),
                    "the index finds nothing else");
    }
}

void checkNext(const Crl& crl, std::string_view text) {
    CrlTerms terms;
    terms.now = fuzz::kNow;
    terms.nextUpdate = fuzz::kNow + 1;
    RevokedList changes;
    changes.add("7a7a7a7a7a7a", {fuzz::kNow, Reason::kKeyCompromise, std::nullopt});
    const auto next = fuzz::attempt(
        text, fuzz::kQuoted,
        {Code::CrlUnsupported, Code::CrlIssuer, Code::CrlSignature, Code::CrlNumber}, [&] {
            return addToCrl(crl, terms, changes, {fuzz::caCertificate(), fuzz::caKey()});
        });
    if (!next) {
        return;
    }
    fuzz::check(crl.isSignedBy(fuzz::caCertificate().get()), "only the CA's own list goes on");
    crl.forEach([&](const CrlEntry& entry) {
        fuzz::check(next->find(entry.serial).has_value(), "no entry is lost in the next list");
    });
    const Crl read = Crl::fromPem(next->toPem());
    fuzz::check(read.isSignedBy(fuzz::caCertificate().get()) && read.count() == next->count() &&
                    read.find(*readSerial("7a7a7a7a7a7a")).has_value(),
                "the next list is read as it was written");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = fuzz::view(data, size);
    const auto crl =
        fuzz::attempt(text, fuzz::kQuoted, {Code::CrlPem}, [&] { return Crl::fromPem(text); });
    if (!crl) {
        return 0;
    }
    const OwnedCrl theirs = parseWithOpenSsl(*crl);
    fuzz::check(X509_NAME_cmp(crl->issuer(), X509_CRL_get_issuer(theirs.get())) == 0,
                "both read the same issuer");
    fuzz::checkName(crl->issuer());
    const ASN1_TIME* next = X509_CRL_get0_nextUpdate(theirs.get());
    fuzz::check(crl->thisUpdate() == toSeconds(X509_CRL_get0_lastUpdate(theirs.get())) &&
                    crl->nextUpdate().has_value() == (next != nullptr) &&
                    (next == nullptr || *crl->nextUpdate() == toSeconds(next)),
                "both read the same times");
    fuzz::check(crl->printNumber().empty() || fuzz::isMadeOf(crl->printNumber(), "0123456789"),
                "a number is decimal");
    checkEntries(*crl, theirs.get());
    const bool isSigned = crl->isSignedBy(fuzz::caCertificate().get());
    fuzz::check(!isSigned || X509_CRL_verify(theirs.get(), fuzz::caKey().get()) == 1,
                "what counts as signed OpenSSL verifies");
    ERR_clear_error();
    checkNext(*crl, text);
    fuzz::check(ERR_peek_error() == 0, "OpenSSL's error queue is empty after using a list");
    return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t room, unsigned seed) {
    return fuzz::mutatePem(data, size, room, seed, fuzz::signCrl);
}
