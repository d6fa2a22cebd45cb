// See pkcs12.h: reading. The MAC comes first: it tells whether the passphrase is right before
// anything else is opened. RFC 7292 5.
#include "pki/error.h"
#include "pki/pem.h"
#include "pki/pkcs12.h"
#include "pki/text.h"

#include <openssl/asn1t.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/pkcs12.h>

#include <algorithm>

namespace sslkeys {
namespace {

// PKCS#12 tells no passphrase from an empty one.
using Password = std::optional<Secret>;

Error::Data kindOnly() { return {{"kind", "pkcs12"}}; }

[[noreturn]] void refuseDamage(const char* why) {
    throw Error(Code::BundleDamaged, why, kindOnly());
}

[[noreturn]] void refuseAlgorithm(const std::string& what) {
    throw Error(Code::BundleAlgorithm,
                "the PKCS#12 is protected with " + quote(what) + ", which cannot be opened here",
                {{"kind", "pkcs12"}, {"algorithm", what}});
}

OwnedPkcs12 parse(const Secret& der) {
    const auto* next = reinterpret_cast<const unsigned char*>(der.data());
    OwnedPkcs12 pkcs12(d2i_PKCS12(nullptr, &next, static_cast<long>(der.size())));
    drainOpenSsl();
    return pkcs12;
}

OwnedBags parseBags(const Secret& der) {
    const auto* next = reinterpret_cast<const unsigned char*>(der.data());
    OwnedBags bags(reinterpret_cast<STACK_OF(PKCS12_SAFEBAG)*>(ASN1_item_d2i(
        nullptr, &next, static_cast<long>(der.size()), ASN1_ITEM_rptr(PKCS12_SAFEBAGS))));
    drainOpenSsl();
    return bags;
}

bool isAscii(const Secret& text) {
    return std::all_of(text.begin(), text.end(), [](char octet) { return octet >= 0; });
}

// UTF-8 of the characters that these octets are in Latin-1: before OpenSSL 1.1 each octet of a
// passphrase became a character of its own.
Secret spreadOctets(const Secret& text) {
    Secret spread;
    for (const char each : text) {
        const auto octet = static_cast<unsigned char>(each);
        if (octet >= 0x80) {
            spread.push_back(static_cast<char>(0xC0U | octet >> 6U));
        }
        spread.push_back(static_cast<char>(octet < 0x80 ? octet : 0x80U | (octet & 0x3FU)));
    }
    return spread;
}

// The passphrase as a BMPString with its two zeros, which old NSS gave to PBES2 as well.
Secret widen(const Secret& text) {
    int length = 0;
    unsigned char* wide = nullptr;
    const OwnedBytes owned(
        OPENSSL_utf82uni(text.data(), static_cast<int>(text.size()), &wide, &length));
    Secret copy(owned.get(), owned.get() + (owned == nullptr ? 0 : length));
    OPENSSL_cleanse(owned.get(), copy.size());
    return copy;
}

class Reader {
  public:
    Reader(const std::optional<Secret>& given, Effort& effort, Bundle& bundle)
        : given_(given), effort_(effort), bundle_(&bundle) {
        if (!given || given->empty()) {
            candidates_ = {std::nullopt, Secret()};
        } else {
            candidates_ = {given};
            if (!isAscii(*given)) {
                candidates_.emplace_back(spreadOctets(*given));
            }
        }
    }

    void read(PKCS12* pkcs12) {
        const OwnedSafes safes(PKCS12_unpack_authsafes(pkcs12));
        drainOpenSsl();
        if (safes == nullptr) {
            refuseDamage("the PKCS#12 is damaged, or sealed for a public key");
        }
        if (PKCS12_mac_present(pkcs12) == 1 && !proves(pkcs12)) {
            explainMac(safes.get());
        }
        readSafes(safes.get());
    }

  private:
    void spend(double part) {
        if (!effort_.spend(part)) {
            throw Error(Code::BundleEffort,
                        "opening the PKCS#12 takes too long: it asks for too many rounds",
                        kindOnly());
        }
    }

    // Look for the passphrase that the MAC was made with; from then on it is the only one.
    bool proves(PKCS12* pkcs12) {
        const X509_ALGOR* algorithm = nullptr;
        const ASN1_INTEGER* rounds = nullptr;
        PKCS12_get0_mac(nullptr, &algorithm, nullptr, &rounds, pkcs12);
        const std::string name = OBJ_nid2sn(OBJ_obj2nid(algorithm->algorithm));
        const Owned<EVP_MD, EVP_MD_free> digest(EVP_MD_fetch(nullptr, name.c_str(), nullptr));
        drainOpenSsl();
        if (digest == nullptr) {
            refuseAlgorithm(name);
        }
        for (const Password& password : std::vector<Password>(candidates_)) {
            spend(effortOfMac(rounds));
            const char* text = !password ? nullptr : password->empty() ? "" : password->data();
            const int length = password ? static_cast<int>(password->size()) : 0;
            isProven_ = PKCS12_verify_mac(pkcs12, text, length) == 1;
            drainOpenSsl();
            if (isProven_) {
                candidates_ = {password};
                return true;
            }
        }
        return false;
    }

