// See text.h.
#include "pki/text.h"

#include <openssl/asn1.h>

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cctype>
#include <cstdio>

namespace sslkeys {
namespace {

struct Range {
    unsigned long first, last;
};

// Unicode: controls, invisible characters, those that turn the direction of writing, surrogates,
// private use for tags, and what is no character at all.
constexpr std::array kDeceptive{
    Range{0x0000, 0x001F}, Range{0x007F, 0x009F}, Range{0x00AD, 0x00AD},      Range{0x034F, 0x034F},
    Range{0x061C, 0x061C}, Range{0x115F, 0x1160}, Range{0x17B4, 0x17B5},      Range{0x180B, 0x180F},
    Range{0x200B, 0x200F}, Range{0x2028, 0x202E}, Range{0x2060, 0x206F},      Range{0x3164, 0x3164},
    Range{0xD800, 0xDFFF}, Range{0xFE00, 0xFE0F}, Range{0xFEFF, 0xFEFF},      Range{0xFFA0, 0xFFA0},
    Range{0xFFF0, 0xFFFB}, Range{0xFFFE, 0xFFFF}, Range{0xE0000, 0x10FFFFFF},
};

// Unicode: what has a width and no ink.
constexpr std::array kSpaces{
    Range{0x0020, 0x0020}, Range{0x00A0, 0x00A0}, Range{0x1680, 0x1680}, Range{0x2000, 0x200A},
    Range{0x202F, 0x202F}, Range{0x205F, 0x205F}, Range{0x2800, 0x2800}, Range{0x3000, 0x3000},
};

template <class Ranges> bool isIn(const Ranges& ranges, unsigned long character) {
    return std::any_of(ranges.begin(), ranges.end(), [&](const Range& range) {
        return character >= range.first && character <= range.last;
    });
}

bool isPlain(unsigned long character) { return !isIn(kDeceptive, character); }

// Take one character off the front of a text.
//   out  its code point; size  its octets, at least 1; -1 for an octet that is not UTF-8
long takeCharacter(std::string_view text, std::size_t& size) {
    unsigned long character = 0;
    const int used = UTF8_getc(reinterpret_cast<const unsigned char*>(text.data()),
                               static_cast<int>(text.size()), &character);
    size = used <= 0 ? 1 : static_cast<std::size_t>(used);
    return used <= 0 ? -1 : static_cast<long>(character);
}

// Write the first character of a text so that it can be seen.
//   out  size  the octets that it took
std::string escapeFirst(std::string_view text, std::string_view also, std::size_t& size) {
    const long character = takeCharacter(text, size);
    const bool isShown = character >= 0 && isPlain(static_cast<unsigned long>(character));
    if (isShown && also.find(text.front()) == std::string_view::npos) {
        return std::string(text.substr(0, size));
    }
    std::array<char, 16> escaped{};
    const unsigned long number = character < 0 ? static_cast<unsigned char>(text.front())
                                               : static_cast<unsigned long>(character);
    std::snprintf(escaped.data(), escaped.size(), character > 0xFF ? "\\u%04lx" : "\\x%02lx",
                  number);
    return escaped.data();
}

}  // namespace

long countPlainCharacters(std::string_view text) {
    long count = 0;
    std::size_t size = 0;
    for (; !text.empty(); text.remove_prefix(size)) {
        const long character = takeCharacter(text, size);
        if (character < 0 || !isPlain(static_cast<unsigned long>(character))) {
            return -1;
        }
        ++count;
    }
    return count;
}

bool isBlank(std::string_view text) {
    std::size_t size = 0;
    for (; !text.empty(); text.remove_prefix(size)) {
        const long character = takeCharacter(text, size);
        if (character < 0 || !isIn(kSpaces, static_cast<unsigned long>(character))) {
            return false;
        }
    }
    return true;
}

std::string readBmp(const unsigned char* octets, std::size_t count) {
    std::string text;
    const auto unitAt = [&](std::size_t at) -> unsigned long {
        return at + 1 < count ? octets[at] * 256UL + octets[at + 1] : 0;
    };
    for (std::size_t at = 0; at + 1 < count; at += 2) {
        unsigned long character = unitAt(at);
        const unsigned long second = unitAt(at + 2);
        if (character >= 0xD800 && character < 0xDC00 && second >= 0xDC00 && second < 0xE000) {
            character = 0x10000 + (character - 0xD800) * 0x400 + (second - 0xDC00);
            at += 2;
        }
        std::array<unsigned char, 6> octetsOut{};
        const bool isWhole = character < 0xD800 || character > 0xDFFF;
        const int used = UTF8_putc(octetsOut.data(), static_cast<int>(octetsOut.size()),
                                   isWhole ? character : 0xFFFD);
        text.append(octetsOut.begin(), octetsOut.begin() + std::max(used, 0));
    }
    return text;
}

std::string redact(std::string_view foreign) {
    constexpr std::size_t kLongest = 300;
    if (foreign.find("-----BEGIN") != std::string_view::npos) {
        return "(PEM)";
    }
    if (foreign.size() <= kLongest) {
        return std::string(foreign);
    }
    std::size_t end = kLongest;
    while ((static_cast<unsigned char>(foreign[end]) & 0xC0U) == 0x80U && end > 0) {
        --end;  // not within a character
    }
    return std::string(foreign.substr(0, end)) + "...";
}

std::string quote(std::string_view foreign) {
    constexpr int kLongest = 60;
    const std::string value = redact(foreign);
    std::string_view left = value;
    std::string text = "\"";
    std::size_t size = 0;
    for (int shown = 0; !left.empty(); left.remove_prefix(size)) {
        if (++shown > kLongest) {
            return text + "...\"";
        }
        text += escapeFirst(left, "\"\\", size);
    }
    return text + "\"";
}

std::string escape(std::string_view foreign, std::string_view also) {
    std::string text;
    std::size_t size = 0;
    for (; !foreign.empty(); foreign.remove_prefix(size)) {
        text += escapeFirst(foreign, also, size);
    }
    return text;
}

bool isPrintableString(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](unsigned char octet) {
        return octet < 0x80 && (std::isalnum(octet) != 0 ||
                                std::string_view(" '()+,-./:=?").find(static_cast<char>(octet)) !=
                                    std::string_view::npos);
    });
}

