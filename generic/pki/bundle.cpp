// See bundle.h: what kind of data it is, and what stands first.
#include "pki/bundle.h"

#include "pki/error.h"
#include "pki/pem.h"
#include "pki/pkcs12.h"
#include "pki/pkcs7.h"
#include "pki/sealed.h"

#include <algorithm>
#include <cctype>
#include <set>

namespace sslkeys {
namespace {

constexpr const char* kSealedLabel = "ENCRYPTED PRIVATE KEY";

[[noreturn]] void refuseUnknown(const char* why) { throw Error(Code::BundleUnknown, why); }

der::View octetsOf(const Secret& der) {
    return {reinterpret_cast<const unsigned char*>(der.data()), der.size()};
}

// Tell whether octets are one element of ASN.1, with nothing behind it, that OpenSSL reads so.
template <class T>
bool isWhole(const Secret& der, T* (*parse)(T**, const unsigned char**, long), void (*free)(T*)) {
    const auto* begin = reinterpret_cast<const unsigned char*>(der.data());
    const unsigned char* next = begin;
    T* parsed = parse(nullptr, &next, static_cast<long>(der.size()));
    free(parsed);
    drainOpenSsl();
    return parsed != nullptr && next == begin + der.size();
}

// The label that DER would have in PEM. RFC 7468.
struct Form {
    const char* label;
    bool (*fits)(const Secret& der);
};
constexpr Form kForms[] = {
    {"PKCS12", isPkcs12},
    {"PKCS7", isPkcs7},
    {"CERTIFICATE", [](const Secret& der) { return isWhole(der, d2i_X509, X509_free); }},
    {"X509 CRL", [](const Secret& der) { return looksLikeCrl(octetsOf(der)); }},
    {"CERTIFICATE REQUEST",
     [](const Secret& der) { return isWhole(der, d2i_X509_REQ, X509_REQ_free); }},
    {"PRIVATE KEY",
     [](const Secret& der) {
         return isWhole(der, d2i_PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free);
     }},
    {kSealedLabel, [](const Secret& der) { return isWhole(der, d2i_X509_SIG, X509_SIG_free); }},
    {"PUBLIC KEY",
     [](const Secret& der) { return isWhole(der, d2i_X509_PUBKEY, X509_PUBKEY_free); }},
};

// A label of PEM and the kind that we call it.
struct Kind {
    const char* label;
    const char* kind;
};
constexpr Kind kKinds[] = {
    {"PKCS12", "pkcs12"},
    {"PKCS7", "pkcs7"},
    {"PKCS #7 SIGNED DATA", "pkcs7"},
    {"CMS", "pkcs7"},
    {"CERTIFICATE", "certificate"},
    {"X509 CERTIFICATE", "certificate"},
    {"X509 CRL", "crl"},
    {"CERTIFICATE REQUEST", "request"},
    {"NEW CERTIFICATE REQUEST", "request"},
    {"PRIVATE KEY", "key"},
    {kSealedLabel, "key"},
    {"EC PRIVATE KEY", "key"},
    {"RSA PRIVATE KEY", "key"},
    {"PUBLIC KEY", "publickey"},
};

// out  "" for a label that we pass over, such as "EC PARAMETERS"
std::string kindOf(const std::string& label) {
    const auto* row = std::find_if(std::begin(kKinds), std::end(kKinds),
                                   [&](const Kind& each) { return label == each.label; });
    return row == std::end(kKinds) ? "" : row->kind;
}

// EST sends DER in base64, without the lines of PEM. RFC 7030 4.1.3.
std::optional<Secret> decodeBase64(const Secret& text) {
    Secret compact;
    for (const char each : text) {
        if (std::isspace(static_cast<unsigned char>(each)) == 0) {
            compact.push_back(each);
        }
    }
    const std::size_t padding =
        static_cast<std::size_t>(std::count(compact.begin(), compact.end(), '='));
    if (compact.empty() || compact.size() % 4 != 0 || padding > 2) {
        return std::nullopt;
    }
    Secret der(compact.size() / 4 * 3);
    const int length = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(der.data()),
                                       reinterpret_cast<const unsigned char*>(compact.data()),
                                       static_cast<int>(compact.size()));
    drainOpenSsl();
    if (length < 0) {
        return std::nullopt;
    }
    der.resize(static_cast<std::size_t>(length) - padding);
    return der;
}

// The old forms of keys have no d2i function of their own that says so little; who reads the key
// will say whether it is one. RFC 5915, RFC 8017 A.1.2.
std::string labelOfOldKey(const Secret& der) {
    const auto* next = reinterpret_cast<const unsigned char*>(der.data());
    const OwnedKey key(d2i_AutoPrivateKey(nullptr, &next, static_cast<long>(der.size())));
    drainOpenSsl();
    const int type = key == nullptr ? EVP_PKEY_NONE : EVP_PKEY_get_base_id(key.get());
    return type == EVP_PKEY_EC ? "EC PRIVATE KEY" : type == EVP_PKEY_RSA ? "RSA PRIVATE KEY" : "";
}

std::string labelOf(const Secret& der) {
    const auto* form = std::find_if(std::begin(kForms), std::end(kForms),
                                    [&](const Form& each) { return each.fits(der); });
    return form == std::end(kForms) ? labelOfOldKey(der) : form->label;
}

// Tell octets from text: all that we know is a SEQUENCE, whose length is either more than ASCII can
// say or that of the data. Inside it may hold whatever it likes, the words of PEM among it.
bool isBinary(const Secret& data) {
    constexpr char kSequence = 0x30;
    const std::size_t length = data.size() < 2 ? 0 : static_cast<unsigned char>(data[1]);
    return data.size() >= 2 && data.front() == kSequence &&
           (length >= 0x80 || length + 2 == data.size());
}

std::vector<PemBlock> blocksOf(const Secret& data) {
    if (isBinary(data)) {
        return {{labelOf(data), data, ""}};
    }
    if (view(data).find("-----BEGIN ") != std::string_view::npos) {
        return readPem(view(data));
    }
    const std::optional<Secret> decoded = decodeBase64(data);
    const Secret& der = decoded ? *decoded : data;
    return {{labelOf(der), der, ""}};
}

class Opener {
  public:
    Opener(const Secret& data, const std::optional<Secret>& password)
        : data_(data), password_(password) {}

