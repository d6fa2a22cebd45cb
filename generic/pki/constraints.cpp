// See constraints.h.
#include "pki/constraints.h"

#include "pki/digest.h"
#include "pki/error.h"
#include "pki/extension.h"
#include "pki/text.h"

#include <openssl/objects.h>

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <optional>

namespace sslkeys {
namespace {

using OwnedSubtree = Owned<GENERAL_SUBTREE, GENERAL_SUBTREE_free>;
constexpr const char* kFailure = "could not write name constraints";

// ---- networks -------------------------------------------------------------------------------

// An address and its mask, as iPAddress has them in a constraint: 8 or 32 octets.
using Network = std::vector<unsigned char>;

// Read ADDRESS/BITS; empty when it is none, or has bits of a host.
Network parseNetwork(const std::string& text) {
    const std::size_t slash = std::min(text.find('/'), text.size());
    const std::string bits = text.substr(std::min(slash + 1, text.size()));
    const bool isNumber = !bits.empty() && bits.size() <= 3 &&
                          bits.find_first_not_of("0123456789") == std::string::npos &&
                          (bits.size() == 1 || bits[0] != '0');
    const std::string address = text.substr(0, slash);
    std::array<unsigned char, 16> octets{};
    if (!isNumber || !isAddress(address)) {
        return {};
    }
    const bool isV6 = address.find(':') != std::string::npos;
    const std::size_t length = isV6 ? 16 : 4;
    const std::size_t count = std::stoul(bits);
    inet_pton(isV6 ? AF_INET6 : AF_INET, address.c_str(), octets.data());
    Network network(octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(length));
    network.resize(2 * length);
    for (std::size_t bit = 0; bit < 8 * length; ++bit) {
        const auto mask = static_cast<unsigned char>(0x80U >> bit % 8);
        const bool isOfHost = (network[bit / 8] & mask) != 0;
        if (count > 8 * length || (bit >= count && isOfHost)) {
            return {};
        }
        network[length + bit / 8] |= bit < count ? mask : 0;
    }
    return network;
}

std::string printAddress(const unsigned char* octets, std::size_t length) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    inet_ntop(length == 4 ? AF_INET : AF_INET6, octets, text.data(), text.size());
    return text.data();
}

// Write ADDRESS/BITS, ADDRESS/MASK where the mask has holes, or # and hex.
std::string printNetwork(const std::string& octets) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(octets.data());
    const std::size_t length = octets.size() / 2;
    if (octets.size() != 8 && octets.size() != 32) {
        return "#" + printHex(bytes, octets.size());
    }
    const std::string address = printAddress(bytes, length);
    std::size_t count = 0;
    bool hasHole = false;
    bool ended = false;
    for (std::size_t bit = 0; bit < 8 * length; ++bit) {
        const bool isSet = (bytes[length + bit / 8] & (0x80U >> bit % 8)) != 0;
        hasHole = hasHole || (ended && isSet);
        ended = ended || !isSet;
        count += isSet ? 1 : 0;
    }
    return address + "/" + (hasHole ? printAddress(bytes + length, length) : std::to_string(count));
}

// ---- one constraint -------------------------------------------------------------------------

bool isDomain(std::string_view text) {
    return isHostName(text.substr(text.substr(0, 1) == "." ? 1 : 0), false);
}

// What the DER of a constraint holds; none when the value is malformed.
std::optional<std::string> encodeValue(AltName::Kind kind, const std::string& value) {
    const bool isOfHost = value.substr(0, 1) == "@";
    bool isSound = false;
    switch (kind) {
    case AltName::kDns: isSound = value.empty() || isDomain(value); break;
    case AltName::kUri: isSound = isDomain(value); break;
    case AltName::kEmail:
        isSound =
            isOfHost ? isHostName(value.substr(1), false) : isMailbox(value) || isDomain(value);
        break;
    case AltName::kIp: {
        const Network network = parseNetwork(value);
        return network.empty() ? std::nullopt
                               : std::optional<std::string>({network.begin(), network.end()});
    }
    default: break;
    }
    // RFC 5280 knows no "@" before a host.
    return isSound ? std::optional(isOfHost ? value.substr(1) : value) : std::nullopt;
}

