// Serial numbers of certificates: drawing, printing, reading. RFC 5280 4.1.2.2.
#pragma once

#include "pki/der.h"
#include "pki/owned.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace sslkeys {

// The octets of a serial number as DER has them: big-endian, no sign.
using SerialOctets = std::array<unsigned char, 16>;

// Draw a fresh serial number for a certificate.
//   out     positive integer of 16 random octets, top bit clear, first octet not zero
//   errors  INTERNAL RANDOM when the generator fails; there is no fall-back
//   source  RFC 5280 4.1.2.2
SerialOctets drawSerial();

// Print a serial number: lower-case hex, two digits an octet, no colons.
std::string printSerial(const ASN1_INTEGER* serial);

// The same of what DER has of it: the content of an INTEGER.
std::string printSerial(der::View content);

// Read one as it is printed, in capitals as well.
//   out  the content of its INTEGER; none when the text is no such number
std::optional<der::Octets> readSerial(std::string_view hex);

// The content of a serial number's INTEGER.
der::Octets encodeSerial(const ASN1_INTEGER* serial);

}  // namespace sslkeys