    // The MAC does not fit. Where a part opens all the same, the passphrase is right.
    [[noreturn]] void explainMac(const STACK_OF(PKCS7) * safes) {
        Bundle scratch;
        bundle_ = &scratch;
        try {
            readSafes(safes);
        } catch (const Error&) {
            // what was opened until then tells
        }
        if (hasOpened_) {
            refuseDamage("the PKCS#12 was changed or is damaged: its MAC does not fit");
        }
        refusePassword();
    }

    [[noreturn]] void refusePassword() const {
        if (!given_) {
            throw Error(Code::BundleEncrypted, "the PKCS#12 is encrypted: give its passphrase",
                        kindOnly());
        }
        throw Error(Code::BundlePassword, "the passphrase does not open the PKCS#12", kindOnly());
    }

    // The forms in which the passphrase may have been given to an algorithm.
    std::vector<Password> formsFor(const X509_ALGOR* algorithm) const {
        if (OBJ_obj2nid(algorithm->algorithm) != NID_pbes2) {
            return candidates_;
        }
        const Secret text = given_ ? *given_ : Secret();
        return {text, widen(text)};
    }

    // Open a sealed part.
    //   in  take  takes what was sealed; false when it is nothing of the kind
    template <class Take>
    void open(const X509_ALGOR* algorithm, const ASN1_OCTET_STRING* sealed, const Take& take) {
        if (algorithm == nullptr || sealed == nullptr) {
            refuseDamage("a part of the PKCS#12 is empty");
        }
        for (const Password& password : formsFor(algorithm)) {
            constexpr double kAtLeast = 0.001;
            spend(effortOf(algorithm) + kAtLeast);
            Secret plain;
            const Opening opening =
                unseal(algorithm, sealed, password ? &*password : nullptr, plain);
            if (opening == Opening::kUnsupported) {
                const Sealing how = describeSealing(algorithm);
                refuseAlgorithm(how.kdf + (how.cipher.empty() ? "" : " and " + how.cipher));
            }
            if (opening == Opening::kOpened && take(plain)) {
                return;
            }
        }
        if (isProven_ || hasOpened_) {
            refuseDamage("a part of the PKCS#12 is damaged");
        }
        refusePassword();
    }

    void readSafes(const STACK_OF(PKCS7) * safes) {
        for (int index = 0; index < sk_PKCS7_num(safes); ++index) {
            readSafe(sk_PKCS7_value(safes, index));
        }
    }

    void readSafe(PKCS7* safe) {
        const int type = OBJ_obj2nid(safe->type);
        if (type == NID_pkcs7_data) {
            const OwnedBags bags(PKCS12_unpack_p7data(safe));
            drainOpenSsl();
            if (bags == nullptr) {
                refuseDamage("a part of the PKCS#12 is damaged");
            }
            readBags(bags.get(), 0);
        } else if (type == NID_pkcs7_encrypted) {
            const PKCS7_ENCRYPT* encrypted = safe->d.encrypted;
            const PKCS7_ENC_CONTENT* content = encrypted == nullptr ? nullptr : encrypted->enc_data;
            OwnedBags bags;
            open(content == nullptr ? nullptr : content->algorithm,
                 content == nullptr ? nullptr : content->enc_data, [&](const Secret& plain) {
                     bags = parseBags(plain);
                     return bags != nullptr;
                 });
            hasOpened_ = true;
            readBags(bags.get(), 0);
        } else {
            refuseAlgorithm(OBJ_nid2sn(type));
        }
    }

    void readBags(const STACK_OF(PKCS12_SAFEBAG) * bags, int depth) {
        constexpr int kDeepest = 4;  // nobody nests them
        if (depth > kDeepest) {
            refuseDamage("the PKCS#12 nests too deeply");
        }
        for (int index = 0; index < sk_PKCS12_SAFEBAG_num(bags); ++index) {
            readBag(sk_PKCS12_SAFEBAG_value(bags, index), depth);
        }
    }

