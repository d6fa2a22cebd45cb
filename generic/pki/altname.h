// Subject alternative names: DNS:host, IP:address, EMAIL:mailbox, URI:uri. RFC 5280 4.2.1.6.
#pragma once

#include "pki/owned.h"

#include <string>
#include <string_view>
#include <vector>

namespace sslkeys {

struct AltName {
    enum Kind : unsigned { kDns = 1, kIp = 2, kEmail = 4, kUri = 8 };

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

// Read those of the four kinds; others (otherName, directoryName ...) are passed over.
AltNames altNamesFrom(const GENERAL_NAMES* names);

}  // namespace sslkeys
