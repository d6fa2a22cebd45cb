// The loops that OCSP is measured against: what a C++ programmer writes over OpenSSL's own OCSP calls.
//
//     ocsp respond COUNT     a request of one certificate with a nonce in, a signed response out, both DER
//     ocsp verify COUNT      a response in; its signature and its answer judged
//
// Prints how many a second. P-256; key, certificate and store are loaded once, as a server does.
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/ocsp.h>
#include <openssl/x509v3.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <string>
#include <vector>

namespace {

using Octets = std::vector<unsigned char>;

void must(bool good, const char* what) {
    if (!good) {
        std::fprintf(stderr, "ocsp: %s failed\n", what);
        std::exit(1);
    }
}

struct Ca {
    EVP_PKEY* key;
    X509* certificate;
    OCSP_CERTID* leaf;  // a certificate that it issued
};

Ca makeCa() {
    Ca ca{EVP_EC_gen("prime256v1"), X509_new(), nullptr};
    X509_set_version(ca.certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(ca.certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(ca.certificate), -300);
    X509_gmtime_adj(X509_getm_notAfter(ca.certificate), 365L * 86400);
    X509_NAME* name = X509_get_subject_name(ca.certificate);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>("Loop CA"), -1, -1, 0);
    X509_set_issuer_name(ca.certificate, name);
    X509_set_pubkey(ca.certificate, ca.key);
    for (const auto& [nid, text] : {std::pair{NID_basic_constraints, "critical,CA:TRUE"},
                                    std::pair{NID_key_usage, "critical,keyCertSign,cRLSign"}}) {
        X509_EXTENSION* extension = X509V3_EXT_nconf_nid(nullptr, nullptr, nid, text);
        must(extension != nullptr && X509_add_ext(ca.certificate, extension, -1) == 1, text);
        X509_EXTENSION_free(extension);
    }
    must(X509_sign(ca.certificate, ca.key, EVP_sha256()) > 0, "signing the CA");
    ASN1_INTEGER* serial = ASN1_INTEGER_new();
    const unsigned char octets[] = {0x3A, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07,
                                    0x08, 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x0E, 0x0F};
    ASN1_STRING_set(serial, octets, sizeof octets);
    ca.leaf = OCSP_cert_id_new(EVP_sha1(), name, X509_get0_pubkey_bitstr(ca.certificate), serial);
    ASN1_INTEGER_free(serial);
    return ca;
}

template <class T> Octets encode(int (*write)(const T*, unsigned char**), const T* object) {
    unsigned char* der = nullptr;
    const int length = write(object, &der);
    must(length > 0, "encoding");
    Octets octets(der, der + length);
    OPENSSL_free(der);
    return octets;
}

Octets makeRequest(const Ca& ca) {
    OCSP_REQUEST* request = OCSP_REQUEST_new();
    OCSP_request_add0_id(request, OCSP_CERTID_dup(ca.leaf));
    OCSP_request_add1_nonce(request, nullptr, 32);
    Octets octets = encode<OCSP_REQUEST>(i2d_OCSP_REQUEST, request);
    OCSP_REQUEST_free(request);
    return octets;
}

// Answer as the openssl command does, less its files: good is what is asked about.
Octets respond(const Ca& ca, const Octets& octets) {
    const unsigned char* next = octets.data();
    OCSP_REQUEST* request = d2i_OCSP_REQUEST(nullptr, &next, static_cast<long>(octets.size()));
    must(request != nullptr, "reading the request");
    OCSP_BASICRESP* basic = OCSP_BASICRESP_new();
    ASN1_TIME* thisUpdate = X509_gmtime_adj(nullptr, 0);
    ASN1_TIME* nextUpdate = X509_gmtime_adj(nullptr, 3600);
    for (int index = 0; index < OCSP_request_onereq_count(request); ++index) {
        OCSP_CERTID* id = OCSP_onereq_get0_id(OCSP_request_onereq_get0(request, index));
        const bool isOurs = OCSP_id_issuer_cmp(ca.leaf, id) == 0;
        must(OCSP_basic_add1_status(basic, id,
                                    isOurs ? V_OCSP_CERTSTATUS_GOOD : V_OCSP_CERTSTATUS_UNKNOWN, 0,
                                    nullptr, thisUpdate, nextUpdate) != nullptr,
             "answering");
    }
    OCSP_copy_nonce(basic, request);
    must(OCSP_basic_sign(basic, ca.certificate, ca.key, EVP_sha256(), nullptr,
                         OCSP_NOCERTS | OCSP_RESPID_KEY) == 1,
         "signing");
    OCSP_RESPONSE* response = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
    Octets answer = encode<OCSP_RESPONSE>(i2d_OCSP_RESPONSE, response);
    ASN1_TIME_free(thisUpdate);
    ASN1_TIME_free(nextUpdate);
    OCSP_RESPONSE_free(response);
    OCSP_BASICRESP_free(basic);
    OCSP_REQUEST_free(request);
    return answer;
}

bool verify(const Ca& ca, X509_STORE* store, STACK_OF(X509) * known, const Octets& octets) {
    const unsigned char* next = octets.data();
    OCSP_RESPONSE* response = d2i_OCSP_RESPONSE(nullptr, &next, static_cast<long>(octets.size()));
    OCSP_BASICRESP* basic = OCSP_response_get1_basic(response);
    int status = -1;
    ASN1_GENERALIZEDTIME* thisUpdate = nullptr;
    ASN1_GENERALIZEDTIME* nextUpdate = nullptr;
    const bool good = OCSP_basic_verify(basic, known, store, 0) == 1 &&
                      OCSP_resp_find_status(basic, ca.leaf, &status, nullptr, nullptr, &thisUpdate,
                                            &nextUpdate) == 1 &&
                      OCSP_check_validity(thisUpdate, nextUpdate, 300, -1) == 1;
    OCSP_BASICRESP_free(basic);
    OCSP_RESPONSE_free(response);
    return good && status == V_OCSP_CERTSTATUS_GOOD;
}

void loop(int count, const std::function<bool()>& once) {
    const auto start = std::chrono::steady_clock::now();
    for (int number = 0; number < count; ++number) {
        must(once(), "a round");
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    std::printf("%.0f\n", count / took.count());
}

}  // namespace

int main(int argc, char** argv) {
    must(argc == 3, "usage: ocsp respond|verify COUNT; reading it");
    const Ca ca = makeCa();
    const Octets request = makeRequest(ca);
    if (std::string(argv[1]) == "respond") {
        loop(std::atoi(argv[2]), [&] { return !respond(ca, request).empty(); });
        return 0;
    }
    const Octets response = respond(ca, request);
    X509_STORE* store = X509_STORE_new();
    X509_STORE_add_cert(store, ca.certificate);
    STACK_OF(X509)* known = sk_X509_new_null();
    sk_X509_push(known, ca.certificate);
    loop(std::atoi(argv[2]), [&] { return verify(ca, store, known, response); });
    return 0;
}
