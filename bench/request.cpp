// What a C++ programmer writes over OpenSSL for a request and its certificate: a key that is given asks, its request goes out
// as PEM, the CA reads it, checks its signature and signs, the certificate goes out as PEM.
//
//     request COUNT      prints certificates per second
//
// P-256, the subject and the five extensions of a client's certificate with one alternative name, as ours has them.
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

void must(bool good, const char* what) {
    if (!good) {
        std::fprintf(stderr, "request: %s failed\n", what);
        std::exit(1);
    }
}

void addName(X509_NAME* name, const char* type, const char* value) {
    X509_NAME_add_entry_by_txt(name, type, MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(value), -1, -1, 0);
}

X509_EXTENSION* makeText(X509* issuer, X509* subject, int nid, const char* text) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, subject, nullptr, nullptr, 0);
    X509_EXTENSION* extension = X509V3_EXT_nconf_nid(nullptr, &context, nid, text);
    must(extension != nullptr, text);
    return extension;
}

void addText(X509* certificate, X509* issuer, int nid, const char* text) {
    X509_EXTENSION* extension = makeText(issuer, certificate, nid, text);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

void begin(X509* certificate, X509_NAME* issuer) {
    unsigned char octets[16];
    RAND_bytes(octets, sizeof octets);
    octets[0] = static_cast<unsigned char>((octets[0] & 0x7F) | 1);
    BIGNUM* number = BN_bin2bn(octets, sizeof octets, nullptr);
    BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate));
    BN_free(number);
    X509_set_version(certificate, X509_VERSION_3);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -300);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 365L * 86400);
    X509_set_issuer_name(certificate, issuer);
}

struct Ca {
    EVP_PKEY* key;
    X509* certificate;
    X509_EXTENSION* kept[4];  // those that are the same in every certificate
};

Ca makeCa() {
    Ca ca{EVP_EC_gen("prime256v1"), X509_new(), {}};
    X509_NAME* name = X509_get_subject_name(ca.certificate);
    addName(name, "CN", "Loop CA");
    begin(ca.certificate, name);
    X509_set_pubkey(ca.certificate, ca.key);
    addText(ca.certificate, ca.certificate, NID_basic_constraints, "critical,CA:TRUE");
    addText(ca.certificate, ca.certificate, NID_key_usage, "critical,keyCertSign,cRLSign");
    addText(ca.certificate, ca.certificate, NID_subject_key_identifier, "hash");
    must(X509_sign(ca.certificate, ca.key, EVP_sha256()) > 0, "signing the CA");
    ca.kept[0] = makeText(ca.certificate, nullptr, NID_basic_constraints, "critical,CA:FALSE");
    ca.kept[1] = makeText(ca.certificate, nullptr, NID_key_usage, "critical,digitalSignature");
    ca.kept[2] = makeText(ca.certificate, nullptr, NID_ext_key_usage, "clientAuth");
    ca.kept[3] = makeText(ca.certificate, nullptr, NID_authority_key_identifier, "keyid:always");
    return ca;
}

std::string takeBio(BIO* bio) {
    char* text = nullptr;
    const long length = BIO_get_mem_data(bio, &text);
    std::string result(text, static_cast<std::size_t>(length));
    BIO_free(bio);
    return result;
}

std::string ask(EVP_PKEY* key) {
    X509_REQ* request = X509_REQ_new();
    X509_REQ_set_version(request, X509_REQ_VERSION_1);
    X509_NAME* name = X509_REQ_get_subject_name(request);
    addName(name, "CN", "client1");
    addName(name, "O", "Example");
    X509_REQ_set_pubkey(request, key);
    STACK_OF(X509_EXTENSION)* wishes = sk_X509_EXTENSION_new_null();
    sk_X509_EXTENSION_push(wishes, makeText(nullptr, nullptr, NID_subject_alt_name, "DNS:client1.example.org"));
    X509_REQ_add_extensions(request, wishes);
    sk_X509_EXTENSION_pop_free(wishes, X509_EXTENSION_free);
    must(X509_REQ_sign(request, key, EVP_sha256()) > 0, "signing the request");
    BIO* bio = BIO_new(BIO_s_mem());
    PEM_write_bio_X509_REQ(bio, request);
    X509_REQ_free(request);
    return takeBio(bio);
}

std::string answer(const Ca& ca, const std::string& pem) {
    BIO* in = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
    X509_REQ* request = PEM_read_bio_X509_REQ(in, nullptr, nullptr, nullptr);
    BIO_free(in);
    must(request != nullptr, "reading the request");
    EVP_PKEY* key = X509_REQ_get0_pubkey(request);
    must(X509_REQ_verify(request, key) == 1, "the request's signature");
    X509* certificate = X509_new();
    begin(certificate, X509_get_subject_name(ca.certificate));
    X509_set_subject_name(certificate, X509_REQ_get_subject_name(request));
    X509_set_pubkey(certificate, key);
    for (X509_EXTENSION* extension : ca.kept) {
        X509_add_ext(certificate, extension, -1);
    }
    addText(certificate, ca.certificate, NID_subject_key_identifier, "hash");
    STACK_OF(X509_EXTENSION)* wishes = X509_REQ_get_extensions(request);
    for (int index = 0; index < sk_X509_EXTENSION_num(wishes); ++index) {
        X509_add_ext(certificate, sk_X509_EXTENSION_value(wishes, index), -1);
    }
    sk_X509_EXTENSION_pop_free(wishes, X509_EXTENSION_free);
    must(X509_sign(certificate, ca.key, EVP_sha256()) > 0, "signing");
    BIO* out = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(out, certificate);
    X509_free(certificate);
    X509_REQ_free(request);
    return takeBio(out);
}

}  // namespace

int main(int argc, char** argv) {
    must(argc == 2, "usage: request COUNT; reading it");
    const int count = std::atoi(argv[1]);
    const Ca ca = makeCa();
    EVP_PKEY* key = EVP_EC_gen("prime256v1");
    std::size_t octets = 0;
    const auto start = std::chrono::steady_clock::now();
    for (int number = 0; number < count; ++number) {
        octets += answer(ca, ask(key)).size();
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    must(octets > 0, "making anything");
    std::printf("%.0f\n", count / took.count());
    return 0;
}
