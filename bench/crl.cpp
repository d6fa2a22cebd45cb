// The revocation lists that sslkeys is measured against: what a C programmer writes over OpenSSL.
//
//     crl sign COUNT ROUNDS          a list of COUNT entries with a reason, signed, as PEM
//     crl find FILE ROUNDS SERIAL... read FILE once; look serial numbers up in it, in turn
//     crl verify ROUNDS CERTIFICATE CA UNTRUSTED CRL...   read the files once; verify with the
//     lists
//
// Prints how many are done a second. P-256, serial numbers of 128 bits, as ours.
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace {

void must(bool good, const char* what) {
    if (!good) {
        std::fprintf(stderr, "crl: %s failed\n", what);
        std::exit(1);
    }
}

template <class Function> void measure(int rounds, Function work) {
    const auto start = std::chrono::steady_clock::now();
    for (int round = 0; round < rounds; ++round) {
        work(round);
    }
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    std::printf("%.3f\n", rounds / taken.count());
}

ASN1_INTEGER* serialOf(const char* hex) {
    BIGNUM* number = nullptr;
    must(BN_hex2bn(&number, hex) > 0, "BN_hex2bn");
    ASN1_INTEGER* serial = BN_to_ASN1_INTEGER(number, nullptr);
    BN_free(number);
    must(serial != nullptr, "BN_to_ASN1_INTEGER");
    return serial;
}

struct Ca {
    EVP_PKEY* key;
    X509* certificate;
};

Ca makeCa() {
    const Ca ca{EVP_EC_gen("P-256"), X509_new()};
    must(ca.key != nullptr && ca.certificate != nullptr, "making a CA");
    X509_NAME_add_entry_by_txt(X509_get_subject_name(ca.certificate), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("Bench CA"), -1, -1, 0);
    X509_set_issuer_name(ca.certificate, X509_get_subject_name(ca.certificate));
    X509_set_version(ca.certificate, 2);
    X509_gmtime_adj(X509_getm_notBefore(ca.certificate), 0);
    X509_gmtime_adj(X509_getm_notAfter(ca.certificate), 86400);
    X509_set_pubkey(ca.certificate, ca.key);
    X509V3_CTX context;
    X509V3_set_ctx(&context, ca.certificate, ca.certificate, nullptr, nullptr, 0);
    X509_EXTENSION* id =
        X509V3_EXT_nconf_nid(nullptr, &context, NID_subject_key_identifier, "hash");
    must(id != nullptr && X509_add_ext(ca.certificate, id, -1) == 1, "subjectKeyIdentifier");
    X509_EXTENSION_free(id);
    must(X509_sign(ca.certificate, ca.key, EVP_sha256()) > 0, "X509_sign");
    return ca;
}

struct Entry {
    std::string serial;
    time_t time;
    int reason;
};

void addEntry(X509_CRL* crl, const Entry& entry) {
    X509_REVOKED* revoked = X509_REVOKED_new();
    ASN1_INTEGER* serial = serialOf(entry.serial.c_str());
    ASN1_TIME* time = ASN1_TIME_set(nullptr, entry.time);
    ASN1_ENUMERATED* reason = ASN1_ENUMERATED_new();
    ASN1_ENUMERATED_set(reason, entry.reason);
    must(X509_REVOKED_set_serialNumber(revoked, serial) == 1 &&
             X509_REVOKED_set_revocationDate(revoked, time) == 1 &&
             X509_REVOKED_add1_ext_i2d(revoked, NID_crl_reason, reason, 0, 0) == 1 &&
             X509_CRL_add0_revoked(crl, revoked) == 1,
         "adding an entry");
    ASN1_ENUMERATED_free(reason);
    ASN1_TIME_free(time);
    ASN1_INTEGER_free(serial);
}

void sign(const Ca& ca, const std::vector<Entry>& entries) {
    X509_CRL* crl = X509_CRL_new();
    X509_CRL_set_version(crl, 1);
    X509_CRL_set_issuer_name(crl, X509_get_subject_name(ca.certificate));
    ASN1_TIME* now = ASN1_TIME_set(nullptr, time(nullptr));
    ASN1_TIME* next = ASN1_TIME_set(nullptr, time(nullptr) + 604800);
    X509_CRL_set1_lastUpdate(crl, now);
    X509_CRL_set1_nextUpdate(crl, next);
    for (const Entry& entry : entries) {
        addEntry(crl, entry);
    }
    X509V3_CTX context;
    X509V3_set_ctx(&context, ca.certificate, nullptr, nullptr, crl, 0);
    X509_EXTENSION* id =
        X509V3_EXT_nconf_nid(nullptr, &context, NID_authority_key_identifier, "keyid:always");
    must(id != nullptr && X509_CRL_add_ext(crl, id, -1) == 1, "authorityKeyIdentifier");
    ASN1_INTEGER* number = serialOf("1");
    must(X509_CRL_add1_ext_i2d(crl, NID_crl_number, number, 0, 0) == 1, "crlNumber");
    must(X509_CRL_sign(crl, ca.key, EVP_sha256()) > 0, "X509_CRL_sign");
    BIO* out = BIO_new(BIO_s_mem());
    must(PEM_write_bio_X509_CRL(out, crl) == 1, "PEM_write_bio_X509_CRL");
    BIO_free(out);
    X509_EXTENSION_free(id);
    ASN1_INTEGER_free(number);
    ASN1_TIME_free(now);
    ASN1_TIME_free(next);
    X509_CRL_free(crl);
}

void measureSign(int count, int rounds) {
    const Ca ca = makeCa();
    std::vector<Entry> entries;
    for (int index = 0; index < count; ++index) {
        char serial[33];
        std::snprintf(serial, sizeof serial, "%016x%016x", 0x12345678 + index, index * 7919);
        entries.push_back({serial, 1700000000 + index, 1});
    }
    measure(rounds, [&](int /*round*/) { sign(ca, entries); });
}

template <class T> T* readPem(const char* path, T* (*read)(BIO*, T**, pem_password_cb*, void*)) {
    BIO* in = BIO_new_file(path, "r");
    must(in != nullptr, path);
    T* object = read(in, nullptr, nullptr, nullptr);
    must(object != nullptr, path);
    BIO_free(in);
    return object;
}

void measureFind(const char* path, int rounds, const std::vector<const char*>& serials) {
    X509_CRL* crl = readPem(path, PEM_read_bio_X509_CRL);
    long found = 0;
    X509_REVOKED* entry = nullptr;
    ASN1_INTEGER* first = serialOf(serials.front());
    X509_CRL_get0_by_serial(crl, &entry, first);  // sorts
    ASN1_INTEGER_free(first);
    measure(rounds, [&](int round) {
        ASN1_INTEGER* serial = serialOf(serials[static_cast<std::size_t>(round) % serials.size()]);
        if (X509_CRL_get0_by_serial(crl, &entry, serial) > 0) {
            tm time{};
            ASN1_TIME_to_tm(X509_REVOKED_get0_revocationDate(entry), &time);
            auto* reason = static_cast<ASN1_ENUMERATED*>(
                X509_REVOKED_get_ext_d2i(entry, NID_crl_reason, nullptr, nullptr));
            found += timegm(&time) + (reason == nullptr ? 0 : ASN1_ENUMERATED_get(reason));
            ASN1_ENUMERATED_free(reason);
        }
        ASN1_INTEGER_free(serial);
    });
    must(found > 0, "finding");
}

void measureVerify(int rounds, char** paths, int lists) {
    X509* certificate = readPem(paths[0], PEM_read_bio_X509);
    X509_STORE* store = X509_STORE_new();
    X509_STORE_add_cert(store, readPem(paths[1], PEM_read_bio_X509));
    STACK_OF(X509)* untrusted = sk_X509_new_null();
    sk_X509_push(untrusted, readPem(paths[2], PEM_read_bio_X509));
    for (int index = 0; index < lists; ++index) {
        X509_STORE_add_crl(store, readPem(paths[3 + index], PEM_read_bio_X509_CRL));
    }
    measure(rounds, [&](int /*round*/) {
        X509_STORE_CTX* context = X509_STORE_CTX_new();
        X509_STORE_CTX_init(context, store, certificate, untrusted);
        X509_VERIFY_PARAM* wanted = X509_STORE_CTX_get0_param(context);
        X509_VERIFY_PARAM_set_flags(wanted, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
        X509_VERIFY_PARAM_set_purpose(wanted, X509_PURPOSE_SSL_CLIENT);
        X509_VERIFY_PARAM_set_auth_level(wanted, 2);
        must(X509_verify_cert(context) == 1,
             X509_verify_cert_error_string(X509_STORE_CTX_get_error(context)));
        X509_STORE_CTX_free(context);
    });
}

}  // namespace

int main(int argc, char** argv) {
    const std::string what = argc > 1 ? argv[1] : "";
    if (what == "sign" && argc == 4) {
        measureSign(std::atoi(argv[2]), std::atoi(argv[3]));
    } else if (what == "find" && argc > 4) {
        measureFind(argv[2], std::atoi(argv[3]), {argv + 4, argv + argc});
    } else if (what == "verify" && argc > 5) {
        measureVerify(std::atoi(argv[2]), argv + 3, argc - 6);
    } else {
        must(false, "the command line");
    }
}
