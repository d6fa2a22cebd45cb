// Fuzzes readPem and writePem: what is read can be written and read again, alone, among others and
// with other line ends, and says the same each time.
#include "pki/pem.h"

#include "mutate.h"
#include "property.h"

using namespace sslkeys;

namespace {

std::string withCrLf(std::string_view text) {
    std::string result;
    for (const char octet : text) {
        result += octet == '\n' ? "\r\n" : std::string(1, octet);
    }
    return result;
}

void checkSame(const PemBlock& block, const std::vector<PemBlock>& again, std::size_t at) {
    fuzz::check(again.size() == at + 1, "a block that is written is read as one block");
    fuzz::check(again[at].label == block.label && again[at].der == block.der,
                "a block that is written is read as it was");
    fuzz::check(!again[at].isSealed(), "a block that is written has no header lines");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = fuzz::view(data, size);
    const auto blocks = fuzz::attempt(text, fuzz::kNothing, {}, [&] { return readPem(text); });
    for (const PemBlock& block : *blocks) {
        const Secret written =
            writePem(block.label, reinterpret_cast<const unsigned char*>(block.der.data()),
                     block.der.size());
        checkSame(block, readPem(view(written)), 0);
        checkSame(block, readPem(withCrLf(view(written))), 0);
        checkSame(block, readPem("what stands before\n" + std::string(view(written)) + "behind\n"),
                  0);
        checkSame(block, readPem(std::string(view(written)) + std::string(view(written))), 1);
    }
    fuzz::check(ERR_peek_error() == 0, "OpenSSL's error queue is empty afterwards");
    return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t room, unsigned seed) {
    // Here the text counts more than what it carries.
    return seed % 2 == 0 ? LLVMFuzzerMutate(data, size, room)
                         : fuzz::mutatePem(data, size, room, seed);
}
