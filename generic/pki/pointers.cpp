// See pointers.h.
#include "pki/pointers.h"

#include "pki/altname.h"
#include "pki/error.h"
#include "pki/extension.h"
#include "pki/oid.h"
#include "pki/text.h"

#include <openssl/objects.h>

#include <algorithm>
#include <cctype>

namespace sslkeys {
namespace {

constexpr std::size_t kMostOfAKind = 10;
constexpr std::size_t kLongestUrl = 2048;
constexpr const char* kFailure = "could not write where to look further";

using OwnedDistPoint = Owned<DIST_POINT, DIST_POINT_free>;
using OwnedAccess = Owned<ACCESS_DESCRIPTION, ACCESS_DESCRIPTION_free>;
using OwnedPolicy = Owned<POLICYINFO, POLICYINFO_free>;

void freeDistPoints(CRL_DIST_POINTS* list) noexcept { CRL_DIST_POINTS_free(list); }
void freeAccesses(AUTHORITY_INFO_ACCESS* list) noexcept { AUTHORITY_INFO_ACCESS_free(list); }
void freePolicies(CERTIFICATEPOLICIES* list) noexcept { CERTIFICATEPOLICIES_free(list); }
using OwnedDistPoints = std::unique_ptr<CRL_DIST_POINTS, Deleter<freeDistPoints>>;
using OwnedAccesses = std::unique_ptr<AUTHORITY_INFO_ACCESS, Deleter<freeAccesses>>;
using OwnedPolicies = std::unique_ptr<CERTIFICATEPOLICIES, Deleter<freePolicies>>;

[[noreturn]] void refuse(Code code, const char* kind, const std::string& value,
                         const std::string& why) {
    throw Error(code, std::string(kind) + " " + quote(value) + " " + why, {{kind, redact(value)}});
}

void requireFew(Code code, const char* kind, const std::vector<std::string>& list) {
    if (list.size() > kMostOfAKind) {
        throw Error(code,
                    std::to_string(list.size()) + " are more than " + std::to_string(kMostOfAKind),
                    {{"count", std::to_string(list.size())}});
    }
    for (auto item = list.begin(); item != list.end(); ++item) {
        if (std::find(list.begin(), item, *item) != item) {
            refuse(code, kind, *item, "is given twice");
        }
    }
}

void requireUrls(const std::vector<std::string>& urls,
                 const std::vector<std::string_view>& schemes) {
    requireFew(Code::CertificateUrl, "url", urls);
    for (const std::string& url : urls) {
        if (!isUrl(url, schemes)) {
            std::string known;
            for (const std::string_view scheme : schemes) {
                known += (known.empty() ? "" : ", ") + std::string(scheme) + "://...";
            }
            refuse(Code::CertificateUrl, "url", url, "is not one of " + known);
        }
    }
}

bool isPort(std::string_view text) {
    return text.size() <= 5 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// The authority of a URL: no user, a host, perhaps a port.
bool isAuthority(std::string_view text) {
    if (text.substr(0, 1) == "[") {
        const std::size_t end = text.find(']');
        const std::string_view address = text.substr(1, std::min(end, text.size()) - 1);
        const std::string_view rest = text.substr(std::min(end, text.size() - 1) + 1);
        return end != std::string_view::npos && address.find(':') != std::string_view::npos &&
               isAddress(address) && (rest.empty() || (rest[0] == ':' && isPort(rest.substr(1))));
    }
    const std::size_t colon = std::min(text.find(':'), text.size());
    const std::string_view host = text.substr(0, colon);
    return (isHostName(host, false) || isAddress(host)) &&
           (colon == text.size() || isPort(text.substr(colon + 1)));
}

// What stands between "://" and the path.
std::string_view authorityOf(std::string_view afterScheme) {
    return afterScheme.substr(0, afterScheme.find_first_of("/?#"));
}

OwnedGeneralName makeUri(const std::string& url) {
    OwnedGeneralName name(require(GENERAL_NAME_new(), kFailure));
    Owned<ASN1_IA5STRING, ASN1_IA5STRING_free> text(require(ASN1_IA5STRING_new(), kFailure));
    require(ASN1_STRING_set(text.get(), url.data(), static_cast<int>(url.size())), kFailure);
    GENERAL_NAME_set0_value(name.get(), GEN_URI, text.release());
    return name;
}

// RFC 5280 4.2.1.13: one point, at which each URL leads to the same CRL.
void addCrlUrls(X509* certificate, const std::vector<std::string>& urls) {
    const OwnedDistPoints points(require(sk_DIST_POINT_new_null(), kFailure));
    OwnedDistPoint point(require(DIST_POINT_new(), kFailure));
    point->distpoint = require(DIST_POINT_NAME_new(), kFailure);
    point->distpoint->type = 0;  // fullName
    point->distpoint->name.fullname = require(GENERAL_NAMES_new(), kFailure);
    for (const std::string& url : urls) {
        OwnedGeneralName name = makeUri(url);
        require(sk_GENERAL_NAME_push(point->distpoint->name.fullname, name.get()), kFailure);
        static_cast<void>(name.release());
    }
    require(sk_DIST_POINT_push(points.get(), point.get()), kFailure);
    static_cast<void>(point.release());
    addExtension(certificate, NID_crl_distribution_points, points.get(), false);
}

void appendAccess(AUTHORITY_INFO_ACCESS* list, int method, const std::string& url) {
    OwnedAccess access(require(ACCESS_DESCRIPTION_new(), kFailure));
    OwnedGeneralName location = makeUri(url);  // before the old one goes: without memory it throws
    ASN1_OBJECT_free(access->method);
    access->method = OBJ_nid2obj(method);
    GENERAL_NAME_free(access->location);
    access->location = location.release();
    require(sk_ACCESS_DESCRIPTION_push(list, access.get()), kFailure);
    static_cast<void>(access.release());
}

// RFC 5280 4.2.2.1
void addAccesses(X509* certificate, const Pointers& pointers) {
    const OwnedAccesses list(require(sk_ACCESS_DESCRIPTION_new_null(), kFailure));
    for (const std::string& url : pointers.ocspUrls) {
        appendAccess(list.get(), NID_ad_OCSP, url);
    }
    for (const std::string& url : pointers.caIssuers) {
        appendAccess(list.get(), NID_ad_ca_issuers, url);
    }
    addExtension(certificate, NID_info_access, list.get(), false);
}

// RFC 5280 4.2.1.4, without qualifiers, as it recommends.
void addPolicies(X509* certificate, const std::vector<std::string>& oids) {
    const OwnedPolicies list(require(sk_POLICYINFO_new_null(), kFailure));
    for (const std::string& oid : oids) {
        OwnedPolicy policy(require(POLICYINFO_new(), kFailure));
        OwnedObject id = parseOid(oid);
        require(id.get(), kFailure);
        ASN1_OBJECT_free(policy->policyid);
        policy->policyid = id.release();
        require(sk_POLICYINFO_push(list.get(), policy.get()), kFailure);
        static_cast<void>(policy.release());
    }
    addExtension(certificate, NID_certificate_policies, list.get(), false);
}

void appendUri(std::vector<std::string>& urls, const GENERAL_NAME* name) {
    if (name->type == GEN_URI) {
        urls.push_back(octetsOf(name->d.uniformResourceIdentifier));
    }
}

}  // namespace

bool isUrl(std::string_view text, const std::vector<std::string_view>& schemes) {
    const std::size_t colon = text.find("://");
    if (text.size() > kLongestUrl || colon == std::string_view::npos || !isUri(text)) {
        return false;
    }
    std::string scheme(text.substr(0, colon));
    std::transform(scheme.begin(), scheme.end(), scheme.begin(),
                   [](unsigned char letter) { return std::tolower(letter); });
    return std::find(schemes.begin(), schemes.end(), scheme) != schemes.end() &&
           isAuthority(authorityOf(text.substr(colon + 3)));
}

std::string hostOfUri(std::string_view uri) {
    const std::size_t colon = std::min(uri.find(':'), uri.size());
    if (uri.substr(colon, 3) != "://") {
        return "";
    }
    const std::string_view authority = authorityOf(uri.substr(colon + 3));
    const std::string_view host = authority.substr(0, authority.find(':'));
    return isAuthority(authority) && isHostName(host, false) ? std::string(host) : "";
}

void requireSound(const Pointers& pointers) {
    static const std::vector<std::string_view> files = {"http", "https", "ldap"};
    static const std::vector<std::string_view> web = {"http", "https"};
    requireUrls(pointers.crlUrls, files);
    requireUrls(pointers.ocspUrls, web);
    requireUrls(pointers.caIssuers, files);
    requireFew(Code::CertificatePolicy, "policy", pointers.policies);
    for (const std::string& oid : pointers.policies) {
        if (parseOid(oid) == nullptr) {
            refuse(Code::CertificatePolicy, "policy", oid, "is not an OID such as 1.3.6.1.4.1.1");
        }
    }
}

void addPointers(X509* certificate, const Pointers& pointers) {
    if (!pointers.crlUrls.empty()) {
        addCrlUrls(certificate, pointers.crlUrls);
    }
    if (!pointers.ocspUrls.empty() || !pointers.caIssuers.empty()) {
        addAccesses(certificate, pointers);
    }
    if (!pointers.policies.empty()) {
        addPolicies(certificate, pointers.policies);
    }
}

Pointers readPointers(const X509* certificate) {
    Pointers found;
    const auto points = readExtension<OwnedDistPoints>(certificate, NID_crl_distribution_points);
    for (int index = 0; index < sk_DIST_POINT_num(points.get()); ++index) {
        const DIST_POINT_NAME* place = sk_DIST_POINT_value(points.get(), index)->distpoint;
        const GENERAL_NAMES* names =
            place != nullptr && place->type == 0 ? place->name.fullname : nullptr;
        for (int each = 0; each < sk_GENERAL_NAME_num(names); ++each) {
            appendUri(found.crlUrls, sk_GENERAL_NAME_value(names, each));
        }
    }
    const auto accesses = readExtension<OwnedAccesses>(certificate, NID_info_access);
    for (int index = 0; index < sk_ACCESS_DESCRIPTION_num(accesses.get()); ++index) {
        const ACCESS_DESCRIPTION* access = sk_ACCESS_DESCRIPTION_value(accesses.get(), index);
        const int method = OBJ_obj2nid(access->method);
        if (method == NID_ad_OCSP || method == NID_ad_ca_issuers) {
            appendUri(method == NID_ad_OCSP ? found.ocspUrls : found.caIssuers, access->location);
        }
    }
    const auto policies = readExtension<OwnedPolicies>(certificate, NID_certificate_policies);
    for (int index = 0; index < sk_POLICYINFO_num(policies.get()); ++index) {
        found.policies.push_back(printOid(sk_POLICYINFO_value(policies.get(), index)->policyid));
    }
    return found;
}

}  // namespace sslkeys
