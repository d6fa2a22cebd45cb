// See mutate.h.
#include "mutate.h"

#include "pki/pem.h"
#include "property.h"

#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace sslkeys::fuzz {
namespace {

bool oneIn(Random& random, unsigned count) { return random() % count == 0; }

std::size_t pick(Random& random, std::size_t count) { return random() % count; }

std::string mutateBytes(const std::string& bytes) {
    std::string buffer = bytes;
    buffer.resize(bytes.size() + 64);
    const std::size_t size = LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(buffer.data()),
                                              bytes.size(), buffer.size());
    buffer.resize(size);
    return buffer;
}

// Universal types that foreign software writes, and some that it should not.
constexpr std::array<unsigned char, 22> kTags{0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0A, 0x0C,
                                              0x13, 0x14, 0x16, 0x17, 0x18, 0x1A, 0x1C, 0x1E,
                                              0x30, 0x31, 0x80, 0x82, 0xA0, 0xA3};

void mutateParts(std::vector<Der>& parts, Random& random) {
    const std::size_t at = pick(random, parts.size());
    const auto place = parts.begin() + static_cast<std::ptrdiff_t>(at);
    switch (random() % 4) {
    case 0: parts.erase(place); break;
    case 1: parts.insert(place, 1 + pick(random, oneIn(random, 8) ? 40 : 2), Der(parts[at])); break;
    case 2: std::swap(parts[at], parts[pick(random, parts.size())]); break;
    default: parts[at].tag = kTags.at(pick(random, kTags.size()));
    }
}

Der parse(const std::string& octets) { return readDer(octets).value_or(Der()); }

std::string encode(int (*write)(const EVP_PKEY*, unsigned char**), const Key& key) {
    unsigned char* der = nullptr;
    const int length = write(key.get(), &der);
    const OwnedBytes owned(der);
    return {reinterpret_cast<char*>(der), static_cast<std::size_t>(length)};
}

Der subjectOf(const Certificate& certificate) {
    unsigned char* der = nullptr;
    const int length = i2d_X509_NAME(X509_get_subject_name(certificate.get()), &der);
    const OwnedBytes owned(der);
    return parse({reinterpret_cast<char*>(der), static_cast<std::size_t>(length)});
}

// SEQUENCE { ecdsa-with-SHA256 }
const Der& algorithm() {
    static const Der der = parse({"\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02", 12});
    return der;
}

// Write the outer two fields of SEQUENCE { toBeSigned, algorithm, signature }.
void sign(Der& root, const Key& key) {
    const std::string message = root.parts[0].write();
    std::array<unsigned char, 128> signature{};
    std::size_t length = signature.size();
    const Owned<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
    check(EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
              EVP_DigestSign(context.get(), signature.data(), &length,
                             reinterpret_cast<const unsigned char*>(message.data()),
                             message.size()) == 1,
          "the fuzzer itself can sign");
    root.parts[1] = algorithm();
    root.parts[2] = Der();
    root.parts[2].tag = 0x03;
    root.parts[2].content =
        std::string(1, '\0') + std::string(reinterpret_cast<char*>(signature.data()), length);
}

}  // namespace

void mutateDer(Der& root, Random& random) {
    const std::vector<Der*> elements = elementsOf(root);
    Der& element = *elements[pick(random, elements.size())];
    if (oneIn(random, 32)) {
        element.isPadded = true;
    } else if (!element.parts.empty() && !oneIn(random, 8)) {
        mutateParts(element.parts, random);
    } else {
        element.content = mutateBytes(element.inside());
        element.parts.clear();
    }
}

void signCertificate(Der& root, Random& random) {
    if (root.parts.size() != 3 || root.parts[0].parts.size() < 6 || oneIn(random, 8)) {
        return;
    }
    std::vector<Der>& fields = root.parts[0].parts;
    const std::size_t first = fields[0].tag == 0xA0 ? 1 : 0;
    fields[first + 1] = algorithm();
    if (!oneIn(random, 4)) {
        fields[first + 2] = subjectOf(caCertificate());
    }
    if (oneIn(random, 4)) {
        fields[first + 5 < fields.size() ? first + 5 : first + 4] =
            parse(encode(i2d_PUBKEY, caKey()));
    }
    sign(root, caKey());
}

void signCrl(Der& root, Random& random) {
    if (root.parts.size() != 3 || root.parts[0].parts.size() < 4 || oneIn(random, 8)) {
        return;
    }
    std::vector<Der>& fields = root.parts[0].parts;
    const std::size_t first = fields[0].tag == 0x02 ? 1 : 0;
    fields[first] = algorithm();
    if (!oneIn(random, 4)) {
        fields[first + 1] = subjectOf(caCertificate());
    }
    sign(root, caKey());
}

void signRequest(Der& root, Random& random) {
    if (root.parts.size() != 3 || root.parts[0].parts.size() < 3 || oneIn(random, 8)) {
        return;
    }
    static const Key key = keyOfNumber(3);
    root.parts[0].parts[2] = parse(encode(i2d_PUBKEY, key));
    sign(root, key);
}

void signResponse(Der& root, Random& random) {
    // OCSPResponse, [0], ResponseBytes, OCTET STRING, BasicOCSPResponse
    Der* element = &root;
    for (const std::size_t part : {1, 0, 1, 0}) {
        if (element->parts.size() <= part || oneIn(random, 40)) {
            return;
        }
        element = &element->parts[part];
    }
    if (element->parts.size() >= 3) {
        sign(*element, caKey());
    }
}

std::size_t mutateElement(std::uint8_t* data, std::size_t size, std::size_t room, unsigned seed,
                          Mend mend) {
    Random random(seed);
    std::optional<Der> root = oneIn(random, 8) ? std::nullopt : readDer(view(data, size));
    if (!root) {
        return LLVMFuzzerMutate(data, size, room);
    }
    for (std::size_t rounds = 1 + pick(random, 3); rounds > 0; --rounds) {
        mutateDer(*root, random);
    }
    if (mend != nullptr) {
        mend(*root, random);
    }
    const std::string octets = root->write();
    if (octets.size() > room) {
        return LLVMFuzzerMutate(data, size, room);
    }
    std::memcpy(data, octets.data(), octets.size());
    return octets.size();
}

std::size_t mutatePem(std::uint8_t* data, std::size_t size, std::size_t room, unsigned seed,
                      Mend mend) {
    Random random(seed);
    std::vector<PemBlock> blocks;
    if (!oneIn(random, 8)) {
        blocks = readPem(view(data, size));
    }
    if (blocks.empty()) {
        return LLVMFuzzerMutate(data, size, room);
    }
    const std::size_t chosen = pick(random, blocks.size());
    std::string text;
    for (std::size_t index = 0; index < blocks.size(); ++index) {
        std::string der(sslkeys::view(blocks[index].der));
        std::optional<Der> root = index == chosen ? readDer(der) : std::nullopt;
        if (root && !oneIn(random, 8)) {
            for (std::size_t rounds = 1 + pick(random, 3); rounds > 0; --rounds) {
                mutateDer(*root, random);
            }
            if (mend != nullptr) {
                mend(*root, random);
            }
            der = root->write();
        } else if (index == chosen) {
            der = mutateBytes(der);
        }
        text += sslkeys::view(writePem(
            blocks[index].label, reinterpret_cast<const unsigned char*>(der.data()), der.size()));
    }
    if (text.size() > room) {
        return LLVMFuzzerMutate(data, size, room);
    }
    std::memcpy(data, text.data(), text.size());
    return text.size();
}

}  // namespace sslkeys::fuzz
