// See crl_entry.h.
#include "pki/crl_entry.h"

namespace sslkeys {
namespace {

constexpr unsigned char kReasonCode[] = {0x55, 0x1D, 0x15};      // 2.5.29.21
constexpr unsigned char kInvalidityDate[] = {0x55, 0x1D, 0x18};  // 2.5.29.24
constexpr std::size_t kSizeOfReason = 12;
constexpr std::size_t kSizeOfInvalidityDate = 26;

template <std::size_t Size> der::View viewOf(const unsigned char (&octets)[Size]) {
    return {octets, Size};
}

Reason reasonOf(der::View number) {
    const auto reason = static_cast<Reason>(number[0]);
    const bool isKnown = number.size() == 1 && !nameOf(reason).empty();
    return isKnown ? reason : Reason::kUnspecified;
}

void readEntryExtension(CrlEntry& entry, der::Reader& parent, der::View oid, bool isCritical,
                        der::View value) {
    der::Reader content(value);
    if (oid == viewOf(kReasonCode)) {
        const der::View number = content.takeInteger(der::kEnumerated);
        if (!content.isDone() || entry.revocation.reason) {
            parent.fail();
            return;
        }
        entry.revocation.reason = reasonOf(number);
    } else if (oid == viewOf(kInvalidityDate)) {
        if (!content.sees(der::kGeneralizedTime) || entry.revocation.invalidityDate) {
            parent.fail();
        }
        entry.revocation.invalidityDate = content.takeTime();
        if (!content.isDone()) {
            parent.fail();
        }
    } else if (isCritical) {
        entry.obstacle = oid;  // certificateIssuer of an indirect list as well
    }
}

void appendExtension(der::Octets& out, der::View oid, der::View value) {
    der::appendHead(out, der::kSequence, der::sizeOf(oid.size()) + der::sizeOf(value.size()));
    der::append(out, der::kOid, oid);
    der::append(out, der::kOctetString, value);
}

// Tell whether a reason is written: RFC 5280 5.3.1 wants unspecified left out.
bool isSaid(const std::optional<Reason>& reason) {
    return reason && *reason != Reason::kUnspecified;
}

}  // namespace

CrlEntry readEntry(der::Reader& entries) {
    CrlEntry entry;
    const der::Element element = entries.take();
    entry.whole = element.whole;
    der::Reader fields(element.content);
    if (element.tag != der::kSequence) {
        fields.fail();
    }
    entry.serial = fields.takeInteger();
    entry.revocation.time = fields.takeTime();
    if (fields.sees(der::kSequence)) {
        readExtensions(fields.take(der::kSequence), fields,
                       [&](der::View oid, bool isCritical, der::View value) {
                           readEntryExtension(entry, fields, oid, isCritical, value);
                       });
    }
    if (!fields.isDone()) {
        entries.fail();
    }
    return entry;
}

void appendEntry(der::Octets& out, der::View serial, const Revocation& revocation) {
    constexpr std::size_t kRoom = 20;
    const std::size_t extensions = (isSaid(revocation.reason) ? kSizeOfReason : 0) +
                                   (revocation.invalidityDate ? kSizeOfInvalidityDate : 0);
    der::Octets time;
    time.reserve(kRoom);
    der::appendTime(time, revocation.time);
    der::appendHead(out, der::kSequence,
                    der::sizeOf(serial.size()) + time.size() +
                        (extensions == 0 ? 0 : der::sizeOf(extensions)));
    der::append(out, der::kInteger, serial);
    der::append(out, time);
    if (extensions != 0) {
        der::appendHead(out, der::kSequence, extensions);
    }
    if (isSaid(revocation.reason)) {
        const unsigned char value[] = {der::kEnumerated, 1,
                                       static_cast<unsigned char>(*revocation.reason)};
        appendExtension(out, viewOf(kReasonCode), viewOf(value));
    }
    if (revocation.invalidityDate) {
        time.clear();
        der::appendGeneralizedTime(time, *revocation.invalidityDate);
        appendExtension(out, viewOf(kInvalidityDate), time);
    }
}

}  // namespace sslkeys
