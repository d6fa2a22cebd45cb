// DER by hand, X.690: what is read or written a hundred thousand times at a stretch, or signed as
// octets, where OpenSSL's objects would cost more than the work. Strict: BER is not read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace sslkeys::der {

using Octets = std::vector<unsigned char>;

// Octets that belong to somebody else.
class View {
  public:
    View() = default;
    View(const unsigned char* begin, std::size_t size) : begin_(begin), size_(size) {}
    View(const Octets& octets) : View(octets.data(), octets.size()) {}  // NOLINT: as string_view
    const unsigned char* begin() const { return begin_; }
    const unsigned char* end() const { return begin_ + size_; }
    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }
    unsigned char operator[](std::size_t index) const { return begin_[index]; }
    std::string_view text() const { return {reinterpret_cast<const char*>(begin_), size_}; }
    friend bool operator==(const View& a, const View& b) { return a.text() == b.text(); }

  private:
    const unsigned char* begin_ = nullptr;
    std::size_t size_ = 0;
};

constexpr unsigned char kBoolean = 0x01;
constexpr unsigned char kInteger = 0x02;
constexpr unsigned char kBitString = 0x03;
constexpr unsigned char kOctetString = 0x04;
constexpr unsigned char kOid = 0x06;
constexpr unsigned char kEnumerated = 0x0A;
constexpr unsigned char kUtcTime = 0x17;
constexpr unsigned char kGeneralizedTime = 0x18;
constexpr unsigned char kSequence = 0x30;
constexpr unsigned char kContext0 = 0xA0;  // [0] EXPLICIT

// An element: its tag and what stands behind the length; whole has both in front.
struct Element {
    unsigned char tag;
    View content;
    View whole;
};

// Takes elements one after the other. What is not DER, or not what was asked for, ends it: from
// then on it gives empty elements, and isGood() is false.
class Reader {
  public:
    explicit Reader(View octets) : rest_(octets) {}
    bool isGood() const { return good_; }
    bool atEnd() const { return rest_.empty(); }
    bool isDone() const { return good_ && atEnd(); }
    bool sees(unsigned char tag) const { return !rest_.empty() && rest_[0] == tag; }

    // Take the next element, of whatever tag with one octet.
    Element take();

    // Take the next one, which has to be of that tag, and give its content.
    View take(unsigned char tag);

    // The same of an INTEGER or ENUMERATED, in as few octets as DER wants.
    View takeInteger(unsigned char tag = kInteger);

    // The same of an OBJECT IDENTIFIER, each number of it whole and in as few octets as can be.
    View takeOid();

    // The same of a time as RFC 5280 4.1.2.5 writes it, UTCTime or GeneralizedTime, to the second
    // and in Z; Unix seconds.
    std::int64_t takeTime();

    void fail() {
        good_ = false;
        rest_ = View();
    }

  private:
    View rest_;
    bool good_ = true;
};

// Append an element, or its tag and length alone.
void append(Octets& out, View octets);
void append(Octets& out, unsigned char tag, View content);
void appendHead(Octets& out, unsigned char tag, std::size_t length);

// Append a time: UTCTime through 2049, GeneralizedTime from 2050 on.
//   in      seconds  1950 to kEndOfTime
//   source  RFC 5280 4.1.2.5, 5.1.2.4
void appendTime(Octets& out, std::int64_t seconds);

// The same, always as GeneralizedTime.
void appendGeneralizedTime(Octets& out, std::int64_t seconds);

// The octets that an element takes in all.
std::size_t sizeOf(std::size_t length);

}  // namespace sslkeys::der
