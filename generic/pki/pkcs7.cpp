// See pkcs7.h.
#include "pki/pkcs7.h"

#include "pki/error.h"
#include "pki/pem.h"

#include <openssl/cms.h>
#include <openssl/objects.h>
#include <openssl/pkcs7.h>

namespace sslkeys {
namespace {

void popCertificates(STACK_OF(X509) * list) noexcept { sk_X509_pop_free(list, X509_free); }
void popCrls(STACK_OF(X509_CRL) * list) noexcept { sk_X509_CRL_pop_free(list, X509_CRL_free); }

using OwnedPkcs7 = Owned<PKCS7, PKCS7_free>;
using OwnedCms = Owned<CMS_ContentInfo, CMS_ContentInfo_free>;
using FoundCertificates = std::unique_ptr<STACK_OF(X509), Deleter<popCertificates>>;
using FoundCrls = std::unique_ptr<STACK_OF(X509_CRL), Deleter<popCrls>>;

constexpr const char* kFailure = "could not write the PKCS#7";

OwnedPkcs7 newSignedData() {
    OwnedPkcs7 pkcs7(require(PKCS7_new(), kFailure));
    require(PKCS7_set_type(pkcs7.get(), NID_pkcs7_signed), kFailure);
    // RFC 5652 5.1: data, and none of it.
    pkcs7->d.sign->contents->type = OBJ_nid2obj(NID_pkcs7_data);
    return pkcs7;
}

OwnedCms parseCms(const Secret& der) {
    const auto* next = reinterpret_cast<const unsigned char*>(der.data());
    OwnedCms cms(d2i_CMS_ContentInfo(nullptr, &next, static_cast<long>(der.size())));
    drainOpenSsl();
    return cms;
}

}  // namespace

std::vector<unsigned char> writePkcs7(const std::vector<Certificate>& certificates,
                                      std::string_view crls) {
    const OwnedPkcs7 pkcs7 = newSignedData();
    for (const Certificate& certificate : certificates) {
        require(PKCS7_add_certificate(pkcs7.get(), certificate.get()), kFailure);
    }
    const std::vector<PemBlock> blocks = readPem(crls);
    for (const PemBlock& block : blocks) {
        const auto* next = reinterpret_cast<const unsigned char*>(block.der.data());
        const OwnedCrl crl(block.label == "X509 CRL"
                               ? d2i_X509_CRL(nullptr, &next, static_cast<long>(block.der.size()))
                               : nullptr);
        drainOpenSsl();
        if (crl == nullptr) {
            throw Error(Code::BundleDamaged, "what is given as CRLs holds something else",
                        {{"kind", "crl"}});
        }
        require(PKCS7_add_crl(pkcs7.get(), crl.get()), kFailure);
    }
    if (blocks.empty() && !crls.empty()) {
        throw Error(Code::BundleDamaged, "there is no CRL in PEM", {{"kind", "crl"}});
    }
    return encodeDer<PKCS7>(i2d_PKCS7, pkcs7.get());
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
        const auto bytes = encodeDer<X509>(i2d_X509, sk_X509_value(certificates.get(), index));
        bundle.certificates.push_back(Certificate::fromDer(bytes.data(), bytes.size()));
    }
    const FoundCrls crls(CMS_get1_crls(cms.get()));
    for (int index = 0; index < sk_X509_CRL_num(crls.get()); ++index) {
        const X509_CRL* crl = sk_X509_CRL_value(crls.get(), index);
        bundle.crls.emplace_back(view(writePem("X509 CRL", i2d_X509_CRL, crl)));
    }
    drainOpenSsl();
}

}  // namespace sslkeys
