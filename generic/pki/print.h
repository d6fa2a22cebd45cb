// A certificate for people to read: fixed labels in one column, a line for each thing, UTC. What
// comes from the certificate is escaped, so that no name can add a line or turn one around.
#pragma once

#include "pki/certificate.h"

#include <cstdint>
#include <string>

namespace sslkeys {

// Print a certificate, whole but for long lists, of which the rest is counted.
std::string printForPeople(const Certificate& certificate);

// Print a time: 2027-01-15 08:00:00 UTC.
std::string printTime(std::int64_t seconds);

}  // namespace sslkeys
