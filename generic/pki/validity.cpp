// See validity.h.
#include "pki/validity.h"

#include "pki/error.h"

#include <algorithm>
#include <string>

namespace sslkeys {
namespace {
constexpr std::int64_t kSecondsOfDay = 86400;
constexpr std::int64_t kStartOfTime = -631152000;  // 1950, where UTCTime begins

bool isSane(std::int64_t now) { return now >= kStartOfTime + kBackdating && now <= kEndOfTime; }

}  // namespace

Validity layOut(std::int64_t now, std::int64_t days, std::int64_t latest) {
    if (!isSane(now) || days > (kEndOfTime - now) / kSecondsOfDay) {
        throw Error(Code::CertificateValidity,
                    "a lifetime of " + std::to_string(days) + " days from " + std::to_string(now) +
                        " leaves the years 1950 to 9999 that a certificate can name",
                    {{"now", std::to_string(now)}, {"days", std::to_string(days)}});
    }
    return layOutUntil(now, now + days * kSecondsOfDay, latest);
}

Validity layOutUntil(std::int64_t now, std::int64_t end, std::int64_t latest) {
    if (!isSane(now) || end <= now || end > kEndOfTime) {
        throw Error(Code::CertificateValidity,
                    "a lifetime from " + std::to_string(now) + " to " + std::to_string(end) +
                        " is empty, or leaves the years 1950 to 9999 that a certificate can name",
                    {{"now", std::to_string(now)}, {"notafter", std::to_string(end)}});
    }
    return {now - kBackdating, std::min(end, latest), end > latest};
}

void writeTime(ASN1_TIME* time, std::int64_t seconds) {
    require(ASN1_TIME_set(time, static_cast<time_t>(seconds)), "could not write a time");
}

std::int64_t toSeconds(const ASN1_TIME* time) {
    const OwnedTime epoch(require(ASN1_TIME_set(nullptr, 0), "could not read a time"));
    int days = 0;
    int seconds = 0;
    require(ASN1_TIME_diff(&days, &seconds, epoch.get(), time), "could not read a time");
    return days * kSecondsOfDay + seconds;
}

}  // namespace sslkeys
