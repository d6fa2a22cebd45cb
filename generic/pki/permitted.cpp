// See permitted.h.
#include "pki/permitted.h"

#include "pki/constraints.h"
#include "pki/error.h"
#include "pki/extension.h"
#include "pki/pointers.h"
#include "pki/text.h"

#include <openssl/objects.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <string_view>

namespace sslkeys {
namespace {

constexpr std::string_view kWildcard = "*.";
constexpr std::string_view kMapped = "::ffff:";  // before an IPv4 address, RFC 4291 2.5.5.2

bool beginsWith(std::string_view text, std::string_view beginning) {
    return text.substr(0, beginning.size()) == beginning;
}

// Those names below a wildcard that are excluded by themselves: OpenSSL looks at the wildcard
// alone.
void addBelowWildcard(AltNames& meanings, const AltName& wildcard,
                      const NAME_CONSTRAINTS* constraints) {
    for (int index = 0; index < sk_GENERAL_SUBTREE_num(constraints->excludedSubtrees); ++index) {
        const AltName base =
            altNameFrom(sk_GENERAL_SUBTREE_value(constraints->excludedSubtrees, index)->base);
        const std::string label = base.value.substr(0, base.value.find('.'));
        if (base.kind == AltName::kDns && !label.empty()) {
            meanings.push_back({AltName::kDns, label + wildcard.value.substr(1)});
        }
    }
}

// All that a name means to somebody, itself first.
AltNames meaningsOf(const AltName& name, const NAME_CONSTRAINTS* constraints) {
    AltNames meanings{name};
    if (name.kind == AltName::kDns && beginsWith(name.value, kWildcard)) {
        addBelowWildcard(meanings, name, constraints);
    } else if (name.kind == AltName::kIp && beginsWith(name.value, kMapped)) {
        // Go, for one, takes it for the IPv4 address in it.
        const std::string mapped = name.value.substr(kMapped.size());
        if (isAddress(mapped)) {
            meanings.push_back({AltName::kIp, mapped});
        }
    } else if (name.kind == AltName::kUri) {
        // OpenSSL takes a user, a query or a fragment for a part of the host. A URI without a host
        // it refuses where hosts are bound, as RFC 5280 wants it.
        const std::string host = hostOfUri(name.value);
        meanings.push_back({AltName::kUri, host.empty() ? "nowhere:" : "to://" + host});
    }
    return meanings;
}

// Ask OpenSSL about a certificate that has these names and nothing else.
bool isPermitted(NAME_CONSTRAINTS* constraints, const Name& subject, const AltNames& altNames,
                 bool asksHost) {
    const char* failure = "could not judge names";
    const OwnedCertificate probe(require(X509_new(), failure));
    subject.writeTo(X509_get_subject_name(probe.get()));
    if (!altNames.empty()) {
        addExtension(probe.get(), NID_subject_alt_name, toX509(altNames).get(), false);
    }
    X509_check_purpose(probe.get(), -1, 0);  // fills in what the next calls look at
    const bool permitted =
        NAME_CONSTRAINTS_check(probe.get(), constraints) == X509_V_OK &&
        (!asksHost || NAME_CONSTRAINTS_check_CN(probe.get(), constraints) == X509_V_OK);
    drainOpenSsl();
    return permitted;
}

bool isPermitted(NAME_CONSTRAINTS* constraints, const AltName& name) {
    return isPermitted(constraints, Name(), meaningsOf(name, constraints), false);
}

[[noreturn]] void refuse(const std::string& what, const std::string& name) {
    throw Error(Code::CertificateConstraint, what, {{"name", redact(name)}});
}

}  // namespace

void requirePermitted(const X509* ca, const Name& subject, const AltNames& altNames, bool isLeaf) {
    if (X509_get_ext_by_NID(ca, NID_name_constraints, -1) < 0) {
        return;
    }
    const auto constraints = readExtension<OwnedNameConstraints>(ca, NID_name_constraints);
    if (constraints == nullptr) {
        refuse("the CA's name constraints cannot be read, so it signs nothing", "");
    }
    for (const AltName& name : altNames) {
        if (!isPermitted(constraints.get(), name)) {
            refuse("the CA's name constraints do not allow " + quote(name.print()), name.print());
        }
    }
    const std::string commonName(subject.find("CN"));
    const bool isHost =
        isLeaf && std::none_of(altNames.begin(), altNames.end(),
                               [](const AltName& name) { return name.kind == AltName::kDns; });
    // To OpenSSL a CN with a wildcard is no host here, and one where a host is compared with it.
    const bool isWildcard = isHost && beginsWith(commonName, kWildcard);
    if (!isPermitted(constraints.get(), subject, altNames, isHost) ||
        (isWildcard && !isPermitted(constraints.get(), {AltName::kDns, commonName}))) {
        refuse("the CA's name constraints do not allow the subject of CN " + quote(commonName),
               commonName);
    }
}

bool isHostPermitted(const X509* ca, const std::string& host) {
    if (X509_get_ext_by_NID(ca, NID_name_constraints, -1) < 0) {
        return true;
    }
    const auto constraints = readExtension<OwnedNameConstraints>(ca, NID_name_constraints);
    return constraints != nullptr &&
           isPermitted(constraints.get(), Name(), {{AltName::kDns, host}}, false);
}

}  // namespace sslkeys
