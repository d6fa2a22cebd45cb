// Revoked certificates as Tcl has them everywhere: a dict of serial numbers, each with a dict of
// time, reason and invaliditydate, of which the last two may be absent.
#pragma once

#include "pki/crl_issuance.h"
#include "tcl/option.h"

namespace sslkeys {

// Read a dict of revoked certificates. Ten of a hundred thousand entries may look like one, so it
// takes no copy of anything.
//   errors  TCL VALUE DICTIONARY, TCL VALUE NUMBER; CRL ENTRY
RevokedList revokedListOf(const Word& word);

// Put the fields of one into a dict.
void putRevocation(Dict& dict, const Revocation& revocation);

// Make the dict of one.
Dict describeRevocation(const Revocation& revocation);

// Make the dict of all that a list names.
Dict describeRevoked(const Crl& crl);

}  // namespace sslkeys
