// Name constraints: the names that the certificates below a CA may have. RFC 5280 4.2.1.10.
#pragma once

#include "pki/altname.h"
#include "pki/owned.h"

#include <string>
#include <string_view>
#include <vector>

namespace sslkeys {

using OwnedNameConstraints = Owned<NAME_CONSTRAINTS, NAME_CONSTRAINTS_free>;

// What a CA's certificate says of names. The value of a constraint is, by its kind,
//   DNS    a domain: example.org with all below it; .example.org for those below it alone; empty:
//          every name
//   IP     a network: 10.0.0.0/8, 2001:db8::/32
//   EMAIL  a mailbox, a@example.org; those of one host, @example.org; of all below it, .example.org
//   URI    a host, web.example.org; or all below it, .example.org
struct NameConstraints {
    AltNames permitted, excluded;

    bool empty() const { return permitted.empty() && excluded.empty(); }
    friend bool operator==(const NameConstraints& a, const NameConstraints& b) {
        return a.permitted == b.permitted && a.excluded == b.excluded;
    }
};

// Read one, as -permitted and -excluded write it.
//   in      text  KIND:value
//   errors  NAME CONSTRAINT
AltName parseConstraint(std::string_view text);

// Append the extension, critical.
//   in  constraints  at least one, of parseConstraint()
void addConstraints(X509* certificate, const NameConstraints& constraints);

// Read them, also from a certificate that is still being made; foreign ones of other kinds are told
// as altNamesFrom() does.
NameConstraints readConstraints(const X509* certificate);

}  // namespace sslkeys
