// Reading an extension of a certificate as the type that it has in RFC 5280.
#pragma once

#include "pki/error.h"
#include "pki/owned.h"

namespace sslkeys {

// Read an extension, also of a certificate that is still being made: OpenSSL's own accessors
// (X509_get_key_usage ...) keep what they find, which signing makes untrue.
//   out  an owning pointer, null when it is absent or damaged
template <class T> T readExtension(const X509* certificate, int nid) {
    T value(static_cast<typename T::pointer>(X509_get_ext_d2i(certificate, nid, nullptr, nullptr)));
    drainOpenSsl();
    return value;
}

}  // namespace sslkeys
