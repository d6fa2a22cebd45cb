// What a refusal of OpenSSL's is called here: the error that names the certificate and the check.
#pragma once

#include "pki/chain.h"

namespace sslkeys {

// Refuse a certificate for what OpenSSL found while it judged it.
//   in      context  after X509_verify_cert()
//   errors  CHAIN *
[[noreturn]] void refuseAsFound(const X509_STORE_CTX* context, const Certificate& leaf,
                                const Question& question);

}  // namespace sslkeys