bool isMailbox(std::string_view text) {
    const std::size_t at = text.find('@');
    if (at == std::string_view::npos || at == 0 || at > 64 || text.size() > 255) {
        return false;
    }
    const std::string_view local = text.substr(0, at);
    if (local.front() == '.' || local.back() == '.' || local.find("..") != std::string_view::npos) {
        return false;
    }
    const bool plain = std::all_of(local.begin(), local.end(), [](unsigned char octet) {
        return octet < 0x80 &&
               (std::isalnum(octet) != 0 ||
                std::string_view("!#$%&'*+-/=?^_`{|}~.").find(static_cast<char>(octet)) !=
                    std::string_view::npos);
    });
    return plain && isHostName(text.substr(at + 1), false);
}

bool isHostName(std::string_view text, bool allowWildcard) {
    if (text.empty() || text.size() > 253) {
        return false;
    }
    if (allowWildcard && text.substr(0, 2) == "*.") {
        text.remove_prefix(2);
        if (text.find('.') == std::string_view::npos) {
            return false;
        }
    }
    std::string_view label;
    for (std::size_t start = 0; start <= text.size(); start += label.size() + 1) {
        label = text.substr(start, text.find('.', start) - start);
        const bool plain = std::all_of(label.begin(), label.end(), [](unsigned char octet) {
            return octet < 0x80 && (std::isalnum(octet) != 0 || octet == '-');
        });
        if (!plain || label.empty() || label.size() > 63 || label.front() == '-' ||
            label.back() == '-') {
            return false;
        }
    }
    return !endsInNumber(label);
}

bool endsInNumber(std::string_view host) {
    const std::string_view label = host.substr(host.rfind('.') + 1);
    return !label.empty() && std::all_of(label.begin(), label.end(), [](unsigned char octet) {
        return std::isdigit(octet) != 0;
    });
}

bool isAddress(std::string_view text) {
    const std::string address(text);
    std::array<unsigned char, 16> octets{};
    return address.find('\0') == std::string::npos &&
           (inet_pton(AF_INET, address.c_str(), octets.data()) == 1 ||
            inet_pton(AF_INET6, address.c_str(), octets.data()) == 1);
}

}  // namespace sslkeys
