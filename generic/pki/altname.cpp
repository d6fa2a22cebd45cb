// See altname.h.
#include "pki/altname.h"

#include "pki/error.h"
#include "pki/name.h"
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
};

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
        return {};
    }
    inet_ntop(family, ASN1_STRING_get0_data(octets), text.data(), text.size());
    return text.data();
}

// A scheme, a colon and printable ASCII: RFC 3986 3.1; the rest is for who reads it to judge.
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

bool isWellFormed(AltName::Kind kind, const std::string& value) {
    switch (kind) {
    case AltName::kDns: return isHostName(value, true);
    case AltName::kIp: return isAddress(value);
    case AltName::kEmail: return isMailbox(value);
    case AltName::kUri: return isUri(value);
    }
    return false;
}

[[noreturn]] void refuse(std::string_view text, const char* hint) {
    throw Error(Code::NameAltName, "alternative name " + quote(text) + " " + hint,
                {{"san", std::string(text)}});
}

}  // namespace

AltName AltName::parse(std::string_view text) {
    for (const KindRow& row : kKinds) {
        if (text.substr(0, row.prefix.size()) != row.prefix) {
            continue;
        }
        AltName name{row.kind, std::string(text.substr(row.prefix.size()))};
        if (!isWellFormed(name.kind, name.value)) {
            refuse(text, name.kind == kDns && isAddress(name.value) ? "is an address: write IP:"
                                                                    : "is malformed");
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

AltNames altNamesFrom(const GENERAL_NAMES* names) {
    AltNames result;
    for (int index = 0; index < sk_GENERAL_NAME_num(names); ++index) {
        int type = 0;
        const auto* string = static_cast<const ASN1_STRING*>(
            GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names, index), &type));
        for (const KindRow& row : kKinds) {
            if (row.generalName != type) {
                continue;
            }
            const auto* text = reinterpret_cast<const char*>(ASN1_STRING_get0_data(string));
            result.push_back({row.kind, type == GEN_IPADD
                                            ? printAddress(string)
                                            : std::string(text, static_cast<std::size_t>(
                                                                    ASN1_STRING_length(string)))});
        }
    }
    return result;
}

}  // namespace sslkeys