    Bundle open() {
        std::set<std::string> kinds;
        for (const PemBlock& block : blocksOf(data_)) {
            const std::string kind = kindOf(block.label);
            if (!kind.empty()) {
                kinds.insert(kind);
                add(kind, block);
            }
        }
        if (kinds.empty()) {
            refuseUnknown("the data is nothing that can be opened: neither PEM, nor DER, PKCS#7 "
                          "or PKCS#12");
        }
        if (isEmpty() && !bundle_.unsupported.empty()) {
            throw bundle_.unsupported.front();
        }
        bundle_.kind = kinds.size() == 1 ? *kinds.begin() : "pem";
        arrange();
        return std::move(bundle_);
    }

  private:
    bool isEmpty() const {
        return bundle_.keys.empty() && bundle_.certificates.empty() && bundle_.requests.empty() &&
               bundle_.crls.empty() && bundle_.publicKeys.empty();
    }

    void spend(double part) {
        if (!effort_.spend(part)) {
            throw Error(Code::BundleEffort, "opening all keys of the text takes too long",
                        {{"kind", "key"}});
        }
    }

    void add(const std::string& kind, const PemBlock& block) {
        const der::View octets = octetsOf(block.der);
        if (kind == "request" || kind == "key" || kind == "publickey") {
            countOctets(bundle_, octets.size());
        }
        if (kind == "pkcs12") {
            requireLength(octets.size(), kLongestPem, Code::BundleLength, "the PKCS#12");
            readPkcs12(block.der, password_, effort_, bundle_);
        } else if (kind == "pkcs7") {
            readPkcs7(block.der, bundle_);
        } else if (kind == "certificate") {
            addCertificate(bundle_, octets);
        } else if (kind == "request") {
            bundle_.requests.push_back(Request::fromPem(view(writePem(block))));
        } else if (kind == "key") {
            addKey(block);
        } else if (kind == "crl") {
            addCrl(bundle_, {octets.begin(), octets.end()});
        } else {
            addPublicKey(block);
        }
    }

