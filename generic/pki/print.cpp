// See print.h.
#include "pki/print.h"

#include "pki/constraints.h"
#include "pki/details.h"
#include "pki/error.h"
#include "pki/key.h"
#include "pki/pointers.h"
#include "pki/text.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <string_view>
#include <vector>

namespace sslkeys {
namespace {

constexpr int kColumn = 18;
constexpr std::size_t kMostLines = 25;     // of one list
constexpr std::size_t kMostOctets = 1000;  // of one value

using Lines = std::vector<std::string>;

// Cut a value that nobody reads to its end, and escape it.
std::string show(std::string_view value, std::string_view also = "\\") {
    const std::string shown = escape(value.substr(0, kMostOctets), also);
    return value.size() <= kMostOctets ? shown : shown + "...";
}

// An RFC 4514 text escapes its own backslashes.
std::string showName(const X509_NAME* name) {
    const std::string printed = printName(name);
    return printed.empty() ? "(empty)" : show(printed, "");
}

void add(std::string& text, const std::string& label, const Lines& lines) {
    std::string head = label;
    const std::size_t count = std::min(lines.size(), kMostLines);
    for (std::size_t index = 0; index < count; ++index) {
        head.resize(kColumn, ' ');
        text += head + lines[index] + "\n";
        head.clear();
    }
    if (lines.size() > count) {
        text += std::string(kColumn, ' ') + "... and " + std::to_string(lines.size() - count) +
                " more\n";
    }
}

Lines showAll(const std::vector<std::string>& values) {
    Lines lines;
    for (const std::string& value : values) {
        lines.push_back(show(value));
    }
    return lines;
}

Lines showAll(const AltNames& names) {
    Lines lines;
    for (const AltName& name : names) {
        // A directory name escapes its own backslashes.
        lines.push_back(show(name.print(), name.kind == AltName::kDirName ? "" : "\\"));
    }
    return lines;
}

// All on one line, as usages are few.
Lines join(const std::vector<std::string>& words) {
    std::string line;
    for (const std::string& word : words) {
        line += (line.empty() ? "" : ", ") + show(word);
    }
    return line.empty() ? Lines() : Lines{show(line, "")};
}

std::string printCa(const Certificate& certificate) {
    const long length = certificate.pathLength();
    return !certificate.isCa() ? "no"
           : length < 0        ? "yes"
                               : "yes, path length " + std::to_string(length);
}

std::string printKey(const Certificate& certificate) {
    const KeySpec spec = certificate.keySpec();
    if (spec.bits == 0) {
        return show(spec.type) + ", which cannot be read here";
    }
    const std::string kind = spec.type == "ec"        ? "EC " + show(spec.curve)
                             : spec.type == "rsa"     ? "RSA"
                             : spec.type == "ed25519" ? "Ed25519"
                                                      : show(spec.type);
    return kind + ", " + std::to_string(spec.bits) + " bits";
}

Lines printRaw(const std::vector<RawExtension>& extensions) {
    Lines lines;
    for (const RawExtension& extension : extensions) {
        const std::string fault = printFault(extension.fault);
        for (const std::string& value : extension.value) {
            lines.push_back(show(extension.oid) + (extension.critical ? " (critical)" : "") +
                            (fault.empty() ? "" : " " + fault) + " " + show(value));
        }
    }
    return lines;
}

void addIdentifiers(std::string& text, const Certificate& certificate) {
    const auto one = [](const std::string& hex) {
        return hex.empty() ? Lines() : Lines{show(hex)};
    };
    add(text, "Key identifier", one(certificate.subjectKeyId()));
    add(text, "Issuer's key", one(certificate.authorityKeyId()));
    add(text, "SHA-256", {certificate.fingerprint()});
    add(text, "SHA-1", {certificate.sha1()});
    add(text, "SHA-256 of key", {certificate.keyFingerprint()});
}

}  // namespace

std::string printTime(std::int64_t seconds) {
    std::tm civil{};
    const auto time = static_cast<std::time_t>(seconds);
    gmtime_r(&time, &civil);
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02d-%02d %02d:%02d:%02d UTC",
                  civil.tm_year + 1900, civil.tm_mon + 1, civil.tm_mday, civil.tm_hour,
                  civil.tm_min, civil.tm_sec);
    return text.data();
}

std::string printForPeople(const Certificate& certificate) {
    const X509* parsed = certificate.get();
    const Pointers pointers = readPointers(parsed);
    const NameConstraints constraints = readConstraints(parsed);
    const std::string profile = certificate.profile();
    std::string text;
    add(text, "Subject", {showName(X509_get_subject_name(parsed))});
    add(text, "Issuer", {showName(X509_get_issuer_name(parsed))});
    add(text, "Valid from", {printTime(certificate.notBefore())});
    add(text, "Valid until", {printTime(certificate.notAfter())});
    add(text, "Names", showAll(certificate.altNames()));
    add(text, "Profile", {profile.empty() ? "none of ours" : profile});
    add(text, "CA", {printCa(certificate)});
    add(text, "Usages", join(certificate.keyUsages()));
    add(text, "Good for", join(certificate.extendedUsages()));
    add(text, "Permitted names", showAll(constraints.permitted));
    add(text, "Excluded names", showAll(constraints.excluded));
    add(text, "Policies", showAll(pointers.policies));
    add(text, "CRL at", showAll(pointers.crlUrls));
    add(text, "OCSP at", showAll(pointers.ocspUrls));
    add(text, "CA's certificate", showAll(pointers.caIssuers));
    add(text, "Version", {std::to_string(certificate.version())});
    add(text, "Serial", {show(certificate.serial())});
    add(text, "Key", {printKey(certificate)});
    add(text, "Signature", {show(certificate.signatureAlgorithm())});
    addIdentifiers(text, certificate);
    add(text, "Other extensions", printRaw(rawExtensions(parsed)));
    return text;
}

}  // namespace sslkeys
