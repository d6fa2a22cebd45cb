// Usages of keys: their names as RFC 5280 spells them, 4.2.1.3 and 4.2.1.12, to OpenSSL's numbers
// and back.
#pragma once

#include "pki/owned.h"

#include <string>
#include <string_view>
#include <vector>

namespace sslkeys {

// List the names of key usages.
//   in  keyUsages  bits of OpenSSL's KU_*
std::vector<std::string> printKeyUsages(unsigned keyUsages);

// Read the names of key usages.
//   out     bits of OpenSSL's KU_*
//   errors  REQUEST USAGE for an unknown name
unsigned parseKeyUsages(const std::vector<std::string>& names);

// Read a KeyUsage, none for a null; write one.
unsigned keyUsagesFrom(const ASN1_BIT_STRING* bits);
OwnedBitString makeKeyUsage(unsigned keyUsages);

// Name an extended usage; one that RFC 5280 does not name is told by its OID or OpenSSL's word.
std::string printExtendedUsage(const ASN1_OBJECT* usage);

// List the names of all; none for a null.
std::vector<std::string> extendedUsagesFrom(const EXTENDED_KEY_USAGE* usages);

// Read names or OIDs of extended usages, each once.
//   errors  REQUEST USAGE
OwnedExtendedUsages parseExtendedUsages(const std::vector<std::string>& names);

}  // namespace sslkeys
