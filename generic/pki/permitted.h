// Whether the name constraints of a CA allow what it shall sign. A name that verifiers read in
// different ways has to be allowed in each of them. RFC 5280 4.2.1.10, 6.1.3 (b) and (c).
#pragma once

#include "pki/altname.h"
#include "pki/name.h"
#include "pki/owned.h"

#include <string>

namespace sslkeys {

// Refuse names that a CA's constraints do not allow for what it signs: those that OpenSSL refuses
// in a chain, and those that it overlooks and a strict reader does not. Nothing is asked about
// where the CA has no constraints.
//   in      subject, altNames  of the certificate that shall be signed;  isLeaf  whether its CN is
//           taken for a host name where it has no other
//   errors  CERTIFICATE CONSTRAINT
void requirePermitted(const X509* ca, const Name& subject, const AltNames& altNames, bool isLeaf);

// Tell whether a CA's constraints allow a host that a certificate below it is for, perhaps by a
// wildcard, of which OpenSSL asks nothing but whether that is allowed.
bool isHostPermitted(const X509* ca, const std::string& host);

}  // namespace sslkeys