// A constraint as it is told, from what its DER holds.
AltName tell(AltName::Kind kind, const std::string& octets) {
    return {kind, kind == AltName::kIp                                   ? printNetwork(octets)
                  : kind == AltName::kEmail && isHostName(octets, false) ? "@" + octets
                                                                         : octets};
}

OwnedSubtree makeSubtree(const AltName& constraint) {
    const std::optional<std::string> octets = encodeValue(constraint.kind, constraint.value);
    if (!octets) {
        throwOpenSsl(kFailure);
    }
    const bool isIp = constraint.kind == AltName::kIp;
    OwnedSubtree subtree(require(GENERAL_SUBTREE_new(), kFailure));
    Owned<ASN1_STRING, ASN1_STRING_free> text(
        require(ASN1_STRING_type_new(isIp ? V_ASN1_OCTET_STRING : V_ASN1_IA5STRING), kFailure));
    require(ASN1_STRING_set(text.get(), octets->data(), static_cast<int>(octets->size())),
            kFailure);
    GENERAL_NAME_set0_value(subtree->base, generalNameOf(constraint.kind), text.release());
    return subtree;
}

void fill(STACK_OF(GENERAL_SUBTREE) * &list, const AltNames& constraints) {
    list = constraints.empty() ? nullptr : require(sk_GENERAL_SUBTREE_new_null(), kFailure);
    for (const AltName& constraint : constraints) {
        OwnedSubtree subtree = makeSubtree(constraint);
        require(sk_GENERAL_SUBTREE_push(list, subtree.get()), kFailure);
        static_cast<void>(subtree.release());
    }
}

AltNames readSubtrees(const STACK_OF(GENERAL_SUBTREE) * list) {
    AltNames names;
    for (int index = 0; index < sk_GENERAL_SUBTREE_num(list); ++index) {
        const GENERAL_NAME* base = sk_GENERAL_SUBTREE_value(list, index)->base;
        const bool isIp = base->type == GEN_IPADD;
        const AltName name = altNameFrom(base);
        names.push_back(tell(name.kind, isIp ? octetsOf(base->d.iPAddress) : name.value));
    }
    return names;
}

}  // namespace

AltName parseConstraint(std::string_view text) {
    const std::size_t colon = std::min(text.find(':'), text.size());
    AltName constraint{AltName::kX400, std::string(text.substr(std::min(colon + 1, text.size())))};
    for (const AltName::Kind kind : {AltName::kDns, AltName::kIp, AltName::kEmail, AltName::kUri}) {
        if (AltName{kind, ""}.print() == text.substr(0, std::min(colon + 1, text.size()))) {
            constraint.kind = kind;
        }
    }
    const std::optional<std::string> octets = encodeValue(constraint.kind, constraint.value);
    if (!octets) {
        throw Error(Code::NameConstraint,
                    "name constraint " + quote(text) +
                        " is none: write DNS:example.org, IP:10.0.0.0/8, EMAIL:@example.org or "
                        "URI:.example.org",
                    {{"constraint", redact(text)}});
    }
    return tell(constraint.kind, *octets);
}

void addConstraints(X509* certificate, const NameConstraints& constraints) {
    const OwnedNameConstraints list(require(NAME_CONSTRAINTS_new(), kFailure));
    fill(list->permittedSubtrees, constraints.permitted);
    fill(list->excludedSubtrees, constraints.excluded);
    addExtension(certificate, NID_name_constraints, list.get(), true);
}

NameConstraints readConstraints(const X509* certificate) {
    const auto list = readExtension<OwnedNameConstraints>(certificate, NID_name_constraints);
    return list == nullptr ? NameConstraints()
                           : NameConstraints{readSubtrees(list->permittedSubtrees),
                                             readSubtrees(list->excludedSubtrees)};
}

}  // namespace sslkeys
