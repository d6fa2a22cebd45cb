// What else stands in a certificate: the extensions that nothing else here reads, and the faults of
// those that are read. For whoever wants to see all of a foreign certificate. RFC 5280 4.2.
#pragma once

#include "pki/owned.h"

#include <string>
#include <vector>

namespace sslkeys {

// An extension as it stands there.
struct RawExtension {
    enum Fault : unsigned {
        kNone,       // nothing here reads it
        kDamaged,    // it cannot be read as its type, or octets follow what can
        kDuplicate,  // it is given twice, and then none of them counts
    };

    std::string oid;
    Fault fault;
    bool critical;                   // where it is given twice, whether one of them is
    std::vector<std::string> value;  // lower-case hex; more than one where it is given twice
};

// List the extensions that Certificate and its kin do not read, or cannot; each OID once, in the
// order of the certificate.
std::vector<RawExtension> rawExtensions(const X509* certificate);

// The word for a fault: "DAMAGED", "DUPLICATE"; "" for none.
const char* printFault(RawExtension::Fault fault);

}  // namespace sslkeys
