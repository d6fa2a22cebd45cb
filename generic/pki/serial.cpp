// See serial.h.
#include "pki/serial.h"

#include "pki/digest.h"
#include "pki/error.h"

#include <openssl/rand.h>

namespace sslkeys {

SerialOctets drawSerial() {
    SerialOctets octets{};
    do {
        if (RAND_bytes(octets.data(), static_cast<int>(octets.size())) != 1) {
            drainOpenSsl();
            throw Error(Code::InternalRandom, "the random generator failed");
        }
        octets[0] &= 0x7F;
    } while (octets[0] == 0);
    return octets;
}

std::string printSerial(const ASN1_INTEGER* serial) {
    const std::string digits = printHex(ASN1_STRING_get0_data(serial),
                                        static_cast<std::size_t>(ASN1_STRING_length(serial)));
    return ASN1_STRING_type(serial) == V_ASN1_NEG_INTEGER ? "-" + digits : digits;
}

}  // namespace sslkeys
