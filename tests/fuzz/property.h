// What every fuzzer asks of what it calls: an answer or a refusal of the kinds that the header
// promises, a message that shows no more of the input than it may, and OpenSSL's queue left empty.
#pragma once

#include "pki/certificate.h"
#include "pki/error.h"
#include "pki/key.h"

#include <openssl/err.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <new>
#include <optional>
#include <string>
#include <string_view>

namespace sslkeys::fuzz {

// How much of the input a message may show: what quote() cuts at, with the dots behind, which may
// stand in the input as well; or, of a key, nothing that tells.
constexpr std::size_t kQuoted = 64;
constexpr std::size_t kNothing = 16;

// The clock of every fuzzer: 2026-01-01.
constexpr std::int64_t kNow = 1767225600;

inline std::string_view view(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

// End the run with the property that does not hold; libFuzzer keeps the input.
[[noreturn]] inline void fail(const std::string& property) {
    std::fprintf(stderr, "==== property does not hold: %s\n", property.c_str());
    std::abort();
}

inline void check(bool holds, const char* property) {
    if (!holds) {
        fail(property);
    }
}

// Hold a refusal against what its caller may expect.
//   in  shown  how many octets of the input may stand in one piece in the message
void checkRefusal(const Error& error, std::string_view input, std::size_t shown,
                  std::initializer_list<Code> expected);

// Call something with foreign bytes.
//   out  its answer, or nothing where it was refused as expected
template <class Function>
auto attempt(std::string_view input, std::size_t shown, std::initializer_list<Code> expected,
             const Function& function) -> std::optional<decltype(function())> {
    std::optional<decltype(function())> answer;
    try {
        answer.emplace(function());
    } catch (const Error& error) {
        checkRefusal(error, input, shown, expected);
    } catch (const std::bad_alloc&) {
        ERR_clear_error();
    }
    check(ERR_peek_error() == 0, "OpenSSL's error queue is empty afterwards");
    return answer;
}

// Tell whether a text has none but these characters, and at least one.
inline bool isMadeOf(std::string_view text, std::string_view characters) {
    return !text.empty() && text.find_first_not_of(characters) == std::string_view::npos;
}
constexpr std::string_view kHexDigits = "0123456789abcdef";

// A name as it comes out: known types or OIDs, values in UTF-8.
void checkName(const X509_NAME* foreign);

// The CA of all fuzzers: its key is a number that everybody knows, so that an input found today
// means the same tomorrow.
const Key& caKey();
const Certificate& caCertificate();

// A P-256 key whose private number is this one.
Key keyOfNumber(unsigned char number);

}  // namespace sslkeys::fuzz