    void readBag(PKCS12_SAFEBAG* bag, int depth) {
        switch (PKCS12_SAFEBAG_get_nid(bag)) {
        case NID_keyBag: addKey(encodeKey(PKCS12_SAFEBAG_get0_p8inf(bag))); break;
        case NID_pkcs8ShroudedKeyBag: openKey(PKCS12_SAFEBAG_get0_pkcs8(bag)); break;
        case NID_certBag: addCertificate(bag); break;
        case NID_crlBag: addCrl(bag); break;
        case NID_safeContentsBag: readBags(PKCS12_SAFEBAG_get0_safes(bag), depth + 1); break;
        default: return;  // a secret of Java's, or what nobody knows yet
        }
        addName(bag);
    }

    static Secret encodeKey(const PKCS8_PRIV_KEY_INFO* pkcs8) {
        unsigned char* der = nullptr;
        const int length = i2d_PKCS8_PRIV_KEY_INFO(pkcs8, &der);
        const OwnedBytes owned(der);
        drainOpenSsl();
        if (length <= 0) {
            refuseDamage("a key of the PKCS#12 is damaged");
        }
        Secret copy(der, der + length);
        OPENSSL_cleanse(der, copy.size());
        return copy;
    }

    void openKey(const X509_SIG* shrouded) {
        const X509_ALGOR* algorithm = nullptr;
        const ASN1_OCTET_STRING* sealed = nullptr;
        X509_SIG_get0(shrouded, &algorithm, &sealed);
        Secret pkcs8;
        open(algorithm, sealed, [&](const Secret& plain) {
            const auto* next = reinterpret_cast<const unsigned char*>(plain.data());
            const bool isKey = OwnedPkcs8(d2i_PKCS8_PRIV_KEY_INFO(
                                   nullptr, &next, static_cast<long>(plain.size()))) != nullptr;
            drainOpenSsl();
            pkcs8 = plain;
            return isKey;
        });
        hasOpened_ = true;
        addKey(pkcs8);
    }

    void addKey(const Secret& pkcs8) {
        constexpr double kEffort = 0.02;  // what a key is tried with before it is believed
        spend(kEffort);
        sslkeys::addKey(*bundle_, [&] { return Key::fromPkcs8(pkcs8); });
    }

    void addCertificate(const PKCS12_SAFEBAG* bag) {
        if (PKCS12_SAFEBAG_get_bag_nid(bag) != NID_x509Certificate) {
            return;
        }
        const OwnedCertificate certificate(PKCS12_SAFEBAG_get1_cert(bag));
        drainOpenSsl();
        if (certificate == nullptr) {
            refuseDamage("a certificate of the PKCS#12 is damaged");
        }
        sslkeys::addCertificate(*bundle_, encodeDer<X509>(i2d_X509, certificate.get()));
    }

    void addCrl(const PKCS12_SAFEBAG* bag) {
        if (PKCS12_SAFEBAG_get_bag_nid(bag) != NID_x509Crl) {
            return;
        }
        const OwnedCrl crl(PKCS12_SAFEBAG_get1_crl(bag));
        drainOpenSsl();
        if (crl == nullptr) {
            refuseDamage("a CRL of the PKCS#12 is damaged");
        }
        sslkeys::addCrl(*bundle_, encodeDer<X509_CRL>(i2d_X509_CRL, crl.get()));
    }

    void addName(const PKCS12_SAFEBAG* bag) {
        // OpenSSL's own reader of these fails at a last character of three octets.
        const ASN1_TYPE* value = PKCS12_SAFEBAG_get0_attr(bag, NID_friendlyName);
        if (value == nullptr || ASN1_TYPE_get(value) != V_ASN1_BMPSTRING) {
            return;
        }
        const ASN1_STRING* wide = value->value.bmpstring;
        const std::string name = readBmp(ASN1_STRING_get0_data(wide),
                                         static_cast<std::size_t>(ASN1_STRING_length(wide)));
        std::vector<std::string>& names = bundle_->names;
        if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end()) {
            names.push_back(name);
        }
    }

    const std::optional<Secret>& given_;
    Effort& effort_;
    Bundle* bundle_;
    std::vector<Password> candidates_;
    bool isProven_ = false;   // the MAC fits
    bool hasOpened_ = false;  // something was opened with the passphrase
};

}  // namespace

bool isPkcs12(const Secret& der) { return parse(der) != nullptr; }

void readPkcs12(const Secret& der, const std::optional<Secret>& password, Effort& effort,
                Bundle& bundle) {
    const OwnedPkcs12 pkcs12 = parse(der);
    if (pkcs12 == nullptr) {
        refuseDamage("the PKCS#12 is damaged");
    }
    Reader(password, effort, bundle).read(pkcs12.get());
}

}  // namespace sslkeys
