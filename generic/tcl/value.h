// Keys, requests, certificates and revocation lists as plain Tcl values: the string is the PEM, the
// parsed form is kept beside it. What was made writes its PEM only when someone reads the string.
#pragma once

#include "pki/certificate.h"
#include "pki/crl.h"
#include "pki/key.h"
#include "pki/name.h"
#include "pki/request.h"
#include "tcl/shim.h"

#include <vector>

namespace sslkeys {

// Make a value of a Key, Request, Certificate or Crl.
template <class T> Tcl_Obj* newValue(T content);

// Read one, and keep the parsed form with the value.
//   errors  those of T::fromPem
template <class T> T valueOf(Tcl_Obj* object);

// Read all certificates of a value; a single one is kept with it.
//   errors  CERTIFICATE PEM
std::vector<Certificate> certificatesOf(Tcl_Obj* object);

// Read the first certificate of a value, which may be followed by its chain, as a pair's may.
//   errors  CERTIFICATE PEM
Certificate leafOf(Tcl_Obj* object);

// Read a list of values, each kept with its element; or all of the PEM that the value is.
//   in   Certificate or Crl
//   errors  those of T::fromPem
template <class T> std::vector<T> valuesOf(Tcl_Obj* object);

// Make a list of a name's attributes: CN alice O Example ...
Tcl_Obj* newSubject(const Name& name);

}  // namespace sslkeys
