// DER as a tree that can be changed in the middle and written again with all its lengths right.
// Reads what is well-formed enough to be worth changing; judges nothing. X.690.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sslkeys::fuzz {

struct Der {
    unsigned char tag = 0;
    std::string head;        // octets of the content before the parts: a BIT STRING's first
    std::vector<Der> parts;  // what the content is made of, also within an OCTET or BIT STRING
    std::string content;     // the content, where it has no parts
    bool isPadded = false;   // its length has an octet too many, which is BER and not DER

    std::string write() const;
    std::string inside() const;  // what stands behind tag and length
};

// Read one element that fills the octets.
std::optional<Der> readDer(std::string_view octets);

// List all elements of a tree, itself first. They stay good until a list of parts changes.
std::vector<Der*> elementsOf(Der& root);

}  // namespace sslkeys::fuzz
