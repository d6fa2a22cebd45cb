// What a key signs, as octets: the outer form that certificates, revocation lists and OCSP answers
// share. RFC 5280 4.1.1 and 5.1.1, RFC 6960 4.2.1.
#pragma once

#include "pki/der.h"
#include "pki/key.h"

namespace sslkeys {

// Tell how a key signs, as the DER of an AlgorithmIdentifier.
//   source  RFC 5758 3.2 (EC), RFC 4055 5 (RSA), RFC 8410 3 (Ed25519)
der::View signatureAlgorithm(const Key& key);

// Sign octets that are themselves DER.
//   in   tbs  where it names an algorithm, it is signatureAlgorithm()
//   out  SEQUENCE { tbs, the algorithm, BIT STRING of the signature }
der::Octets signTbs(const Key& key, der::View tbs);

}  // namespace sslkeys
