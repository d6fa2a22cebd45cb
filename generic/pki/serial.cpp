// See serial.h.
#include "pki/serial.h"

#include "pki/error.h"

#include <openssl/rand.h>

#include <array>

namespace sslkeys {

OwnedInteger drawSerial() {
    std::array<unsigned char, 16> octets{};
    do {
        if (RAND_bytes(octets.data(), static_cast<int>(octets.size())) != 1) {
            drainOpenSsl();
            throw Error(Code::InternalRandom, "the random generator failed");
        }
        octets[0] &= 0x7F;
    } while (octets[0] == 0);
    const OwnedBigNumber number(
        require(BN_bin2bn(octets.data(), static_cast<int>(octets.size()), nullptr),
                "could not make a serial"));
    return OwnedInteger(
        require(BN_to_ASN1_INTEGER(number.get(), nullptr), "could not make a serial"));
}

std::string printSerial(const ASN1_INTEGER* serial) {
    const std::string digits = printHex(ASN1_STRING_get0_data(serial),
                                        static_cast<std::size_t>(ASN1_STRING_length(serial)));
    return ASN1_STRING_type(serial) == V_ASN1_NEG_INTEGER ? "-" + digits : digits;
}

std::string printHex(const unsigned char* octets, std::size_t count) {
    constexpr char kHex[] = "0123456789abcdef";
    std::string text;
    text.reserve(2 * count);
    for (std::size_t index = 0; index < count; ++index) {
        text += kHex[octets[index] >> 4];
        text += kHex[octets[index] & 15];
    }
    return text;
}

}  // namespace sslkeys
