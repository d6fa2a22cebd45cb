// Certificates, revocation lists and keys read from files, kept while the file is unchanged: what a
// server asks for at every connection and every certificate it issues. The same from every thread.
#pragma once

#include "pki/certificate.h"
#include "pki/chain.h"
#include "pki/crl.h"
#include "pki/key.h"

#include <string>
#include <vector>

namespace sslkeys {

// Read all certificates of a file.
//   errors  POSIX, CERTIFICATE PEM
std::vector<Certificate> certificatesOfFile(const std::string& path);

// Read all certificates of a file as those that are trusted.
//   errors  POSIX, CERTIFICATE PEM
Trust trustOfFile(const std::string& path);

// Read all revocation lists of a file.
//   errors  POSIX, CRL PEM
std::vector<Crl> crlsOfFile(const std::string& path);

// Read the private key of a file. One that is encrypted stays open in memory as well, for whoever
// gives the passphrase that opened it: deriving the key from that takes some 50 ms.
//   in      password  null when none is known
//   errors  POSIX, KEY *
Key keyOfFile(const std::string& path, const Secret* password);

}  // namespace sslkeys
