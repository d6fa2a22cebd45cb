// See signing.h.
#include "pki/signing.h"

#include <string>

namespace sslkeys {
namespace {

constexpr unsigned char kEcdsaSha256[] = {0x30, 0x0A, 0x06, 0x08, 0x2A, 0x86,
                                          0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02};
constexpr unsigned char kEcdsaSha384[] = {0x30, 0x0A, 0x06, 0x08, 0x2A, 0x86,
                                          0x48, 0xCE, 0x3D, 0x04, 0x03, 0x03};
constexpr unsigned char kEcdsaSha512[] = {0x30, 0x0A, 0x06, 0x08, 0x2A, 0x86,
                                          0x48, 0xCE, 0x3D, 0x04, 0x03, 0x04};
constexpr unsigned char kRsaSha256[] = {0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86,
                                        0xF7, 0x0D, 0x01, 0x01, 0x0B, 0x05, 0x00};
constexpr unsigned char kEd25519[] = {0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70};

}  // namespace

der::View signatureAlgorithm(const Key& key) {
    if (key.isP256()) {  // most are, and know it: OpenSSL would be asked anew each time
        return {kEcdsaSha256, sizeof kEcdsaSha256};
    }
    const KeySpec spec = describe(key.get());
    if (spec.type == "ed25519") {
        return {kEd25519, sizeof kEd25519};
    }
    if (spec.type == "rsa") {
        return {kRsaSha256, sizeof kRsaSha256};
    }
    return spec.curve == "P-521"   ? der::View(kEcdsaSha512, sizeof kEcdsaSha512)
           : spec.curve == "P-384" ? der::View(kEcdsaSha384, sizeof kEcdsaSha384)
                                   : der::View(kEcdsaSha256, sizeof kEcdsaSha256);
}

der::Octets signTbs(const Key& key, der::View tbs) {
    const der::Octets signature = key.sign(tbs);
    const der::View algorithm = signatureAlgorithm(key);
    const std::size_t bits = signature.size() + 1;  // and how many of the last octet are unused: 0
    const std::size_t length = tbs.size() + algorithm.size() + der::sizeOf(bits);
    der::Octets out;
    out.reserve(der::sizeOf(length));
    der::appendHead(out, der::kSequence, length);
    der::append(out, tbs);
    der::append(out, algorithm);
    der::appendHead(out, der::kBitString, bits);
    out.push_back(0);
    der::append(out, signature);
    return out;
}

}  // namespace sslkeys
