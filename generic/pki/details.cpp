// See details.h.
#include "pki/details.h"

#include "pki/digest.h"
#include "pki/extension.h"
#include "pki/oid.h"

#include <openssl/objects.h>

#include <algorithm>
#include <map>

namespace sslkeys {
namespace {

// Those that Certificate, pointers.h and constraints.h read.
constexpr int kRead[] = {
    NID_basic_constraints,
    NID_key_usage,
    NID_ext_key_usage,
    NID_subject_key_identifier,
    NID_authority_key_identifier,
    NID_subject_alt_name,
    NID_crl_distribution_points,
    NID_info_access,
    NID_certificate_policies,
    NID_name_constraints,
};

struct Found {
    RawExtension raw;
    bool isTold;  // by what reads it
};

Found look(X509_EXTENSION* extension) {
    const ASN1_OBJECT* object = X509_EXTENSION_get_object(extension);
    const ASN1_OCTET_STRING* data = X509_EXTENSION_get_data(extension);
    const unsigned char* octets = ASN1_STRING_get0_data(data);
    const int length = ASN1_STRING_length(data);
    const int nid = OBJ_obj2nid(object);
    const bool isRead = std::find(std::begin(kRead), std::end(kRead), nid) != std::end(kRead);
    const bool isTold = isRead && isReadable(extension);
    return {{printOid(object),
             isRead && !isTold ? RawExtension::kDamaged : RawExtension::kNone,
             X509_EXTENSION_get_critical(extension) != 0,
             {printHex(octets, static_cast<std::size_t>(length))}},
            isTold};
}

}  // namespace

std::vector<RawExtension> rawExtensions(const X509* certificate) {
    std::vector<RawExtension> all;
    std::map<std::string, std::size_t> places;
    std::vector<bool> isTold;  // by others
    for (int index = 0; index < X509_get_ext_count(certificate); ++index) {
        const Found found = look(X509_get_ext(certificate, index));
        const auto [place, isNew] = places.emplace(found.raw.oid, all.size());
        if (isNew) {
            all.push_back(found.raw);
            isTold.push_back(found.isTold);
            continue;
        }
        RawExtension& first = all[place->second];
        first.fault = RawExtension::kDuplicate;
        first.critical = first.critical || found.raw.critical;
        first.value.push_back(found.raw.value.front());
        isTold[place->second] = false;
    }
    std::vector<RawExtension> left;
    for (std::size_t index = 0; index < all.size(); ++index) {
        if (!isTold[index]) {
            left.push_back(std::move(all[index]));
        }
    }
    return left;
}

const char* printFault(RawExtension::Fault fault) {
    return fault == RawExtension::kDamaged     ? "DAMAGED"
           : fault == RawExtension::kDuplicate ? "DUPLICATE"
                                               : "";
}

}  // namespace sslkeys
