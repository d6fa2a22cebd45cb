// See chain_revocation.h.
#include "pki/chain_revocation.h"

#include "pki/error.h"
#include "pki/name.h"
#include "pki/serial.h"

namespace sslkeys {
namespace {

[[noreturn]] void refuse(Code code, X509* certificate, const std::string& why,
                         Error::Data data = {}) {
    const std::string subject = printName(X509_get_subject_name(certificate));
    data.emplace(data.begin(), "subject", subject);
    throw Error(code, "certificate " + quote(subject) + " " + why, std::move(data));
}

// Tell whether one list came after another.
bool isLater(const Crl& a, const Crl& b) {
    if (a.thisUpdate() != b.thisUpdate()) {
        return a.thisUpdate() > b.thisUpdate();
    }
    const der::View first = a.number().value_or(der::View());
    const der::View second = b.number().value_or(der::View());
    return first.size() != second.size() ? first.size() > second.size()
                                         : first.text() > second.text();
}

// Find the list to ask about a certificate: the latest that its issuer signed and that has begun.
//   out  null when no list says to be of the issuer
const Crl* findList(X509* certificate, X509* issuer, const std::vector<Crl>& lists,
                    std::int64_t now) {
    const Crl* found = nullptr;
    Code obstacle = Code::CrlMissing;
    for (const Crl& list : lists) {
        if (X509_NAME_cmp(list.issuer(), X509_get_subject_name(issuer)) != 0) {
            continue;
        }
        // The signature decides: a CA's certificate may be renewed with another key identifier.
        if (!list.isSignedBy(issuer)) {
            const bool isOurs = list.isNamedFor(issuer);
            obstacle = isOurs && obstacle == Code::CrlMissing ? Code::CrlSignature : obstacle;
        } else if (list.thisUpdate() > now) {
            obstacle = Code::CrlNotYetValid;
        } else if (found == nullptr || isLater(list, *found)) {
            found = &list;
        }
    }
    if (found == nullptr && obstacle == Code::CrlSignature) {
        refuse(obstacle, certificate,
               "cannot be looked up: its issuer did not sign the revocation list, or too weakly");
    }
    if (found == nullptr && obstacle == Code::CrlNotYetValid) {
        refuse(obstacle, certificate,
               "cannot be looked up: the revocation list is from the future");
    }
    return found;
}

void requireCurrent(const Crl& list, X509* certificate, std::int64_t now) {
    const auto next = list.nextUpdate();
    if (!next || now >= *next) {  // by then the next one is there, as OpenSSL has it, too
        refuse(Code::CrlExpired, certificate,
               next ? "cannot be looked up: the next revocation list is overdue since " +
                          std::to_string(*next)
                    : "cannot be looked up: the revocation list does not say until when it counts",
               {{"nextupdate", next ? std::to_string(*next) : ""}});
    }
}

// Look one certificate up.
void requireUnrevoked(X509* certificate, X509* issuer, const std::vector<Crl>& lists, bool isNeeded,
                      std::int64_t now) {
    const Crl* list = findList(certificate, issuer, lists, now);
    if (list == nullptr) {
        if (isNeeded) {
            refuse(Code::CrlMissing, certificate,
                   "cannot be looked up: no revocation list of its issuer is given");
        }
        return;
    }
    if ((X509_get_key_usage(issuer) & KU_CRL_SIGN) == 0) {
        refuse(Code::CrlIssuer, certificate,
               "cannot be looked up: its issuer may not sign revocation lists");
    }
    list->requireUsable();
    requireCurrent(*list, certificate, now);
    const auto entry = list->find(encodeSerial(X509_get0_serialNumber(certificate)));
    if (entry) {
        const std::string_view reason =
            nameOf(entry->revocation.reason.value_or(Reason::kUnspecified));
        refuse(Code::ChainRevoked, certificate, "was revoked: " + std::string(reason),
               {{"serial", printSerial(X509_get0_serialNumber(certificate))},
                {"time", std::to_string(entry->revocation.time)},
                {"reason", std::string(reason)}});
    }
}

}  // namespace

void requireUnrevoked(const std::vector<X509*>& chain, const std::vector<Crl>& lists,
                      std::int64_t now) {
    for (std::size_t depth = 0; depth + 1 < chain.size(); ++depth) {
        requireUnrevoked(chain[depth], chain[depth + 1], lists, depth == 0, now);
    }
}

}  // namespace sslkeys
