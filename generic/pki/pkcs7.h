// Certs-only PKCS#7: a SignedData that signs nothing and carries certificates and CRLs. RFC 5652 5,
// as EST sends it (RFC 7030 4.1.3).
#pragma once

#include "pki/bundle.h"

namespace sslkeys {

// Write one, all in the order given.
//   out     its DER
der::Octets writePkcs7(const std::vector<Certificate>& certificates, const std::vector<Crl>& crls);

// Tell whether octets are a PKCS#7 or CMS of some kind.
bool isPkcs7(const Secret& der);

// Add the certificates and CRLs of a SignedData to a bundle. What it signs is not looked at.
//   errors  BUNDLE DAMAGED, UNKNOWN for another kind of PKCS#7; CERTIFICATE PEM
void readPkcs7(const Secret& der, Bundle& bundle);

}  // namespace sslkeys
