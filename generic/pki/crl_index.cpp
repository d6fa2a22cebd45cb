// See crl_index.h.
#include "pki/crl_index.h"

#include "pki/error.h"

#include <openssl/rand.h>

#include <algorithm>
#include <cstring>

namespace sslkeys {
namespace {

// Whoever writes a list could choose serial numbers that meet in the table, if they knew these.
struct Seeds {
    std::uint64_t start;
    std::uint64_t factor;
};

const Seeds& seeds() {
    static const Seeds drawn = [] {
        Seeds fresh{};
        if (RAND_bytes(reinterpret_cast<unsigned char*>(&fresh), sizeof fresh) != 1) {
            drainOpenSsl();
            throw Error(Code::InternalRandom, "the random generator failed");
        }
        fresh.factor |= 1;
        return fresh;
    }();
    return drawn;
}

std::uint64_t hashOf(der::View serial) {
    const Seeds& seed = seeds();
    std::uint64_t hash = seed.start ^ serial.size();
    for (std::size_t start = 0; start < serial.size(); start += sizeof hash) {
        std::uint64_t word = 0;
        std::memcpy(&word, serial.begin() + start, std::min(sizeof word, serial.size() - start));
        hash = (hash ^ word) * seed.factor;
        hash ^= hash >> 32;
    }
    hash *= seed.factor;
    return hash ^ hash >> 32;
}

constexpr std::uint64_t kOffsetBits = 0xFFFFFFFF;

std::size_t offsetIn(std::uint64_t slot) { return (slot & kOffsetBits) - 1; }

// The serial number of an entry that was read before.
der::View serialAt(der::View entries, std::size_t offset) {
    der::Reader reader(der::View(entries.begin() + offset, entries.size() - offset));
    return der::Reader(reader.take(der::kSequence)).take(der::kInteger);
}

}  // namespace

void CrlIndex::reserve(std::size_t count) {
    std::size_t size = 16;
    while (size < 2 * count) {
        size *= 2;
    }
    slots_.reserve(size);
    slots_.resize(std::max(size, slots_.size()));
}

std::size_t CrlIndex::slotOf(der::View entries, der::View serial, std::uint64_t hash) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t slot = hash & mask;
    while (slots_[slot] != 0 && ((slots_[slot] ^ hash) > kOffsetBits ||
                                 !(serialAt(entries, offsetIn(slots_[slot])) == serial))) {
        slot = (slot + 1) & mask;
    }
    return slot;
}

void CrlIndex::grow(der::View entries, std::size_t size) {
    std::vector<std::uint64_t> old(size);
    old.swap(slots_);
    const std::size_t mask = size - 1;
    for (const std::uint64_t each : old) {
        if (each != 0) {
            std::size_t slot = hashOf(serialAt(entries, offsetIn(each))) & mask;
            while (slots_[slot] != 0) {
                slot = (slot + 1) & mask;
            }
            slots_[slot] = each;
        }
    }
}

bool CrlIndex::add(der::View entries, der::View serial, std::size_t offset) {
    constexpr std::size_t kFewest = 16;
    if (2 * count_ >= slots_.size()) {
        grow(entries, std::max(kFewest, 2 * slots_.size()));
    }
    const std::uint64_t hash = hashOf(serial);
    const std::size_t slot = slotOf(entries, serial, hash);
    if (slots_[slot] != 0) {
        return false;
    }
    slots_[slot] = (hash & ~kOffsetBits) | (offset + 1);
    ++count_;
    return true;
}

std::optional<std::size_t> CrlIndex::find(der::View entries, der::View serial) const {
    if (slots_.empty()) {
        return std::nullopt;
    }
    const std::uint64_t found = slots_[slotOf(entries, serial, hashOf(serial))];
    return found == 0 ? std::nullopt : std::optional(offsetIn(found));
}

}  // namespace sslkeys
