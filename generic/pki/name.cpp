// See name.h.
#include "pki/name.h"

#include "pki/error.h"
#include "pki/oid.h"
#include "pki/text.h"

#include <openssl/asn1.h>
#include <openssl/objects.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace sslkeys {
namespace {

struct AttributeRow {
    const char* type;
    int nid;
    int asn1Type;
    long shortest, longest;  // in characters
    std::size_t most;        // how many of them
};

constexpr std::size_t kMostLabels = 127;  // of a domain name, RFC 1035 2.3.4

constexpr std::array kAttributes{
    AttributeRow{"CN", NID_commonName, V_ASN1_UTF8STRING, 1, 64, 1},
    AttributeRow{"O", NID_organizationName, V_ASN1_UTF8STRING, 1, 64, 1},
    AttributeRow{"OU", NID_organizationalUnitName, V_ASN1_UTF8STRING, 1, 64, 1},
    AttributeRow{"C", NID_countryName, V_ASN1_PRINTABLESTRING, 2, 2, 1},
    AttributeRow{"ST", NID_stateOrProvinceName, V_ASN1_UTF8STRING, 1, 128, 1},
    AttributeRow{"L", NID_localityName, V_ASN1_UTF8STRING, 1, 128, 1},
    AttributeRow{"STREET", NID_streetAddress, V_ASN1_UTF8STRING, 1, 128, 1},
    AttributeRow{"EMAIL", NID_pkcs9_emailAddress, V_ASN1_IA5STRING, 3, 255, 1},
    AttributeRow{"SERIALNUMBER", NID_serialNumber, V_ASN1_PRINTABLESTRING, 1, 64, 1},
    AttributeRow{"UID", NID_userId, V_ASN1_UTF8STRING, 1, 256, 1},
    AttributeRow{"DC", NID_domainComponent, V_ASN1_IA5STRING, 1, 63, kMostLabels},
    AttributeRow{"TITLE", NID_title, V_ASN1_UTF8STRING, 1, 64, 1},
    AttributeRow{"GN", NID_givenName, V_ASN1_UTF8STRING, 1, 64, 1},
    AttributeRow{"SN", NID_surname, V_ASN1_UTF8STRING, 1, 64, 1},
};

const AttributeRow* findRow(std::string_view type) {
    const auto* row = std::find_if(kAttributes.begin(), kAttributes.end(),
                                   [&](const AttributeRow& each) { return type == each.type; });
    return row == kAttributes.end() ? nullptr : row;
}

bool isAscii(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](unsigned char octet) { return octet < 0x80; });
}

bool isUpper(unsigned char octet) { return octet >= 'A' && octet <= 'Z'; }

bool fitsType(const AttributeRow& row, std::string_view value) {
    if (row.nid == NID_countryName) {
        return std::all_of(value.begin(), value.end(), isUpper);  // ISO 3166-1
    }
    if (row.nid == NID_pkcs9_emailAddress) {
        return isMailbox(value);
    }
    return row.asn1Type == V_ASN1_UTF8STRING ||
           (row.asn1Type == V_ASN1_IA5STRING && isAscii(value)) || isPrintableString(value);
}

// Why a value does not fit its type.
const char* whyNot(const AttributeRow& row) {
    return row.nid == NID_countryName ? "is not two capital letters, such as CH"
           : row.nid == NID_pkcs9_emailAddress
               ? "is not a mailbox in ASCII, such as a@example.org"
               : "holds a character that this attribute does not allow";
}

}  // namespace

