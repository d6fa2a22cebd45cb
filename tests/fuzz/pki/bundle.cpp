// Fuzzes whatever comes in one piece: what openBundle() finds is of the kinds that it promises,
// each part is written and read again as it was, the key's certificate is first, and opening never
// takes long. No message shows any of it.
#include "pki/bundle.h"

#include "mutate.h"
#include "pki/pkcs12.h"
#include "pki/pkcs7.h"
#include "property.h"

#include <algorithm>
#include <array>

using namespace sslkeys;

namespace {

const std::string kPassword = "fuzz";

constexpr std::array kKinds{"pkcs12", "pkcs7",     "certificate", "request",
                            "crl",    "publickey", "key",         "pem"};

void checkParts(const Bundle& bundle) {
    for (const Key& key : bundle.keys) {
        requireSupported(key.get());
        fuzz::check(Key::fromPem(view(key.toPem())).toPem() == key.toPem(),
                    "a key is read as it was written");
    }
    for (const Certificate& certificate : bundle.certificates) {
        fuzz::check(Certificate::fromPem(certificate.toPem()).toPem() == certificate.toPem(),
                    "a certificate is read as it was written");
    }
    for (const Request& request : bundle.requests) {
        fuzz::check(Request::fromPem(request.toPem()).toPem() == request.toPem(),
                    "a request is read as it was written");
    }
    for (const Crl& crl : bundle.crls) {
        const std::string pem = crl.toPem();
        const Bundle again = openBundle(Secret(pem.begin(), pem.end()), std::nullopt);
        fuzz::check(again.kind == "crl" && again.crls.front().toPem() == pem,
                    "a CRL is read as it was written");
    }
}

void checkBundle(const Bundle& bundle) {
    fuzz::check(std::find(kKinds.begin(), kKinds.end(), bundle.kind) != kKinds.end(),
                "what was opened is of a kind that is listed");
    checkParts(bundle);
    for (const Error& error : bundle.unsupported) {
        fuzz::check(error.is(Code::KeyUnsupported),
                    "what is passed over is a key that is not used");
    }
    fuzz::check(bundle.unsupported.empty() || !bundle.keys.empty() ||
                    !bundle.certificates.empty() || !bundle.requests.empty() ||
                    !bundle.crls.empty() || !bundle.publicKeys.empty(),
                "what has nothing but such keys is refused");
    if (bundle.hasCertificateOfKey) {
        fuzz::check(bundle.certificates.front().matches(bundle.keys.front().get()),
                    "the key's certificate stands first");
    }
    for (const std::string& name : bundle.names) {
        fuzz::check(!name.empty() &&
                        std::count(bundle.names.begin(), bundle.names.end(), name) == 1,
                    "a name is told once");
    }
    if (!bundle.certificates.empty()) {
        const auto der = writePkcs7(bundle.certificates, bundle.crls);
        const Bundle again = openBundle(Secret(der.begin(), der.end()), std::nullopt);
        fuzz::check(again.kind == "pkcs7" &&
                        again.certificates.size() == bundle.certificates.size() &&
                        again.certificates.front().toPem() == bundle.certificates.front().toPem(),
                    "certificates are read as they were bundled");
    }
}

// What was opened with its certificate is sealed and opened again.
void checkSealed(const Bundle& bundle) {
    const Secret password(kPassword.begin(), kPassword.end());
    const Pkcs12Terms terms{
        bundle.keys.front(), bundle.certificates.front(), bundle.certificates, "", password, true};
    const auto der = writePkcs12(terms);
    const Bundle again = openBundle(Secret(der.begin(), der.end()), password);
    fuzz::check(again.kind == "pkcs12" && again.hasCertificateOfKey &&
                    again.keys.front().toPem() == bundle.keys.front().toPem() &&
                    again.certificates.front().toPem() == bundle.certificates.front().toPem(),
                "a key and its certificate are opened as they were sealed");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = fuzz::view(data, size);
    const Secret octets(text.begin(), text.end());
    for (const auto& password :
         {std::optional<Secret>(), std::optional(Secret(kPassword.begin(), kPassword.end()))}) {
        const auto bundle = fuzz::attempt(
            text, fuzz::kNothing,
            {Code::BundleUnknown, Code::BundleEncrypted, Code::BundlePassword,
             Code::BundleAlgorithm, Code::BundleEffort, Code::BundleDamaged, Code::KeyPem,
             Code::KeyUnsupported, Code::CertificatePem, Code::RequestPem, Code::RequestSignature},
            [&] { return openBundle(octets, password); });
        if (bundle) {
            checkBundle(*bundle);
            if (bundle->hasCertificateOfKey && size % 8 == 0) {
                checkSealed(*bundle);
            }
        }
        fuzz::check(ERR_peek_error() == 0, "OpenSSL's error queue is empty after using a bundle");
    }
    return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t room, unsigned seed) {
    return fuzz::mutatePem(data, size, room, seed);
}
