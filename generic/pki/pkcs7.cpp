// See pkcs7.h.
#include "pki/pkcs7.h"

#include "pki/error.h"
#include "pki/pem.h"

#include <openssl/cms.h>
#include <openssl/objects.h>

#include <iterator>

namespace sslkeys {
namespace {

void popCertificates(STACK_OF(X509) * list) noexcept { sk_X509_pop_free(list, X509_free); }
void popCrls(STACK_OF(X509_CRL) * list) noexcept { sk_X509_CRL_pop_free(list, X509_CRL_free); }

using OwnedCms = Owned<CMS_ContentInfo, CMS_ContentInfo_free>;
using FoundCertificates = std::unique_ptr<STACK_OF(X509), Deleter<popCertificates>>;
using FoundCrls = std::unique_ptr<STACK_OF(X509_CRL), Deleter<popCrls>>;

// RFC 5652 5.1, what stands before and after the certificates: version 1, no digest, data and none
// of it; no signer.
constexpr unsigned char kBefore[] = {0x02, 0x01, 0x01, 0x31, 0x00, 0x30, 0x0B, 0x06, 0x09,
                                     0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x01};
constexpr unsigned char kAfter[] = {0x31, 0x00};
constexpr unsigned char kSignedData[] = {0x06, 0x09, 0x2A, 0x86, 0x48, 0x86,
                                         0xF7, 0x0D, 0x01, 0x07, 0x02};
constexpr unsigned char kCertificates = 0xA0;  // [0] IMPLICIT
constexpr unsigned char kCrls = 0xA1;          // [1] IMPLICIT

OwnedCms parseCms(const Secret& der) {
    const auto* next = reinterpret_cast<const unsigned char*>(der.data());
    OwnedCms cms(d2i_CMS_ContentInfo(nullptr, &next, static_cast<long>(der.size())));
    drainOpenSsl();
    return cms;
}

}  // namespace

der::Octets writePkcs7(const std::vector<Certificate>& certificates, const std::vector<Crl>& crls) {
    der::Octets listed;
    for (const Certificate& certificate : certificates) {
        der::append(listed, certificate.der());
    }
    der::Octets revoked;
    for (const Crl& crl : crls) {
        der::append(revoked, crl.der());
    }
    der::Octets content(std::begin(kBefore), std::end(kBefore));
    if (!listed.empty()) {
        der::append(content, kCertificates, listed);
    }
    if (!revoked.empty()) {
        der::append(content, kCrls, revoked);
    }
    der::append(content, {kAfter, sizeof kAfter});
    der::Octets signedData;
    der::append(signedData, der::kSequence, content);
    der::Octets info(std::begin(kSignedData), std::end(kSignedData));
    der::append(info, der::kContext0, signedData);
    der::Octets out;
    der::append(out, der::kSequence, info);
    return out;
}

bool isPkcs7(const Secret& der) { return parseCms(der) != nullptr; }

void readPkcs7(const Secret& der, Bundle& bundle) {
    const OwnedCms cms = parseCms(der);
    if (cms == nullptr) {
        throw Error(Code::BundleDamaged, "the PKCS#7 is damaged", {{"kind", "pkcs7"}});
    }
    if (OBJ_obj2nid(CMS_get0_type(cms.get())) != NID_pkcs7_signed) {
        throw Error(Code::BundleUnknown, "the PKCS#7 is not signed data, so it has no certificates",
                    {{"kind", "pkcs7"}});
    }
    const FoundCertificates certificates(CMS_get1_certs(cms.get()));
    for (int index = 0; index < sk_X509_num(certificates.get()); ++index) {
        addCertificate(bundle, encodeDer<X509>(i2d_X509, sk_X509_value(certificates.get(), index)));
    }
    const FoundCrls crls(CMS_get1_crls(cms.get()));
    for (int index = 0; index < sk_X509_CRL_num(crls.get()); ++index) {
        addCrl(bundle, encodeDer<X509_CRL>(i2d_X509_CRL, sk_X509_CRL_value(crls.get(), index)));
    }
    drainOpenSsl();
}

}  // namespace sslkeys
