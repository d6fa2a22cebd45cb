// Finds the entry of a serial number among a hundred thousand at once: a table of offsets into the
// DER of a revocation list, which takes less time and memory to make than an object for each entry.
#pragma once

#include "pki/der.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace sslkeys {

// The entries themselves belong to somebody else: each call is handed their octets, one entry
// behind the other, and offsets count from their start.
class CrlIndex {
  public:
    // Make room for that many before they come.
    void reserve(std::size_t count);

    // Note where the entry of a serial number stands, or will stand.
    //   in   serial  the content of its INTEGER
    //   out  false when there is one of that number already, which then stays
    bool add(der::View entries, der::View serial, std::size_t offset);

    // Find the offset of the entry.
    std::optional<std::size_t> find(der::View entries, der::View serial) const;

    std::size_t count() const { return count_; }

  private:
    std::size_t slotOf(der::View entries, der::View serial, std::uint64_t hash) const;
    void grow(der::View entries, std::size_t size);

    // Open addressing: half a hash, and the offset of the entry and 1; 0 is empty.
    std::vector<std::uint64_t> slots_;
    std::size_t count_ = 0;
};

}  // namespace sslkeys
