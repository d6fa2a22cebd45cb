// See revocation.h.
#include "pki/revocation.h"

#include <algorithm>
#include <array>

namespace sslkeys {
namespace {

struct Row {
    Reason reason;
    std::string_view name;
};

constexpr std::array kReasons{
    Row{Reason::kUnspecified, "unspecified"},
    Row{Reason::kKeyCompromise, "keyCompromise"},
    Row{Reason::kCaCompromise, "cACompromise"},
    Row{Reason::kAffiliationChanged, "affiliationChanged"},
    Row{Reason::kSuperseded, "superseded"},
    Row{Reason::kCessationOfOperation, "cessationOfOperation"},
    Row{Reason::kCertificateHold, "certificateHold"},
    Row{Reason::kRemoveFromCrl, "removeFromCRL"},
    Row{Reason::kPrivilegeWithdrawn, "privilegeWithdrawn"},
    Row{Reason::kAaCompromise, "aACompromise"},
};

}  // namespace

std::optional<Reason> findReason(std::string_view name) {
    const auto* const row = std::find_if(kReasons.begin(), kReasons.end(),
                                         [&](const Row& each) { return each.name == name; });
    return row == kReasons.end() ? std::nullopt : std::optional(row->reason);
}

std::string_view nameOf(Reason reason) {
    const auto* const row = std::find_if(kReasons.begin(), kReasons.end(),
                                         [&](const Row& each) { return each.reason == reason; });
    return row == kReasons.end() ? std::string_view() : row->name;
}

}  // namespace sslkeys
