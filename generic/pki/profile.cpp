// See profile.h.
#include "pki/profile.h"

#include "pki/error.h"

#include <openssl/objects.h>

#include <algorithm>

namespace sslkeys {
namespace {

constexpr unsigned kHosts = AltName::kDns | AltName::kIp;
constexpr unsigned kPersons = AltName::kEmail | AltName::kUri;
constexpr unsigned kLeafUsages = KU_DIGITAL_SIGNATURE;
constexpr unsigned kCaUsages = KU_KEY_CERT_SIGN | KU_CRL_SIGN;
constexpr int kLeafDays = 365;
constexpr int kCaDays = 3650;

}  // namespace

// clang-format off
const std::vector<Profile>& profiles() {
    // An operator is a client by its usages: what it may do is told by its registry row alone.
    static const std::vector<Profile> rows = {
        //name            CA     path usages     purposes                            days       names                host   noCheck
        {"server",       false, -1, kLeafUsages, {NID_server_auth, NID_undef},       kLeafDays, kHosts | kPersons,   true,  false},
        {"client",       false, -1, kLeafUsages, {NID_client_auth, NID_undef},       kLeafDays, kHosts | kPersons,   false, false},
        {"peer",         false, -1, kLeafUsages, {NID_server_auth, NID_client_auth}, kLeafDays, kHosts | kPersons,   true,  false},
        {"operator",     false, -1, kLeafUsages, {NID_client_auth, NID_undef},       kLeafDays, kPersons,            false, false},
        {"ocsp",         false, -1, kLeafUsages, {NID_OCSP_sign, NID_undef},         kLeafDays, kPersons,            false, true},
        {"intermediate", true,   0, kCaUsages,   {NID_undef, NID_undef},             kCaDays,   kPersons,            false, false},
        {"root",         true,  -1, kCaUsages,   {NID_undef, NID_undef},             kCaDays,   kPersons,            false, false},
    };
    return rows;
}
// clang-format on

unsigned keyUsagesFor(const Profile& profile, const EVP_PKEY* key) {
    const bool isRsa = EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA;
    return profile.keyUsages | (profile.needsHost && isRsa ? KU_KEY_ENCIPHERMENT : 0U);
}

const Profile& findProfile(std::string_view name) {
    const auto& rows = profiles();
    const auto row = std::find_if(rows.begin(), rows.end(),
                                  [&](const Profile& each) { return each.name == name; });
    if (row == rows.end()) {
        std::string known;
        for (const Profile& each : rows) {
            known += (known.empty() ? "" : ", ") + std::string(each.name);
        }
        throw Error(Code::CertificateProfile,
                    "unknown profile " + quote(name) + ": must be one of " + known,
                    {{"profile", std::string(name)}});
    }
    return *row;
}

const Profile* recognise(const X509* certificate) {
    auto* mutableCertificate = const_cast<X509*>(certificate);  // OpenSSL caches what it reads
    const bool isCa = X509_check_ca(mutableCertificate) == 1;
    const auto& rows = profiles();
    if (isCa) {
        const bool isRoot = (X509_get_extension_flags(mutableCertificate) & EXFLAG_SS) != 0;
        return &findProfile(isRoot ? "root" : "intermediate");
    }
    const std::uint32_t usages = X509_get_extended_key_usage(mutableCertificate);
    constexpr std::uint32_t kServer = XKU_SSL_SERVER;
    constexpr std::uint32_t kClient = XKU_SSL_CLIENT;
    const char* name = usages == kServer               ? "server"
                       : usages == kClient             ? "client"
                       : usages == (kServer | kClient) ? "peer"
                       : usages == XKU_OCSP_SIGN       ? "ocsp"
                                                       : "";
    const auto row = std::find_if(rows.begin(), rows.end(),
                                  [&](const Profile& each) { return each.name == name; });
    return row == rows.end() ? nullptr : &*row;
}

}  // namespace sslkeys
