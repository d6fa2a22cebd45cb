// Subject alternative names: DNS:host, IP:address, EMAIL:mailbox, URI:uri. RFC 5280 4.2.1.6. The
// other kinds of GeneralName are read and told, and never written.
#pragma once

#include "pki/owned.h"

#include <string>
#include <string_view>
#include <vector>

namespace sslkeys {

struct AltName {
    enum Kind : unsigned {
        kDns = 1,
        kIp = 2,
        kEmail = 4,
        kUri = 8,
        // Those that are only read:
        kDirName = 16,  // DIRNAME:CN=alice,O=Example, RFC 4514
        kRid = 32,      // RID:1.2.3
        kOther = 64,    // OTHER:1.2.3:text, or OTHER:1.2.3:#HEX of what is no text
        kX400 = 128,    // X400:#HEX
        kEdi = 256,     // EDI:#HEX
    };

    Kind kind;
    std::string value;

    // Read one, as the option -san writes it.
    //   in      text  KIND:value, the kind in capitals
    //   errors  NAME ALTNAME
    static AltName parse(std::string_view text);

    // Make one from a bare host name or address; neither gives NAME ALTNAME.
    static AltName fromHost(std::string_view host);

    // Write it as parse() reads it.
    std::string print() const;

    friend bool operator==(const AltName& a, const AltName& b) {
        return a.kind == b.kind && a.value == b.value;
    }
};

using AltNames = std::vector<AltName>;

// Append a name unless it is there.
void addOnce(AltNames& names, AltName name);

OwnedGeneralNames toX509(const AltNames& names);

// Read names, whatever their kind; what cannot be told as text is told as # and hex, as RFC 4514
// 2.4 does it. None for a null.
AltNames altNamesFrom(const GENERAL_NAMES* names);
AltName altNameFrom(const GENERAL_NAME* name);

// The tag of a kind in a GeneralName: GEN_DNS ...
int generalNameOf(AltName::Kind kind);

// Tell whether text is a URI: a scheme, a colon and printable ASCII, at most 2,048 octets.
//   source  RFC 3986 3.1; the rest is for who reads it to judge
bool isUri(std::string_view text);

// Read the octets of a text; those of other software may be anything.
std::string octetsOf(const ASN1_STRING* text);

}  // namespace sslkeys
