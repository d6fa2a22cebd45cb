// See pem.h.
#include "pki/pem.h"

#include "pki/error.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <algorithm>
#include <climits>

namespace sslkeys {
namespace {

void freePlain(char* text) noexcept { OPENSSL_free(text); }

}  // namespace

std::vector<PemBlock> readPem(std::string_view text) {
    std::vector<PemBlock> blocks;
    if (text.empty() || text.size() > INT_MAX) {
        return blocks;
    }
    const OwnedBio bio(
        require(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), "could not read PEM"));
    for (;;) {
        char* label = nullptr;
        char* header = nullptr;
        unsigned char* data = nullptr;
        long length = 0;
        if (PEM_read_bio(bio.get(), &label, &header, &data, &length) != 1) {
            break;
        }
        const std::unique_ptr<char, Deleter<freePlain>> ownedLabel(label);
        const std::unique_ptr<char, Deleter<freePlain>> ownedHeader(header);
        const OwnedBytes ownedData(data);
        const auto* bytes = reinterpret_cast<const char*>(data);
        blocks.push_back({label, Secret(bytes, bytes + length), header});
        OPENSSL_cleanse(data, static_cast<std::size_t>(length));
    }
    const unsigned long last = ERR_peek_last_error();
    const bool damaged =
        ERR_GET_LIB(last) == ERR_LIB_PEM && ERR_GET_REASON(last) != PEM_R_NO_START_LINE;
    drainOpenSsl();
    if (damaged) {
        blocks.clear();
    }
    return blocks;
}

void requireLength(std::size_t length, std::size_t longest, Code code, const char* what) {
    if (length > longest) {
        throw Error(code,
                    std::string(what) + " is too long: " + std::to_string(length) +
                        " octets, and " + std::to_string(longest) + " are read at most",
                    {{"most", std::to_string(longest)}});
    }
}

std::string guessAt(std::string_view text) {
    constexpr char kSequence = 0x30;
    if (text.empty()) {
        return ", but nothing at all";
    }
    if (text.size() > 1 && text[0] == kSequence && static_cast<unsigned char>(text[1]) >= 0x80) {
        return ", but perhaps DER, which sslkeys::bundle open reads";
    }
    const bool isPath = text.find('\n') == std::string_view::npos &&
                        text.find_first_of("./") != std::string_view::npos;
    return isPath ? ", but perhaps a path: give what is in the file" : "";
}

std::string encodeBase64(const std::vector<unsigned char>& octets) {
    std::string text((octets.size() + 2) / 3 * 4 + 1, '\0');
    const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), octets.data(),
                                       static_cast<int>(octets.size()));
    text.resize(static_cast<std::size_t>(length));
    return text;
}

Secret writePem(std::string_view label, const unsigned char* der, std::size_t length) {
    constexpr std::size_t kOctetsOfLine = 48;
    const std::string dashed = std::string(label) + "-----\n";
    Secret text;
    text.reserve(2 * (dashed.size() + 16) + length / 3 * 4 + 8 + length / kOctetsOfLine);
    const auto append = [&](std::string_view part) {
        text.insert(text.end(), part.begin(), part.end());
    };
    append("-----BEGIN ");
    append(dashed);
    for (std::size_t start = 0; start < length; start += kOctetsOfLine) {
        unsigned char line[kOctetsOfLine / 3 * 4 + 1];
        const std::size_t count = std::min(kOctetsOfLine, length - start);
        const int written = EVP_EncodeBlock(line, der + start, static_cast<int>(count));
        append({reinterpret_cast<char*>(line), static_cast<std::size_t>(written)});
        append("\n");
        OPENSSL_cleanse(line, sizeof line);
    }
    append("-----END ");
    append(dashed);
    return text;
}

Secret writePem(const PemBlock& block) {
    Secret text = writePem(block.label, reinterpret_cast<const unsigned char*>(block.der.data()),
                           block.der.size());
    if (!block.header.empty()) {
        const std::string lines = block.header + "\n";
        const auto start = std::find(text.begin(), text.end(), '\n') + 1;
        text.insert(start, lines.begin(), lines.end());
    }
    return text;
}

}  // namespace sslkeys
