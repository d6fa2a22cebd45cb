// What is told of a certificate or a request, as dicts: one place for the names of their keys.
#pragma once

#include "pki/certificate.h"
#include "pki/request.h"
#include "tcl/shim.h"

#include <optional>
#include <vector>

namespace sslkeys {

// The names of what is told of a certificate, in their order.
const std::vector<const char*>& certificateFields();

// Tell all of them, or some. What was made here is not parsed for what its maker knows.
//   in      fields  indices into certificateFields()
//   errors  CERTIFICATE PEM when the public key is asked for and cannot be read
Dict describeCertificate(const Certificate& certificate,
                         const std::optional<std::vector<std::size_t>>& fields);

// The same of a request; of its challenge password only whether it has one.
Dict describeRequest(const Request& request);

// What a registry keeps of a certificate beside its text.
Dict describeRow(const Certificate& certificate);

}  // namespace sslkeys
