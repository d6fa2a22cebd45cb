// See altname.h.
#include "pki/altname.h"

#include "pki/digest.h"
#include "pki/error.h"
#include "pki/name.h"
#include "pki/oid.h"
#include "pki/pem.h"
#include "pki/text.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cctype>

namespace sslkeys {
namespace {

struct KindRow {
    AltName::Kind kind;
    std::string_view prefix;
    int generalName;
};

constexpr std::array kKinds{
    KindRow{AltName::kDns, "DNS:", GEN_DNS},
    KindRow{AltName::kIp, "IP:", GEN_IPADD},
    KindRow{AltName::kEmail, "EMAIL:", GEN_EMAIL},
    KindRow{AltName::kUri, "URI:", GEN_URI},
    KindRow{AltName::kDirName, "DIRNAME:", GEN_DIRNAME},
    KindRow{AltName::kRid, "RID:", GEN_RID},
    KindRow{AltName::kOther, "OTHER:", GEN_OTHERNAME},
    KindRow{AltName::kX400, "X400:", GEN_X400},
    KindRow{AltName::kEdi, "EDI:", GEN_EDIPARTY},
};

constexpr unsigned kWritten = AltName::kDns | AltName::kIp | AltName::kEmail | AltName::kUri;

const KindRow& rowOf(AltName::Kind kind) {
    return *std::find_if(kKinds.begin(), kKinds.end(),
                         [&](const KindRow& row) { return row.kind == kind; });
}

OwnedOctets packAddress(const std::string& address) {
    return OwnedOctets(a2i_IPADDRESS(address.c_str()));
}

std::string printAddress(const ASN1_OCTET_STRING* octets) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    const int length = ASN1_STRING_length(octets);
    const int family = length == 4 ? AF_INET : AF_INET6;
    if (length != 4 && length != 16) {
        return "#" + printHex(ASN1_STRING_get0_data(octets), static_cast<std::size_t>(length));
    }
    inet_ntop(family, ASN1_STRING_get0_data(octets), text.data(), text.size());
    return text.data();
}

// Tell what an otherName holds: its text where that is one, else its DER.
std::string printOther(const OTHERNAME* other) {
    const ASN1_TYPE* value = other->value;
    const bool isText =
        value != nullptr && (value->type == V_ASN1_UTF8STRING || value->type == V_ASN1_IA5STRING ||
                             value->type == V_ASN1_PRINTABLESTRING);
    const std::string text = isText ? octetsOf(value->value.asn1_string) : "#";
    if (text.substr(0, 1) != "#" && countPlainCharacters(text) >= 0) {
        return printOid(other->type_id) + ":" + text;
    }
    const std::vector<unsigned char> der = encodeDer(i2d_ASN1_TYPE, value);
    return printOid(other->type_id) + ":#" + printHex(der.data(), der.size());
}

bool isWellFormed(AltName::Kind kind, const std::string& value) {
    switch (kind) {
    case AltName::kDns: return isHostName(value, true);
    case AltName::kIp: return isAddress(value);
    case AltName::kEmail: return isMailbox(value);
    case AltName::kUri: return isUri(value);
    default: return false;
    }
}

// Why a name is not well-formed.
const char* whyNot(const AltName& name) {
    const bool isAscii = std::all_of(name.value.begin(), name.value.end(),
                                     [](unsigned char octet) { return octet < 0x80; });
    return name.kind != AltName::kDns ? "is malformed"
           : isAddress(name.value)    ? "is an address: write IP:"
           : !isAscii                 ? "is not in ASCII: write its labels as xn--..."
                                      : "is malformed";
}

[[noreturn]] void refuse(std::string_view text, const char* hint) {
    throw Error(Code::NameAltName, "alternative name " + quote(text) + " " + hint,
                {{"san", std::string(text)}});
}

}  // namespace

bool isUri(std::string_view text) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size() ||
        text.size() > 2048 || std::isalpha(static_cast<unsigned char>(text.front())) == 0) {
        return false;
    }
    return std::all_of(text.begin(), text.end(), [](unsigned char octet) {
        return octet > 0x20 && octet < 0x7F && octet != '"' && octet != '<' && octet != '>' &&
               octet != '\\';
    });
}

