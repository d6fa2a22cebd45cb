// See error.h.
#include "pki/error.h"

#include "pki/text.h"

#include <openssl/err.h>

#include <cctype>
#include <cstring>

namespace sslkeys {

const std::vector<CodeRow>& codeRows() {
    static const std::vector<CodeRow> rows = {
#define X(symbol, cls, reason, meaning) {cls, reason, meaning},
#include "pki/error_codes.def"
#undef X
    };
    return rows;
}

Error::Error(Code code, std::string message, Data data)
    : code_(code), message_(std::move(message)), data_(std::move(data)) {
    for (auto& [name, value] : data_) {
        value = redact(value);
    }
}

Error::Error(int errorNumber, std::string message)
    : errorNumber_(errorNumber), message_(std::move(message)) {}

Error Error::fromSystem(int errorNumber, const std::string& what) {
    std::string reason = std::strerror(errorNumber);
    reason[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(reason[0])));
    return {errorNumber, what + ": " + reason};
}

Error Error::about(const std::string& subject) const {
    Error named(*this);
    if (errorNumber_ == 0) {
        named.message_.insert(0, subject + ": ");
    }
    return named;
}

std::string drainOpenSsl() {
    const unsigned long oldest = ERR_get_error();
    const char* reason = oldest == 0 ? nullptr : ERR_reason_error_string(oldest);
    ERR_clear_error();
    return reason == nullptr ? "" : reason;
}

void throwOpenSsl(const char* what) {
    const std::string reason = drainOpenSsl();
    throw Error(Code::InternalOpenSsl, reason.empty() ? what : what + (": " + reason));
}

}  // namespace sslkeys
