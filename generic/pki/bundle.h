// What travels in one piece: PKCS#12 (RFC 7292), certs-only PKCS#7 (RFC 5652 5), PEM and DER of
// anything. Writes the first two, opens all, and tells a wrong passphrase from an algorithm that is
// not known here and from damage.
#pragma once

#include "pki/certificate.h"
#include "pki/crl.h"
#include "pki/error.h"
#include "pki/key.h"
#include "pki/owned.h"
#include "pki/request.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sslkeys {

// What was found inside.
struct Bundle {
    // "pkcs12", "pkcs7", "certificate", "request", "crl", "key", "publickey"; "pem" for a mixture
    std::string kind;
    std::vector<Key> keys;
    std::vector<Error> unsupported;  // the refusals of keys that are there as well
    // The first key's certificate, then those that lead from it to its root, then the others in
    // their order.
    std::vector<Certificate> certificates;
    std::size_t octets = 0;            // of all but revocation lists
    bool hasCertificateOfKey = false;  // the first of the list
    std::vector<std::string> names;    // friendly names of a PKCS#12 in their order, each once
    std::vector<Request> requests;
    std::vector<Crl> crls;
    std::vector<std::string> publicKeys;  // PEM
};

// Open a text of PEM blocks, DER, base64 of DER, PKCS#7 or PKCS#12. PKCS#7 and PKCS#12 may be BER,
// as Windows, Java and NSS write them; what they carry is as strict as it is elsewhere.
//   in      password  none: the data is not sealed, or with nothing at all; an empty one and none
//           are two things in a PKCS#12, and both are tried for either
//   errors  BUNDLE UNKNOWN, LENGTH, ENCRYPTED, PASSWORD, ALGORITHM, EFFORT, DAMAGED; KEY PEM and
//           LENGTH, UNSUPPORTED where there is nothing but such keys; CERTIFICATE PEM; REQUEST PEM,
//           LENGTH, SIGNATURE, ATTRIBUTE
Bundle openBundle(const Secret& data, const std::optional<Secret>& password);

// Add a key to what was found, or that there is one that sslkeys does not use, which hides nothing
// else.
//   errors  those of the reading, but KEY UNSUPPORTED
void addKey(Bundle& bundle, const std::function<Key()>& read);

// Count what is read beside revocation lists, which costs more than they do.
//   errors  BUNDLE LENGTH when it is too much
void countOctets(Bundle& bundle, std::size_t octets);

// Add a certificate to what was found, and count it.
//   errors  BUNDLE LENGTH; CERTIFICATE PEM
void addCertificate(Bundle& bundle, der::View der);

// Add a revocation list to what was found.
//   errors  BUNDLE DAMAGED
void addCrl(Bundle& bundle, der::Octets der);

}  // namespace sslkeys
