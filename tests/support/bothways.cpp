// Shows that the short way for P-256 (generic/pki/p256.h) writes the bytes that OpenSSL's general
// way writes, for the same input. Prints what was compared; tests/p256.test runs it.
//
//     bothways COUNT      keys; one certificate of each profile for every tenth
#include "pki/issuance.h"
#include "pki/p256.h"
#include "pki/pem.h"

#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <iterator>
#include <vector>

namespace sslkeys {
namespace {

using Octets = std::vector<unsigned char>;

constexpr std::int64_t kNow = 1800000000;

void must(bool good, const char* what) {
    if (!good) {
        std::printf("differs: %s\n", what);
        std::exit(1);
    }
}

template <class T> Octets encode(int (*write)(const T*, unsigned char**), const T* object) {
    unsigned char* der = nullptr;
    const int length = write(object, &der);
    must(length > 0, "nothing, OpenSSL cannot write it");
    const OwnedBytes owned(der);
    return {der, der + length};
}

Octets signedPart(X509* certificate) {
    unsigned char* der = nullptr;
    const int length = i2d_re_X509_tbs(certificate, &der);
    must(length > 0, "nothing, OpenSSL cannot write it");
    const OwnedBytes owned(der);
    return {der, der + length};
}

void comparePrivateKey(const Key& key) {
    const OwnedPkcs8 general(EVP_PKEY2PKCS8(key.get()));
    const Secret pem = writePem("PRIVATE KEY", i2d_PKCS8_PRIV_KEY_INFO, general.get());
    must(view(pem) == view(key.toPem()), "a private key");
}

void comparePublicKey(const Key& key) {
    const OwnedCertificate shortly(X509_new());
    const OwnedCertificate general(X509_new());
    p256::setPublicKey(shortly.get(), *key.publicKey().point);
    must(X509_set_pubkey(general.get(), key.get()) == 1, "nothing, OpenSSL refuses the key");
    must(encode(i2d_X509_PUBKEY, X509_get_X509_PUBKEY(shortly.get())) ==
             encode(i2d_X509_PUBKEY, X509_get_X509_PUBKEY(general.get())),
         "a public key");
    const p256::PublicInfo info = p256::encodePublic(*key.publicKey().point);
    must(Octets(info.begin(), info.end()) == encode(i2d_PUBKEY, key.get()), "a public key's info");
}

// The certificate signed the general way has the same bytes up to the signature, which is random,
// and the short way's signature is good.
void compareSigning(const Certificate& certificate, const Key& signer) {
    const OwnedCertificate general(X509_dup(certificate.get()));
    must(X509_sign(general.get(), signer.get(), EVP_sha256()) > 0, "nothing, OpenSSL cannot sign");
    must(signedPart(general.get()) == signedPart(certificate.get()), "what is signed");
    const ASN1_BIT_STRING* generalSignature = nullptr;
    const ASN1_BIT_STRING* shortSignature = nullptr;
    const X509_ALGOR* generalAlgorithm = nullptr;
    const X509_ALGOR* shortAlgorithm = nullptr;
    X509_get0_signature(&generalSignature, &generalAlgorithm, general.get());
    X509_get0_signature(&shortSignature, &shortAlgorithm, certificate.get());
    must(encode(i2d_X509_ALGOR, generalAlgorithm) == encode(i2d_X509_ALGOR, shortAlgorithm),
         "the algorithm of a signature");
    must(X509_verify(certificate.get(), signer.get()) == 1, "a signature");
    must(encode(i2d_X509, certificate.get()) == encode(i2d_X509, general.get()) ||
             ASN1_STRING_cmp(generalSignature, shortSignature) != 0,
         "a whole certificate");
}

// What issuance says of a certificate is what stands in it.
void compareFace(const Certificate& made) {
    const der::View der = made.der();
    const Certificate read = Certificate::fromDer(der.begin(), der.size());
    must(made.serial() == read.serial() && made.notBefore() == read.notBefore() &&
             made.notAfter() == read.notAfter(),
         "a serial number or a time");
    must(made.subject().attributes() == read.subject().attributes(), "a subject");
    must(made.altNames() == read.altNames(), "alternative names");
    must(made.keyFingerprint() == read.keyFingerprint(), "a key's fingerprint");
}

// A key that is handed over without its point is written by OpenSSL.
void compareIssuing(const Terms& terms, const Key& key, const Authority& authority) {
    const Certificate shortly = issue(terms, key.publicKey(), authority).certificate;
    const Certificate general = issue(terms, {key.get(), std::nullopt}, authority).certificate;
    const OwnedCertificate renumbered(X509_dup(general.get()));
    must(X509_set_serialNumber(renumbered.get(), X509_get_serialNumber(shortly.get())) == 1,
         "nothing, OpenSSL refuses the serial");
    must(signedPart(renumbered.get()) == signedPart(shortly.get()), "a certificate's content");
    compareFace(shortly);
    compareFace(general);
    compareSigning(shortly, authority.key);
}

Terms termsFor(const Profile& profile, bool isRich) {
    Terms terms;
    terms.profile = &profile;
    terms.now = kNow;
    terms.subject.add("CN", "host.example");
    if (isRich) {
        terms.altNames.emplace();
        for (const char* name : {"DNS:*.Example.org", "EMAIL:bob@example.org", "IP:2001:DB8:0::1",
                                 "URI:https://example.org/a"}) {
            const AltName parsed = AltName::parse(name);
            if ((profile.altNameKinds & parsed.kind) != 0) {
                terms.altNames->push_back(parsed);
            }
        }
        terms.subject.add("O", "K\xC3\xA4se & S\xC3\xB6hne");
        terms.subject.add("C", "DE");
        terms.subject.add("EMAIL", "alice@example.org");
        terms.days = 40000;  // cut to the CA's end
    }
    return terms;
}

void compare(int count) {
    int certificates = 0;
    const Key caKey = Key::generate({});
    const Certificate root = selfsign(termsFor(findProfile("root"), true), caKey).certificate;
    compareSigning(root, caKey);
    for (int number = 0; number < count; ++number) {
        const Key key = Key::generate({});
        comparePrivateKey(key);
        comparePublicKey(key);
        for (const Profile& profile : profiles()) {
            if (number % 10 == 0 && profile.name != "root") {
                compareIssuing(termsFor(profile, number % 20 == 0), key, {root, caKey});
                ++certificates;
            }
        }
    }
    std::printf("%d keys and %d certificates are the same both ways\n", count, certificates);
}

}  // namespace
}  // namespace sslkeys

int main(int argc, char** argv) {
    const long count = argc == 2 ? std::strtol(argv[1], nullptr, 10) : 0;
    if (count <= 0 || count > 1000000) {
        std::printf("usage: bothways COUNT\n");
        return 2;
    }
    try {
        sslkeys::compare(static_cast<int>(count));
    } catch (const std::exception& error) {
        std::printf("%s\n", error.what());
        return 1;
    }
    return 0;
}