    void addKey(const PemBlock& block) {
        constexpr double kEffort = 0.02;  // what a key is tried with before it is believed
        spend(kEffort + (block.label == kSealedLabel ? effortOfSealedKey(block.der) : 0));
        const Secret* password = password_ ? &*password_ : nullptr;
        try {
            sslkeys::addKey(bundle_, [&] { return Key::fromPem(view(writePem(block)), password); });
        } catch (const Error& error) {
            if (error.is(Code::KeyEncrypted)) {
                throw Error(Code::BundleEncrypted, error.what(), {{"kind", "key"}});
            }
            if (error.is(Code::KeyPassword)) {
                throw Error(Code::BundlePassword, error.what(), {{"kind", "key"}});
            }
            throw;
        }
    }

    void addPublicKey(const PemBlock& block) {
        if (!isWhole(block.der, d2i_PUBKEY, EVP_PKEY_free)) {
            throw Error(Code::BundleDamaged, "the public key is damaged", {{"kind", "publickey"}});
        }
        bundle_.publicKeys.emplace_back(view(writePem(block)));
    }

    // Bring the key's certificate to the front, and behind it those that it hangs from.
    void arrange() {
        std::vector<Certificate>& list = bundle_.certificates;
        if (bundle_.keys.empty()) {
            return;
        }
        auto found = std::find_if(list.begin(), list.end(), [&](const Certificate& each) {
            const bool fits =
                EVP_PKEY_eq(X509_get0_pubkey(each.get()), bundle_.keys.front().get()) == 1;
            drainOpenSsl();
            return fits;
        });
        bundle_.hasCertificateOfKey = found != list.end();
        for (auto place = list.begin(); found != list.end(); ++place) {
            std::rotate(place, found, found + 1);
            X509* last = place->get();
            const bool isRoot = X509_check_issued(last, last) == X509_V_OK;
            found = isRoot ? list.end()
                           : std::find_if(place + 1, list.end(), [&](const Certificate& each) {
                                 return X509_check_issued(each.get(), last) == X509_V_OK;
                             });
        }
        drainOpenSsl();
    }

    const Secret& data_;
    const std::optional<Secret>& password_;
    Effort effort_;
    Bundle bundle_;
};

}  // namespace

void addKey(Bundle& bundle, const std::function<Key()>& read) {
    try {
        bundle.keys.push_back(read());
    } catch (const Error& error) {
        if (!error.is(Code::KeyUnsupported)) {
            throw;
        }
        bundle.unsupported.push_back(error);
    }
}

void countOctets(Bundle& bundle, std::size_t octets) {
    bundle.octets += octets;
    requireLength(bundle.octets, kLongestPem, Code::BundleLength,
                  "what there is beside revocation lists");
}

void addCertificate(Bundle& bundle, der::View der) {
    countOctets(bundle, der.size());
    bundle.certificates.push_back(Certificate::fromDer(der.begin(), der.size()));
}

void addCrl(Bundle& bundle, der::Octets der) {
    try {
        bundle.crls.push_back(Crl::fromDer(std::move(der)));
    } catch (const Error& error) {
        throw Error(Code::BundleDamaged, error.what(), {{"kind", "crl"}});
    }
}

Bundle openBundle(const Secret& data, const std::optional<Secret>& password) {
    requireLength(data.size(), kLongestCrl, Code::BundleLength, "the data");
    return Opener(data, password).open();
}

}  // namespace sslkeys
