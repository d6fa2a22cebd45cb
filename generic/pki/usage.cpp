// See usage.h.
#include "pki/usage.h"

#include "pki/error.h"
#include "pki/oid.h"

#include <openssl/objects.h>

#include <algorithm>
#include <array>

namespace sslkeys {
namespace {

struct KeyUsageRow {
    unsigned bit;
    const char* name;
};

// In the order of their bits in the BIT STRING.
constexpr std::array kKeyUsages{
    KeyUsageRow{KU_DIGITAL_SIGNATURE, "digitalSignature"},
    KeyUsageRow{KU_NON_REPUDIATION, "nonRepudiation"},
    KeyUsageRow{KU_KEY_ENCIPHERMENT, "keyEncipherment"},
    KeyUsageRow{KU_DATA_ENCIPHERMENT, "dataEncipherment"},
    KeyUsageRow{KU_KEY_AGREEMENT, "keyAgreement"},
    KeyUsageRow{KU_KEY_CERT_SIGN, "keyCertSign"},
    KeyUsageRow{KU_CRL_SIGN, "cRLSign"},
    KeyUsageRow{KU_ENCIPHER_ONLY, "encipherOnly"},
    KeyUsageRow{KU_DECIPHER_ONLY, "decipherOnly"},
};

struct ExtendedUsageRow {
    int nid;
    const char* name;
};
constexpr std::array kExtendedUsages{
    ExtendedUsageRow{NID_server_auth, "serverAuth"},
    ExtendedUsageRow{NID_client_auth, "clientAuth"},
    ExtendedUsageRow{NID_code_sign, "codeSigning"},
    ExtendedUsageRow{NID_email_protect, "emailProtection"},
    ExtendedUsageRow{NID_time_stamp, "timeStamping"},
    ExtendedUsageRow{NID_OCSP_sign, "OCSPSigning"},
    ExtendedUsageRow{NID_anyExtendedKeyUsage, "anyExtendedKeyUsage"},
};

template <class Rows> [[noreturn]] void refuse(std::string_view name, const Rows& rows) {
    std::string known;
    for (const auto& row : rows) {
        known += (known.empty() ? "" : ", ") + std::string(row.name);
    }
    throw Error(Code::RequestUsage,
                "unknown or repeated usage " + quote(name) + ": usages are " + known,
                {{"usage", redact(name)}});
}

}  // namespace

std::vector<std::string> printKeyUsages(unsigned keyUsages) {
    std::vector<std::string> names;
    for (const KeyUsageRow& row : kKeyUsages) {
        if ((keyUsages & row.bit) != 0) {
            names.emplace_back(row.name);
        }
    }
    return names;
}

unsigned parseKeyUsages(const std::vector<std::string>& names) {
    unsigned usages = 0;
    for (const std::string& name : names) {
        const auto* row = std::find_if(kKeyUsages.begin(), kKeyUsages.end(),
                                       [&](const KeyUsageRow& each) { return name == each.name; });
        if (row == kKeyUsages.end() || (usages & row->bit) != 0) {
            refuse(name, kKeyUsages);
        }
        usages |= row->bit;
    }
    return usages;
}

unsigned keyUsagesFrom(const ASN1_BIT_STRING* bits) {
    unsigned usages = 0;
    int bit = 0;
    for (const KeyUsageRow& row : kKeyUsages) {
        usages |= bits != nullptr && ASN1_BIT_STRING_get_bit(bits, bit) != 0 ? row.bit : 0U;
        ++bit;
    }
    return usages;
}

OwnedBitString makeKeyUsage(unsigned keyUsages) {
    const char* failure = "could not write key usages";
    OwnedBitString bits(require(ASN1_BIT_STRING_new(), failure));
    int bit = 0;
    for (const KeyUsageRow& row : kKeyUsages) {
        if ((keyUsages & row.bit) != 0) {
            require(ASN1_BIT_STRING_set_bit(bits.get(), bit, 1), failure);
        }
        ++bit;
    }
    return bits;
}

std::string printExtendedUsage(const ASN1_OBJECT* usage) {
    const int nid = OBJ_obj2nid(usage);
    const auto* row = std::find_if(kExtendedUsages.begin(), kExtendedUsages.end(),
                                   [&](const ExtendedUsageRow& each) { return nid == each.nid; });
    return row != kExtendedUsages.end() ? row->name
           : nid == NID_undef           ? printOid(usage)
                                        : OBJ_nid2sn(nid);
}

std::vector<std::string> extendedUsagesFrom(const EXTENDED_KEY_USAGE* usages) {
    std::vector<std::string> names;
    names.reserve(static_cast<size_t>(std::max(0, sk_ASN1_OBJECT_num(usages))));
    for (int index = 0; index < sk_ASN1_OBJECT_num(usages); ++index) {
        names.push_back(printExtendedUsage(sk_ASN1_OBJECT_value(usages, index)));
    }
    return names;
}

OwnedExtendedUsages parseExtendedUsages(const std::vector<std::string>& names) {
    const char* failure = "could not write extended usages";
    OwnedExtendedUsages usages(require(EXTENDED_KEY_USAGE_new(), failure));
    std::vector<std::string> seen;
    for (const std::string& name : names) {
        const auto* row =
            std::find_if(kExtendedUsages.begin(), kExtendedUsages.end(),
                         [&](const ExtendedUsageRow& each) { return name == each.name; });
        OwnedObject object =
            row == kExtendedUsages.end() ? parseOid(name) : OwnedObject(OBJ_nid2obj(row->nid));
        const std::string oid = object == nullptr ? "" : printOid(object.get());
        if (object == nullptr || std::find(seen.begin(), seen.end(), oid) != seen.end()) {
            refuse(name, kExtendedUsages);
        }
        seen.push_back(oid);
        require(sk_ASN1_OBJECT_push(usages.get(), object.get()), failure);
        static_cast<void>(object.release());
    }
    return usages;
}

}  // namespace sslkeys