int generalNameOf(AltName::Kind kind) { return rowOf(kind).generalName; }

AltName AltName::parse(std::string_view text) {
    for (const KindRow& row : kKinds) {
        if ((kWritten & row.kind) == 0 || text.substr(0, row.prefix.size()) != row.prefix) {
            continue;
        }
        AltName name{row.kind, std::string(text.substr(row.prefix.size()))};
        if (!isWellFormed(name.kind, name.value)) {
            refuse(text, whyNot(name));
        }
        if (name.kind == kIp) {
            name.value = printAddress(packAddress(name.value).get());
        }
        return name;
    }
    refuse(text, "has no kind: write DNS:, IP:, EMAIL: or URI: before it");
}

AltName AltName::fromHost(std::string_view host) {
    return parse((isAddress(host) ? "IP:" : "DNS:") + std::string(host));
}

std::string AltName::print() const { return std::string(rowOf(kind).prefix) + value; }

void addOnce(AltNames& names, AltName name) {
    if (std::find(names.begin(), names.end(), name) == names.end()) {
        names.push_back(std::move(name));
    }
}

OwnedGeneralNames toX509(const AltNames& names) {
    OwnedGeneralNames list(require(GENERAL_NAMES_new(), "could not make alternative names"));
    for (const AltName& name : names) {
        OwnedGeneralName general(require(GENERAL_NAME_new(), "could not make an alternative name"));
        if (name.kind == AltName::kIp) {
            OwnedOctets octets = packAddress(name.value);
            require(octets.get(), "could not write an address");
            GENERAL_NAME_set0_value(general.get(), GEN_IPADD, octets.release());
        } else {
            Owned<ASN1_IA5STRING, ASN1_IA5STRING_free> text(
                require(ASN1_IA5STRING_new(), "could not make an alternative name"));
            require(
                ASN1_STRING_set(text.get(), name.value.data(), static_cast<int>(name.value.size())),
                "could not write an alternative name");
            GENERAL_NAME_set0_value(general.get(), rowOf(name.kind).generalName, text.release());
        }
        require(sk_GENERAL_NAME_push(list.get(), general.get()),
                "could not keep an alternative name");
        static_cast<void>(general.release());
    }
    return list;
}

std::string octetsOf(const ASN1_STRING* text) {
    return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
            static_cast<std::size_t>(ASN1_STRING_length(text))};
}

AltName altNameFrom(const GENERAL_NAME* name) {
    int type = 0;
    const void* value = GENERAL_NAME_get0_value(name, &type);
    const auto* row = std::find_if(kKinds.begin(), kKinds.end(),
                                   [&](const KindRow& each) { return each.generalName == type; });
    switch (type) {
    case GEN_IPADD: return {row->kind, printAddress(static_cast<const ASN1_STRING*>(value))};
    case GEN_DIRNAME: return {row->kind, printName(static_cast<const X509_NAME*>(value))};
    case GEN_RID: return {row->kind, printOid(static_cast<const ASN1_OBJECT*>(value))};
    case GEN_OTHERNAME: return {row->kind, printOther(static_cast<const OTHERNAME*>(value))};
    case GEN_DNS:
    case GEN_EMAIL:
    case GEN_URI: return {row->kind, octetsOf(static_cast<const ASN1_STRING*>(value))};
    default: {
        const std::vector<unsigned char> der = encodeDer(i2d_GENERAL_NAME, name);
        return {type == GEN_X400 ? AltName::kX400 : AltName::kEdi,
                "#" + printHex(der.data(), der.size())};
    }
    }
}

AltNames altNamesFrom(const GENERAL_NAMES* names) {
    AltNames result;
    result.reserve(static_cast<std::size_t>(std::max(sk_GENERAL_NAME_num(names), 0)));
    for (int index = 0; index < sk_GENERAL_NAME_num(names); ++index) {
        result.push_back(altNameFrom(sk_GENERAL_NAME_value(names, index)));
    }
    return result;
}

}  // namespace sslkeys
