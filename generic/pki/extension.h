// Extensions of certificates: writing and checking those that we sign, and reading one as the type
// that it has in RFC 5280 4.2.
#pragma once

#include "pki/altname.h"
#include "pki/constraints.h"
#include "pki/error.h"
#include "pki/owned.h"
#include "pki/pointers.h"
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

// Tell whether the octets of an extension are one value of the type that OpenSSL has for it, and
// nothing more.
bool isReadable(X509_EXTENSION* extension);

// What the extensions of a certificate shall say.
struct Statements {
    const Profile& profile;
    unsigned keyUsages;  // of keyUsagesFor()
    long pathLength;     // -1: no bound
    AltNames altNames;
    const Pointers& pointers;
    const NameConstraints& constraints;
};

// Append one extension.
//   in  value  of the type that OpenSSL has for this one
void addExtension(X509* certificate, int nid, void* value, bool critical);

// Append all extensions to a certificate whose public key is set.
//   in   issuer  null for one that signs itself
void addExtensions(X509* certificate, const Statements& statements, const X509* issuer);

// Read the extensions back and tell whether they say this, and nothing else.
bool states(const X509* certificate, const Statements& statements, const X509* issuer);

}  // namespace sslkeys
