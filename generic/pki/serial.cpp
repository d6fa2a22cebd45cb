// See serial.h.
#include "pki/serial.h"

#include "pki/digest.h"
#include "pki/error.h"
#include "pki/pem.h"

#include <openssl/rand.h>

#include <algorithm>

namespace sslkeys {
namespace {

constexpr std::size_t kMostDigits = 1024;  // far beyond the 40 that RFC 5280 4.1.2.2 allows

// Turn a number into its opposite, as two's complement has it.
void negate(der::Octets& content) {
    unsigned carry = 1;
    for (auto octet = content.rbegin(); octet != content.rend(); ++octet) {
        const unsigned sum = (~*octet & 0xFFU) + carry;
        *octet = static_cast<unsigned char>(sum & 0xFFU);
        carry = sum >> 8;
    }
}

// Take away what DER leaves out: octets that only repeat the sign.
void shorten(der::Octets& content) {
    std::size_t spare = 0;
    while (spare + 1 < content.size() && (content[spare] == 0 || content[spare] == 0xFF) &&
           (content[spare] & 0x80) == (content[spare + 1] & 0x80)) {
        ++spare;
    }
    content.erase(content.begin(), content.begin() + static_cast<std::ptrdiff_t>(spare));
}

int valueOfDigit(char digit) {
    return digit >= '0' && digit <= '9'   ? digit - '0'
           : digit >= 'a' && digit <= 'f' ? digit - 'a' + 10
           : digit >= 'A' && digit <= 'F' ? digit - 'A' + 10
                                          : -1;
}

}  // namespace

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

std::string printSerial(der::View content) {
    if (content.empty() || content[0] < 0x80) {
        const std::size_t sign = content.size() > 1 && content[0] == 0 ? 1 : 0;
        return printHex(content.begin() + sign, content.size() - sign);
    }
    der::Octets number(1, 0xFF);
    der::append(number, content);
    negate(number);
    const auto first = std::find_if(number.begin(), number.end() - 1,
                                    [](unsigned char octet) { return octet != 0; });
    return "-" + printHex(&*first, static_cast<std::size_t>(number.end() - first));
}

std::optional<der::Octets> readSerial(std::string_view hex) {
    const bool isNegative = !hex.empty() && hex.front() == '-';
    hex.remove_prefix(isNegative ? 1 : 0);
    if (hex.empty() || hex.size() > kMostDigits) {
        return std::nullopt;
    }
    der::Octets content(1 + (hex.size() + 1) / 2, 0);
    for (std::size_t index = 0; index < hex.size(); ++index) {
        const std::size_t fromEnd = hex.size() - 1 - index;
        const int value = valueOfDigit(hex[index]);
        if (value < 0) {
            return std::nullopt;
        }
        content[content.size() - 1 - fromEnd / 2] |=
            static_cast<unsigned char>(fromEnd % 2 == 0 ? value : value << 4);
    }
    if (isNegative) {
        negate(content);
    }
    shorten(content);
    return content;
}

der::Octets encodeSerial(const ASN1_INTEGER* serial) {
    const der::Octets whole = encodeDer(i2d_ASN1_INTEGER, serial);
    const der::View content = der::Reader(whole).take(der::kInteger);
    return {content.begin(), content.end()};
}

}  // namespace sslkeys