void Name::add(const std::string& type, const std::string& value) {
    const AttributeRow* row = findRow(type);
    if (row == nullptr) {
        throw Error(Code::NameAttribute,
                    "unknown attribute " + quote(type) + ": names are " + types(),
                    {{"attribute", type}});
    }
    const auto refuse = [&](Code code, const std::string& why) {
        throw Error(code, type + " " + quote(value) + " " + why, {{"attribute", type}});
    };
    const auto others =
        std::count_if(attributes_.begin(), attributes_.end(),
                      [&](const auto& attribute) { return attribute.first == type; });
    if (static_cast<std::size_t>(others) >= row->most) {
        refuse(Code::NameRepeated, "is one value too many of this attribute");
    }
    if (isBlank(value)) {
        refuse(Code::NameEmpty, value.empty() ? "is empty" : "is blank");
    }
    const long length = countPlainCharacters(value);
    if (length < 0) {
        refuse(Code::NameCharacter, "holds a control character or is not UTF-8");
    }
    if (length < row->shortest || length > row->longest) {
        const std::string least = std::to_string(row->shortest);
        const std::string most = std::to_string(row->longest);
        refuse(Code::NameLength, "has a length of " + std::to_string(length) + ", not " +
                                     (least == most ? most : least + " to " + most));
    }
    if (!fitsType(*row, value)) {
        refuse(Code::NameCharacter, whyNot(*row));
    }
    attributes_.emplace_back(type, value);
}

std::string Name::types() {
    std::string list;
    for (const AttributeRow& row : kAttributes) {
        list += (list.empty() ? "" : ", ") + std::string(row.type);
    }
    return list;
}

bool Name::isType(std::string_view word) {
    return std::any_of(kAttributes.begin(), kAttributes.end(), [&](const AttributeRow& row) {
        const std::string_view type(row.type);
        return std::equal(
            word.begin(), word.end(), type.begin(), type.end(),
            [](unsigned char given, char letter) { return std::toupper(given) == letter; });
    });
}

bool Name::resemblesType(std::string_view word) {
    return std::all_of(word.begin(), word.end(), isUpper) || parseOid(word) != nullptr;
}

void Name::requireCommonName() const {
    if (find("CN").empty()) {
        throw Error(Code::NameCommonName, "the subject has no CN: give one, such as CN alice");
    }
}

Name Name::from(const X509_NAME* name) {
    Name result;
    for (int index = 0; index < X509_NAME_entry_count(name); ++index) {
        const X509_NAME_ENTRY* entry = X509_NAME_get_entry(name, index);
        const ASN1_OBJECT* object = X509_NAME_ENTRY_get_object(entry);
        const int nid = OBJ_obj2nid(object);
        const auto* row = std::find_if(kAttributes.begin(), kAttributes.end(),
                                       [&](const AttributeRow& each) { return each.nid == nid; });
        unsigned char* utf8 = nullptr;
        const int length = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(entry));
        const OwnedBytes owned(utf8);
        drainOpenSsl();
        result.attributes_.emplace_back(row == kAttributes.end() ? printOid(object) : row->type,
                                        length < 0 ? ""
                                                   : std::string(reinterpret_cast<char*>(utf8),
                                                                 static_cast<std::size_t>(length)));
    }
    return result;
}

void Name::writeTo(X509_NAME* name) const {
    for (const auto& [type, value] : attributes_) {
        const AttributeRow* row = findRow(type);
        if (row == nullptr) {
            throw Error(Code::NameAttribute,
                        "attribute " + quote(type) + " is not one that sslkeys writes",
                        {{"attribute", type}});
        }
        require(X509_NAME_add_entry_by_NID(name, row->nid, row->asn1Type,
                                           reinterpret_cast<const unsigned char*>(value.data()),
                                           static_cast<int>(value.size()), -1, 0),
                "could not write a name");
    }
}

std::string_view Name::find(std::string_view type) const {
    for (const auto& attribute : attributes_) {
        if (attribute.first == type) {
            return attribute.second;
        }
    }
    return {};
}

std::string printName(const X509_NAME* name) {
    const OwnedBio bio(require(BIO_new(BIO_s_mem()), "could not print a name"));
    X509_NAME_print_ex(bio.get(), name, 0,
                       XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB));
    char* text = nullptr;
    const long length = BIO_get_mem_data(bio.get(), &text);
    return {text, static_cast<std::size_t>(length)};
}

}  // namespace sslkeys
