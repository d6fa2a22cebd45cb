// Fuzzes names, each line of the input one: attributes and alternative names as text, the words
// that tell what is a host, an address, a mailbox, and how foreign text is shown. The whole input
// is also read as the DER of a name, of alternative names, of a serial number and of a time.
#include "pki/name.h"

#include "pki/altname.h"
#include "pki/serial.h"
#include "pki/text.h"
#include "pki/validity.h"
#include "property.h"

#include <algorithm>
#include <memory>

using namespace sslkeys;

namespace {

template <class T, auto Read, auto Free>
std::unique_ptr<T, Deleter<Free>> decode(std::string_view der) {
    const auto* next = reinterpret_cast<const unsigned char*>(der.data());
    std::unique_ptr<T, Deleter<Free>> value(Read(nullptr, &next, static_cast<long>(der.size())));
    ERR_clear_error();
    return value;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (std::size_t end = 0; end != std::string_view::npos;) {
        end = text.find(separator);
        parts.push_back(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return parts;
}

// All lines "TYPE value" as one name, there and back.
void checkAttributes(const std::vector<std::string_view>& lines) {
    Name name;
    for (const std::string_view line : lines) {
        const std::size_t space = std::min(line.find(' '), line.size());
        const std::string type(line.substr(0, space));
        const std::string value(line.substr(std::min(space + 1, line.size())));
        fuzz::attempt(line, fuzz::kQuoted,
                      {Code::NameAttribute, Code::NameRepeated, Code::NameEmpty, Code::NameLength,
                       Code::NameCharacter},
                      [&] {
                          name.add(type, value);
                          return true;
                      });
    }
    const OwnedName x509(X509_NAME_new());
    name.writeTo(x509.get());
    fuzz::check(Name::from(x509.get()).attributes() == name.attributes(),
                "a name comes back from X.509 as it went in");
    fuzz::checkName(x509.get());
    for (const auto& [type, value] : name.attributes()) {
        fuzz::check(countPlainCharacters(value) > 0, "an accepted value is plain text");
        fuzz::check(type != "EMAIL" || isMailbox(value), "an accepted EMAIL is a mailbox");
    }
}

void checkAltName(std::string_view line) {
    const auto name = fuzz::attempt(line, fuzz::kQuoted, {Code::NameAltName},
                                    [&] { return AltName::parse(line); });
    if (!name) {
        return;
    }
    fuzz::check(AltName::parse(name->print()) == *name, "what is printed is parsed again");
    fuzz::check(altNamesFrom(toX509({*name}).get()) == AltNames{*name},
                "an alternative name comes back from X.509 as it went in");
    fuzz::check(std::all_of(name->value.begin(), name->value.end(),
                            [](unsigned char octet) { return octet > 0x20 && octet < 0x7F; }),
                "an accepted alternative name is printable ASCII");
}

void checkWords(std::string_view text) {
    const std::string word(text);
    const auto parses = [](const std::string& name) {
        return fuzz::attempt(name, fuzz::kQuoted, {Code::NameAltName},
                             [&] { return AltName::parse(name); })
            .has_value();
    };
    fuzz::check(parses("DNS:" + word) == isHostName(text, true), "DNS: takes host names");
    fuzz::check(parses("IP:" + word) == isAddress(text), "IP: takes addresses");
    fuzz::check(parses("EMAIL:" + word) == isMailbox(text), "EMAIL: takes mailboxes");
    fuzz::check(!isHostName(text, true) || !isAddress(text), "a host name is no address");
    fuzz::check(!isHostName(text, false) || isHostName(text, true),
                "a host name needs no wildcard");
    fuzz::check(fuzz::attempt(
                    text, fuzz::kQuoted, {Code::NameAltName},
                    [&] {
                        return AltName::fromHost(text);
                    }).has_value() == (isAddress(text) || isHostName(text, true)),
                "fromHost() takes host names and addresses");
}

void checkShown(std::string_view text) {
    const std::string quoted = quote(text);
    fuzz::check(quoted.size() >= 2 && quoted.front() == '"' && quoted.back() == '"',
                "what is quoted stands in quotes");
    fuzz::check(countPlainCharacters(quoted) >= 0, "what is quoted is plain text");
    fuzz::check(quoted.size() <= fuzz::kQuoted * 10 + 5, "what is quoted is short");
    fuzz::check(quoted.find("-----BEGIN") == std::string::npos, "no PEM is quoted");
    const std::string redacted = redact(text);
    fuzz::check(redacted.size() <= 303 && redacted.find("-----BEGIN") == std::string::npos,
                "what is passed on is short and no PEM");
    fuzz::check(countPlainCharacters(text) < 0 || countPlainCharacters(redacted) >= 0,
                "cutting leaves whole characters");
}

void checkDer(std::string_view der) {
    if (const auto name = decode<X509_NAME, d2i_X509_NAME, X509_NAME_free>(der)) {
        fuzz::checkName(name.get());
    }
    if (const auto names = decode<GENERAL_NAMES, d2i_GENERAL_NAMES, freeGeneralNames>(der)) {
        for (const AltName& name : altNamesFrom(names.get())) {
            fuzz::check(!name.print().empty(), "an alternative name can be printed");
        }
    }
    if (const auto number = decode<ASN1_INTEGER, d2i_ASN1_INTEGER, ASN1_INTEGER_free>(der)) {
        const std::string serial = printSerial(number.get());
        fuzz::check(fuzz::isMadeOf(serial, "-0123456789abcdef"), "a serial is hex");
    }
    if (const auto time = decode<ASN1_TIME, d2i_ASN1_TIME, ASN1_TIME_free>(der)) {
        if (ASN1_TIME_check(time.get()) == 1) {
            toSeconds(time.get());
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = fuzz::view(data, size);
    const std::vector<std::string_view> lines = split(text, '\n');
    checkAttributes(lines);
    for (const std::string_view line : lines) {
        checkAltName(line);
        checkWords(line);
    }
    checkWords(text);
    checkShown(text);
    checkDer(text);
    fuzz::check(ERR_peek_error() == 0, "OpenSSL's error queue is empty afterwards");
    return 0;
}
