// PKCS#12 as a plain C program writes it with PKCS12_create(), with the parameters that sslkeys
// takes: AES-256-CBC, PBKDF2-HMAC-SHA-256 and an HMAC-SHA-256 MAC, 100,000 rounds each. Key and
// certificate are loaded once, as a server would.
//
//     bundles COUNT KEYFILE CERTFILE      PKCS#12 per second
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>

namespace {

constexpr int kRounds = 100000;

template <class T> T* must(T* made) {
    if (made == nullptr) {
        std::fprintf(stderr, "a call of OpenSSL failed\n");
        std::exit(1);
    }
    return made;
}

struct Free {
    void operator()(BIO* bio) const { BIO_free(bio); }
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(X509* certificate) const { X509_free(certificate); }
    void operator()(PKCS12* bundle) const { PKCS12_free(bundle); }
};
template <class T> using Owned = std::unique_ptr<T, Free>;

long writeOne(EVP_PKEY* key, X509* certificate) {
    const Owned<PKCS12> bundle(
        must(PKCS12_create("correct horse", "alice", key, certificate, nullptr, NID_aes_256_cbc,
                           NID_aes_256_cbc, kRounds, kRounds, 0)));
    unsigned char* der = nullptr;
    const int length = i2d_PKCS12(bundle.get(), &der);
    OPENSSL_free(der);
    return length;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) {
        std::fprintf(stderr, "usage: bundles COUNT KEYFILE CERTFILE\n");
        return 2;
    }
    const long count = std::strtol(argv[1], nullptr, 10);
    const Owned<BIO> keyFile(must(BIO_new_file(argv[2], "r")));
    const Owned<BIO> certificateFile(must(BIO_new_file(argv[3], "r")));
    const Owned<EVP_PKEY> key(
        must(PEM_read_bio_PrivateKey(keyFile.get(), nullptr, nullptr, nullptr)));
    const Owned<X509> certificate(
        must(PEM_read_bio_X509(certificateFile.get(), nullptr, nullptr, nullptr)));
    const auto start = std::chrono::steady_clock::now();
    for (long index = 0; index < count; ++index) {
        if (writeOne(key.get(), certificate.get()) <= 0) {
            return 1;
        }
    }
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    std::printf("%.1f\n", static_cast<double>(count) / taken.count());
}
