// Mutating PEM where it matters: in the ASN.1 behind the base64, with lengths and, where a parser
// looks behind a signature, the signature made right again. Used by LLVMFuzzerCustomMutator.
#pragma once

#include "der.h"

#include <cstddef>
#include <cstdint>
#include <random>

// libFuzzer's own mutations.
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t room);

namespace sslkeys::fuzz {

using Random = std::minstd_rand;

// Puts right what a change of the tree broke.
using Mend = void (*)(Der& root, Random& random);

// Change a text of PEM blocks, in place.
//   out  its new size, at most room
std::size_t mutatePem(std::uint8_t* data, std::size_t size, std::size_t room, unsigned seed,
                      Mend mend = nullptr);

// Change one element of DER, in place, in the same way.
std::size_t mutateElement(std::uint8_t* data, std::size_t size, std::size_t room, unsigned seed,
                          Mend mend = nullptr);

// Change a tree of DER in one place.
void mutateDer(Der& root, Random& random);

// Sign a certificate, a revocation list or an OCSP response with the fuzzers' CA, and a request
// with its own key.
void signCertificate(Der& root, Random& random);
void signCrl(Der& root, Random& random);
void signRequest(Der& root, Random& random);
void signResponse(Der& root, Random& random);

}  // namespace sslkeys::fuzz
