// See der.h.
#include "der.h"

namespace sslkeys::fuzz {
namespace {

constexpr int kDeepest = 32;
constexpr unsigned char kBitString = 0x03;
constexpr unsigned char kOctetString = 0x04;
constexpr unsigned char kConstructed = 0x20;

std::string writeLength(std::size_t length, bool isPadded) {
    if (length < 0x80 && !isPadded) {
        return {static_cast<char>(length)};
    }
    std::string octets;
    for (; length > 0; length >>= 8) {
        octets.insert(octets.begin(), static_cast<char>(length & 0xFF));
    }
    octets.insert(0, isPadded ? 1 : 0, '\0');
    return static_cast<char>(0x80 | octets.size()) + octets;
}

// Take a tag and a length off the front; the tag is one octet here.
std::optional<std::string_view> takeContent(std::string_view& octets, unsigned char& tag) {
    if (octets.size() < 2) {
        return std::nullopt;
    }
    tag = static_cast<unsigned char>(octets[0]);
    std::size_t length = static_cast<unsigned char>(octets[1]);
    std::size_t start = 2;
    if (length >= 0x80) {
        const std::size_t count = length & 0x7F;
        if (count == 0 || count > 3 || octets.size() < 2 + count) {
            return std::nullopt;
        }
        length = 0;
        for (std::size_t index = 0; index < count; ++index) {
            length = length << 8 | static_cast<unsigned char>(octets[2 + index]);
        }
        start += count;
    }
    if (octets.size() - start < length) {
        return std::nullopt;
    }
    const std::string_view content = octets.substr(start, length);
    octets.remove_prefix(start + length);
    return content;
}

std::optional<Der> takeElement(std::string_view& octets, int depth);

// The elements that fill the octets; none when anything else is there.
std::vector<Der> readParts(std::string_view octets, int depth) {
    std::vector<Der> parts;
    while (!octets.empty()) {
        std::optional<Der> part = takeElement(octets, depth);
        if (!part) {
            return {};
        }
        parts.push_back(std::move(*part));
    }
    return parts;
}

std::optional<Der> takeElement(std::string_view& octets, int depth) {
    Der element;
    const std::optional<std::string_view> content = takeContent(octets, element.tag);
    if (!content || depth == 0) {
        return std::nullopt;
    }
    element.content = *content;
    const bool isBits = element.tag == kBitString && !content->empty() && content->front() == 0;
    if (isBits || element.tag == kOctetString || (element.tag & kConstructed) != 0) {
        element.head = isBits ? std::string(1, '\0') : std::string();
        element.parts = readParts(content->substr(element.head.size()), depth - 1);
    }
    return element;
}

void collect(Der& element, std::vector<Der*>& found) {
    found.push_back(&element);
    for (Der& part : element.parts) {
        collect(part, found);
    }
}

}  // namespace

std::string Der::inside() const {
    std::string octets = parts.empty() ? content : head;
    for (const Der& part : parts) {
        octets += part.write();
    }
    return octets;
}

std::string Der::write() const {
    const std::string octets = inside();
    return static_cast<char>(tag) + writeLength(octets.size(), isPadded) + octets;
}

std::optional<Der> readDer(std::string_view octets) {
    std::optional<Der> element = takeElement(octets, kDeepest);
    return octets.empty() ? element : std::nullopt;
}

std::vector<Der*> elementsOf(Der& root) {
    std::vector<Der*> found;
    collect(root, found);
    return found;
}

}  // namespace sslkeys::fuzz
