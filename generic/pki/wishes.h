// The attributes of a certification request: the extensions that are wished for, RFC 2985 5.4.2,
// and the challenge password, 5.4.1. Writing, checking and reading them; request.h is the whole.
#pragma once

#include "pki/error.h"
#include "pki/owned.h"
#include "pki/request.h"

namespace sslkeys {

// Append the attributes of those wishes that are there.
//   errors  REQUEST USAGE, REQUEST CHALLENGE
void addWishes(X509_REQ* request, const Wishes& wishes);

// Refuse attributes that could be read in two ways or not at all: one that is given twice, several
// values of what has one, an extension that is given twice, wished names or usages that are
// damaged.
//   errors  REQUEST ATTRIBUTE
void requireUnambiguous(const X509_REQ* request);

// The extensions that are wished for, null when there are none.
OwnedExtensions wishedExtensions(const X509_REQ* request);

// Read one of them as the type that OpenSSL has for it; null when it is absent.
template <class T> T readWish(const X509_REQ* request, int nid) {
    const OwnedExtensions extensions = wishedExtensions(request);
    T value(
        static_cast<typename T::pointer>(X509V3_get_d2i(extensions.get(), nid, nullptr, nullptr)));
    drainOpenSsl();
    return value;
}

// Borrow the challenge password; null when there is none.
const ASN1_STRING* findChallenge(const X509_REQ* request);

// Write a string of any type as UTF-8 into memory that is wiped.
//   out  false when it is no text
bool readUtf8(const ASN1_STRING* text, Secret& utf8);

}  // namespace sslkeys
