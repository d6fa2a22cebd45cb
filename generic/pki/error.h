// The one exception of sslkeys and the table of its codes: data first, prose second.
// A message is lower-case, says what failed and why, quotes values through quote(), and never
// holds a key, a passphrase or a whole PEM.
#pragma once

#include "pki/text.h"

#include <cstddef>
#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sslkeys {

enum class Code {
#define X(symbol, cls, reason, meaning) symbol,
#include "pki/error_codes.def"
#undef X
};

struct CodeRow {
    const char* cls;
    const char* reason;
    const char* meaning;
};

// Give every row of the table, in its order; a row's index is the value of its Code.
const std::vector<CodeRow>& codeRows();

class Error : public std::exception {
  public:
    using Data = std::vector<std::pair<std::string, std::string>>;

    // Refuse for a reason of ours.
    //   in  data  name/value pairs for errorCode: words and short values, no prose
    Error(Code code, std::string message, Data data = {});

    // Pass on what the system said; errorCode is then POSIX.
    //   in  errorNumber  errno;  what  what was tried: could not write "path"
    static Error fromSystem(int errorNumber, const std::string& what);

    // The same refusal with what it is about in front: -ca: this is not ... What the system said
    // names its file already.
    Error about(const std::string& subject) const;

    const char* what() const noexcept override { return message_.c_str(); }
    bool is(Code code) const { return errorNumber_ == 0 && code_ == code; }
    const CodeRow& row() const { return codeRows()[static_cast<std::size_t>(code_)]; }
    const Data& data() const { return data_; }
    int errorNumber() const { return errorNumber_; }  // 0: a reason of ours, told by row()

  private:
    Error(int errorNumber, std::string message);

    Code code_ = Code::InternalOpenSsl;
    int errorNumber_ = 0;
    std::string message_;
    Data data_;
};

// Empty OpenSSL's error queue, which other packages of the process share.
//   out  the reason of the oldest entry, or ""
std::string drainOpenSsl();

// Refuse with INTERNAL OPENSSL and what OpenSSL's queue says.
//   in  what  what was tried: "could not sign the certificate"
[[noreturn]] void throwOpenSsl(const char* what);

// Pass on what an OpenSSL call gave, or refuse when it gave nothing.
template <class T> T* require(T* result, const char* what) {
    if (result == nullptr) {
        throwOpenSsl(what);
    }
    return result;
}
inline void require(int result, const char* what) {
    if (result <= 0) {
        throwOpenSsl(what);
    }
}

}  // namespace sslkeys
