// PEM: base64 between a pair of lines. RFC 7468. Everything that comes in is checked here for its
// size and for what it says it is, before any ASN.1 is read.
#pragma once

#include "pki/error.h"
#include "pki/owned.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace sslkeys {

// No list of certificates that sslkeys reads is longer, nor anything else but revocation lists
// (crl.h): the public CAs of a whole system have 220 KiB.
constexpr std::size_t kLongestPem = std::size_t{4} * 1024 * 1024;

// A key or a request alone: an RSA-8192 key with a long certificate has 20 KiB.
constexpr std::size_t kLongestOne = std::size_t{256} * 1024;

struct PemBlock {
    std::string label;  // "CERTIFICATE"
    Secret der;
    std::string header;  // the lines before it: "Proc-Type: 4,ENCRYPTED" ...; most often none

    // Tell whether it is sealed as those lines say, RFC 1421 4.6.1.1.
    bool isSealed() const { return header.find("ENCRYPTED") != std::string::npos; }
};

// Read all blocks of a text; what stands between them is passed over (RFC 7468 2).
//   out  the blocks, none when there is none or the text is damaged
std::vector<PemBlock> readPem(std::string_view text);

// Refuse what is longer than is read of its kind.
//   in      longest  how many octets it may have
//   errors  the code that is given, with `most`
void requireLength(std::size_t length, std::size_t longest, Code code, const char* what);

// Say what text may be that is no PEM, as the end of a message.
std::string guessAt(std::string_view text);

// Write base64 on one line.
std::string encodeBase64(const std::vector<unsigned char>& octets);

// Write one block: 64 characters a line, LF.
Secret writePem(std::string_view label, const unsigned char* der, std::size_t length);

// Write one as it was read.
Secret writePem(const PemBlock& block);

// Encode an object with its i2d function and write it as one block.
template <class T>
Secret writePem(std::string_view label, int (*encode)(const T*, unsigned char**), const T* object) {
    unsigned char* der = nullptr;
    const int length = encode(object, &der);
    require(length, "could not encode in DER");
    const OwnedBytes owned(der);
    Secret pem = writePem(label, der, static_cast<std::size_t>(length));
    OPENSSL_cleanse(der, static_cast<std::size_t>(length));
    return pem;
}

// Encode an object that is no secret with its i2d function.
template <class T>
std::vector<unsigned char> encodeDer(int (*encode)(const T*, unsigned char**), const T* object) {
    unsigned char* der = nullptr;
    const int length = encode(object, &der);
    require(length, "could not encode in DER");
    const OwnedBytes owned(der);
    return {der, der + length};
}

// Tell whether an object that was read from these octets is written as the same ones. OpenSSL also
// reads BER, in which one certificate or request has many faces, each with a hash of its own.
template <class T>
bool isWrittenAs(const unsigned char* der, std::size_t length,
                 int (*encode)(const T*, unsigned char**), const T* object) {
    unsigned char* written = nullptr;
    const int count = encode(object, &written);
    const OwnedBytes owned(written);
    return count >= 0 && std::equal(der, der + length, written, written + count);
}

}  // namespace sslkeys
