// Entries of revocation lists: reading and writing one. RFC 5280 5.1.2.6 and 5.3.
#pragma once

#include "pki/der.h"
#include "pki/revocation.h"

namespace sslkeys {

// One entry, borrowed from its list.
struct CrlEntry {
    der::View whole;
    der::View serial;  // the content of its INTEGER
    Revocation revocation;
    der::View obstacle;  // OID of an extension that forbids to use the list; empty: there is none
};

// Read the extensions of a list or an entry, one after the other, from within their SEQUENCE.
//   in  take  called with OID, criticality and value of each
template <class Take> void readExtensions(der::View list, der::Reader& parent, Take take) {
    der::Reader extensions(list);
    while (!extensions.atEnd() && parent.isGood()) {
        der::Reader extension(extensions.take(der::kSequence));
        const der::View oid = extension.takeOid();
        const bool isCritical = extension.sees(der::kBoolean);
        if (isCritical && !(extension.take(der::kBoolean).text() == "\xFF")) {
            parent.fail();  // FALSE is the default, which DER does not write
        }
        const der::View value = extension.take(der::kOctetString);
        if (!extension.isDone() || !extensions.isGood()) {
            parent.fail();
        }
        take(oid, isCritical, value);
    }
    if (list.empty() || !extensions.isGood()) {
        parent.fail();
    }
}

// Read the next entry; one that is damaged ends the reader. A reason without a name is unspecified.
CrlEntry readEntry(der::Reader& entries);

// Append an entry. A reason that is unspecified is left out, as RFC 5280 5.3.1 wants it.
void appendEntry(der::Octets& out, der::View serial, const Revocation& revocation);

}  // namespace sslkeys
