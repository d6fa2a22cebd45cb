// See der.h.
#include "pki/der.h"

#include <array>

namespace sslkeys::der {
namespace {

constexpr std::int64_t kSecondsOfDay = 86400;
constexpr std::int64_t kYear2050 = 2524608000;
constexpr std::size_t kDigitsOfUtcTime = 12;
constexpr std::size_t kDigitsOfGeneralizedTime = 14;

struct Date {
    std::int64_t year;
    std::int64_t month;
    std::int64_t day;
};

// Days since 1970 of a date of the Gregorian calendar: years begin in March here, so that the odd
// day comes last; 400 of them have 146,097 days.
std::int64_t daysOf(const Date& date) {
    const std::int64_t year = date.year - (date.month <= 2 ? 1 : 0);
    const std::int64_t era = year / 400;
    const std::int64_t yearOfEra = year - era * 400;
    const std::int64_t dayOfYear = (153 * ((date.month + 9) % 12) + 2) / 5 + date.day - 1;
    return era * 146097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719468;
}

Date dateOf(std::int64_t days) {
    const std::int64_t shifted = days + 719468;
    const std::int64_t era = shifted / 146097;
    const std::int64_t dayOfEra = shifted - era * 146097;
    const std::int64_t yearOfEra =
        (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146096) / 365;
    const std::int64_t dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
    const std::int64_t monthFromMarch = (5 * dayOfYear + 2) / 153;
    const std::int64_t month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
    return {yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month,
            dayOfYear - (153 * monthFromMarch + 2) / 5 + 1};
}

// Read pairs of digits.
//   out  false when there are others than digits
template <std::size_t Count> bool readPairs(View digits, std::array<std::int64_t, Count>& pairs) {
    for (std::size_t index = 0; index < Count; ++index) {
        const int high = digits[2 * index] - '0';
        const int low = digits[2 * index + 1] - '0';
        if (high < 0 || high > 9 || low < 0 || low > 9) {
            return false;
        }
        pairs[index] = high * 10 + low;
    }
    return true;
}

// The seconds of a time whose digits are these; none when there is no such time.
std::optional<std::int64_t> secondsOf(View content, bool isUtc) {
    const std::size_t count = isUtc ? kDigitsOfUtcTime : kDigitsOfGeneralizedTime;
    std::array<std::int64_t, 2> century{};
    std::array<std::int64_t, 6> parts{};
    if (content.size() != count + 1 || content[count] != 'Z' ||
        !readPairs(View(content.begin() + count - kDigitsOfUtcTime, kDigitsOfUtcTime), parts) ||
        (!isUtc && !readPairs(View(content.begin(), 4), century))) {
        return std::nullopt;
    }
    const std::int64_t hundreds = isUtc ? (parts[0] < 50 ? 20 : 19) : century[0];
    const Date date{hundreds * 100 + parts[0], parts[1], parts[2]};
    const std::int64_t days = daysOf(date);
    const Date same = dateOf(days);
    const bool exists = date.year >= 1 && date.month >= 1 && date.month <= 12 &&
                        same.month == date.month && same.day == date.day && parts[3] < 24 &&
                        parts[4] < 60 && parts[5] < 60;
    return exists ? std::optional(days * kSecondsOfDay + parts[3] * 3600 + parts[4] * 60 + parts[5])
                  : std::nullopt;
}

}  // namespace

Element Reader::take() {
    constexpr unsigned char kLongTag = 0x1F;
    const std::size_t room = rest_.size();
    if (room < 2 || (rest_[0] & kLongTag) == kLongTag) {
        fail();
        return {0, View(), View()};
    }
    std::size_t length = rest_[1];
    std::size_t head = 2;
    if (length >= 0x80) {
        const std::size_t octets = length & 0x7F;
        length = 0;
        head += octets;
        if (octets < 1 || octets > 4 || head > room) {
            fail();
            return {0, View(), View()};
        }
        for (std::size_t index = 2; index < head; ++index) {
            length = length << 8 | rest_[index];
        }
        if (length < 0x80 || rest_[2] == 0) {
            fail();
        }
    }
    if (!good_ || length > room - head) {
        fail();
        return {0, View(), View()};
    }
    const Element element{rest_[0], View(rest_.begin() + head, length),
                          View(rest_.begin(), head + length)};
    rest_ = View(element.whole.end(), room - head - length);
    return element;
}

View Reader::take(unsigned char tag) {
    const Element element = sees(tag) ? take() : Element{0, View(), View()};
    if (element.tag != tag) {
        fail();
    }
    return element.content;
}

View Reader::takeInteger(unsigned char tag) {
    const View content = take(tag);
    const bool hasSpare = content.size() > 1 && ((content[0] == 0 && content[1] < 0x80) ||
                                                 (content[0] == 0xFF && content[1] >= 0x80));
    if (content.empty() || hasSpare) {
        fail();
        return {};
    }
    return content;
}

View Reader::takeOid() {
    constexpr unsigned char kGoesOn = 0x80;
    const View content = take(kOid);
    bool isBetween = true;  // between two numbers
    bool isGood = !content.empty();
    for (const unsigned char octet : content) {
        isGood = isGood && !(isBetween && octet == kGoesOn);
        isBetween = octet < kGoesOn;
    }
    if (!isGood || !isBetween) {
        fail();
    }
    return content;
}

std::int64_t Reader::takeTime() {
    const bool isUtc = sees(kUtcTime);
    const auto seconds = secondsOf(take(isUtc ? kUtcTime : kGeneralizedTime), isUtc);
    if (!seconds) {
        fail();
    }
    return seconds.value_or(0);
}

std::size_t sizeOf(std::size_t length) {
    std::size_t head = 2;
    for (std::size_t rest = length < 0x80 ? 0 : length; rest > 0; rest >>= 8) {
        ++head;
    }
    return head + length;
}

void append(Octets& out, View octets) { out.insert(out.end(), octets.begin(), octets.end()); }

void appendHead(Octets& out, unsigned char tag, std::size_t length) {
    out.push_back(tag);
    if (length < 0x80) {
        out.push_back(static_cast<unsigned char>(length));
        return;
    }
    const std::size_t octets = sizeOf(length) - length - 2;
    out.push_back(static_cast<unsigned char>(0x80 | octets));
    for (std::size_t index = octets; index > 0; --index) {
        out.push_back(static_cast<unsigned char>(length >> (8 * (index - 1)) & 0xFF));
    }
}

void append(Octets& out, unsigned char tag, View content) {
    appendHead(out, tag, content.size());
    append(out, content);
}

namespace {

void appendPair(Octets& out, std::int64_t number) {
    out.push_back(static_cast<unsigned char>('0' + number / 10));
    out.push_back(static_cast<unsigned char>('0' + number % 10));
}

void writeTime(Octets& out, std::int64_t seconds, bool isUtc) {
    std::int64_t days = seconds / kSecondsOfDay;
    days -= seconds % kSecondsOfDay < 0 ? 1 : 0;
    const std::int64_t rest = seconds - days * kSecondsOfDay;
    const Date date = dateOf(days);
    appendHead(out, isUtc ? kUtcTime : kGeneralizedTime,
               (isUtc ? kDigitsOfUtcTime : kDigitsOfGeneralizedTime) + 1);
    if (!isUtc) {
        appendPair(out, date.year / 100);
    }
    for (const std::int64_t part :
         {date.year % 100, date.month, date.day, rest / 3600, rest / 60 % 60, rest % 60}) {
        appendPair(out, part);
    }
    out.push_back('Z');
}

}  // namespace

void appendTime(Octets& out, std::int64_t seconds) { writeTime(out, seconds, seconds < kYear2050); }

void appendGeneralizedTime(Octets& out, std::int64_t seconds) { writeTime(out, seconds, false); }

}  // namespace sslkeys::der
