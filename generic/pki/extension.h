// Extensions of certificates: those that a profile has, and reading one as the type that it has in
// RFC 5280 4.2.
#pragma once

#include "pki/altname.h"
#include "pki/error.h"
#include "pki/owned.h"
#include "pki/profile.h"

namespace sslkeys {

// Read an extension, also of a certificate that is still being made: OpenSSL's own accessors
// (X509_get_key_usage ...) keep what they find, which signing makes untrue.
//   out  an owning pointer, null when it is absent or damaged
template <class T> T readExtension(const X509* certificate, int nid) {
    T value(static_cast<typename T::pointer>(X509_get_ext_d2i(certificate, nid, nullptr, nullptr)));
    drainOpenSsl();
    return value;
}

// Append all extensions to a certificate whose public key is set.
//   in   keyUsages  of keyUsagesFor();  issuer  null for one that signs itself
void addExtensions(X509* certificate, const Profile& profile, unsigned keyUsages,
                   const AltNames& altNames, const X509* issuer);

}  // namespace sslkeys
