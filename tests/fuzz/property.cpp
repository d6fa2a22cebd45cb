// See property.h.
#include "property.h"

#include "pki/issuance.h"
#include "pki/name.h"
#include "pki/pem.h"
#include "pki/text.h"

#include <openssl/asn1.h>

namespace sslkeys::fuzz {
namespace {

// Written out, since libFuzzer learns from what memcmp() is given, and would learn our messages.
bool isSame(std::string_view a, std::string_view b) {
    bool same = a.size() == b.size();
    for (std::size_t at = 0; same && at < a.size(); ++at) {
        same = a[at] == b[at];
    }
    return same;
}

// Looks at the beginning of the input, from which a message quotes: all of it takes too long.
bool sharesRun(std::string_view message, std::string_view input, std::size_t length) {
    input = input.substr(0, 1000);
    for (std::size_t at = 0; at + length <= message.size(); ++at) {
        for (std::size_t start = 0; start + length <= input.size(); ++start) {
            if (isSame(message.substr(at, length), input.substr(start, length))) {
                return true;
            }
        }
    }
    return false;
}

bool isUtf8(std::string_view text) {
    while (!text.empty()) {
        unsigned long character = 0;
        const int used = UTF8_getc(reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()), &character);
        if (used <= 0) {
            return false;
        }
        text.remove_prefix(static_cast<std::size_t>(used));
    }
    return true;
}

}  // namespace

void checkRefusal(const Error& error, std::string_view input, std::size_t shown,
                  std::initializer_list<Code> expected) {
    const std::string message = error.what();
    const std::string told =
        std::string(error.row().cls) + " " + error.row().reason + ": " + message;
    if (error.errorNumber() != 0 ||
        std::none_of(expected.begin(), expected.end(), [&](Code code) { return error.is(code); })) {
        fail("the refusal is one that the header promises, not " + told);
    }
    if (message.empty() || message.size() > 1000 || countPlainCharacters(message) < 0) {
        fail("the message is plain text: " + told);
    }
    if (message.find("-----BEGIN") != std::string::npos || sharesRun(message, input, shown + 1)) {
        fail("the message shows little of the input: " + told);
    }
    for (const auto& [name, value] : error.data()) {
        if (value.size() > 303 || value.find("-----BEGIN") != std::string::npos ||
            (shown == kNothing && sharesRun(value, input, shown + 1))) {
            fail("the data of " + told + " is short: " + name + " " + value);
        }
    }
}

void checkName(const X509_NAME* foreign) {
    const Name name = Name::from(foreign);
    for (const auto& [type, value] : name.attributes()) {
        check(isMadeOf(type, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") || isMadeOf(type, "0123456789."),
              "an attribute's type is a word of ours or an OID");
        check(isUtf8(value), "an attribute's value is UTF-8");
    }
    const std::string printed = printName(foreign);
    check(isUtf8(printed), "a printed name is UTF-8");
    check(std::none_of(printed.begin(), printed.end(),
                       [](unsigned char octet) { return octet < 0x20 || octet == 0x7F; }),
          "a printed name has no control character");
    check(ERR_peek_error() == 0, "OpenSSL's error queue is empty after reading a name");
}

Key keyOfNumber(unsigned char number) {
    // PrivateKeyInfo { 0, { ecPublicKey, prime256v1 }, ECPrivateKey { 1, number } }
    std::string der("\x30\x41\x02\x01\x00\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a"
                    "\x86\x48\xce\x3d\x03\x01\x07\x04\x27\x30\x25\x02\x01\x01\x04\x20",
                    35);
    der.append(31, '\0');
    der.push_back(static_cast<char>(number));
    return Key::fromPem(sslkeys::view(
        writePem("PRIVATE KEY", reinterpret_cast<const unsigned char*>(der.data()), der.size())));
}

const Key& caKey() {
    static const Key key = keyOfNumber(2);
    return key;
}

const Certificate& caCertificate() {
    static const Certificate certificate = [] {
        Terms terms;
        terms.profile = &findProfile("root");
        terms.subject.add("CN", "Fuzz CA");
        terms.now = kNow - std::int64_t{3650} * 86400;
        terms.days = 36500;
        return selfsign(terms, caKey()).certificate;
    }();
    return certificate;
}

}  // namespace sslkeys::fuzz
