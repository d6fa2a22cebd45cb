// Keys, requests, certificates and revocation lists as plain Tcl values: the string is the PEM, the
// parsed form is kept beside it. What was made writes its PEM only when someone reads the string.
#pragma once

#include "pki/certificate.h"
#include "pki/chain.h"
#include "pki/crl.h"
#include "pki/key.h"
#include "pki/name.h"
#include "pki/request.h"
#include "tcl/option.h"
#include "tcl/shim.h"

#include <vector>

namespace sslkeys {

// Make a value of a Key, Request, Certificate or Crl.
template <class T> Tcl_Obj* newValue(T content);

// Make a value of several certificates, in their order; an empty one of none.
Tcl_Obj* newCertificates(std::vector<Certificate> certificates);

// Read one, and keep the parsed form with the value. A refusal names the option that the word is
// of.
//   errors  those of T::fromPem
template <class T> T valueOf(Tcl_Obj* object);
template <class T> T valueOf(const Word& word);

// Read certificates or revocation lists: PEM of one or several, a list of such texts, or nothing at
// all. What was parsed is kept with the text, in a list with each element.
//   errors  those of T::listFromPem
template <class T> std::vector<T> valuesOf(const Word& word);

// The same of certificates, at least one.
//   errors  CERTIFICATE PEM, LENGTH
std::vector<Certificate> certificatesOf(const Word& word);

// Read the first certificate of a value, which may be followed by its chain, as a pair's may.
//   errors  CERTIFICATE PEM, LENGTH
Certificate leafOf(const Word& word);

// Read the CAs that are trusted; of several in one text what was found out of them is kept, too.
//   errors  CERTIFICATE PEM, LENGTH
Trust trustOf(const Word& word);

// Make a list of a name's attributes: CN alice O Example ...
Tcl_Obj* newSubject(const Name& name);

}  // namespace sslkeys
