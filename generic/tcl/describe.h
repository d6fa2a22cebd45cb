// What is told of a certificate or a request, as dicts: one place for the names of their keys.
#pragma once

#include "pki/certificate.h"
#include "pki/request.h"
#include "tcl/shim.h"

namespace sslkeys {

// Everything that a program may want to know of a certificate.
//   errors  CERTIFICATE PEM when its public key cannot be read
Dict describeCertificate(const Certificate& certificate);

// The same of a request; of its challenge password only whether it has one.
Dict describeRequest(const Request& request);

// What a registry keeps of a certificate beside its text.
Dict describeRow(const Certificate& certificate);

}  // namespace sslkeys
