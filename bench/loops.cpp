// The loops that sslkeys is measured against: what a C++ programmer writes over OpenSSL.
//
//     loops straight COUNT           key, certificate, both PEMs: the calls of OpenSSL's own examples
//     loops tight COUNT              the same with everything kept that can be kept
//     loops pair COUNT DIRECTORY     tight, and both files made durable as a careful program does
//
// Prints the certificates made per second. P-256, five extensions, 128-bit serials, as ours.
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

void must(bool good, const char* what) {
    if (!good) {
        std::fprintf(stderr, "loops: %s failed\n", what);
        std::exit(1);
    }
}

struct Ca {
    EVP_PKEY* key;
    X509* certificate;
};

void addText(X509* certificate, X509* issuer, int nid, const char* text) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    X509_EXTENSION* extension = X509V3_EXT_nconf_nid(nullptr, &context, nid, text);
    must(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1, text);
    X509_EXTENSION_free(extension);
}

void setSerial(X509* certificate) {
    unsigned char octets[16];
    RAND_bytes(octets, sizeof octets);
    octets[0] = static_cast<unsigned char>((octets[0] & 0x7F) | 1);
    BIGNUM* number = BN_bin2bn(octets, sizeof octets, nullptr);
    BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate));
    BN_free(number);
}

X509* begin(X509_NAME* subject, X509_NAME* issuer) {
    X509* certificate = X509_new();
    X509_set_version(certificate, X509_VERSION_3);
    setSerial(certificate);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -300);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 365L * 86400);
    X509_set_subject_name(certificate, subject);
    X509_set_issuer_name(certificate, issuer);
    return certificate;
}

X509_NAME* makeName(const char* commonName) {
    X509_NAME* name = X509_NAME_new();
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(commonName), -1, -1, 0);
    return name;
}

Ca makeCa() {
    Ca ca{EVP_EC_gen("prime256v1"), nullptr};
    X509_NAME* name = makeName("Loop CA");
    ca.certificate = begin(name, name);
    X509_NAME_free(name);
    X509_set_pubkey(ca.certificate, ca.key);
    addText(ca.certificate, ca.certificate, NID_basic_constraints, "critical,CA:TRUE");
    addText(ca.certificate, ca.certificate, NID_key_usage, "critical,keyCertSign,cRLSign");
    addText(ca.certificate, ca.certificate, NID_subject_key_identifier, "hash");
    must(X509_sign(ca.certificate, ca.key, EVP_sha256()) > 0, "signing the CA");
    return ca;
}

std::string takeBio(BIO* bio) {
    char* text = nullptr;
    const long length = BIO_get_mem_data(bio, &text);
    std::string result(text, static_cast<std::size_t>(length));
    BIO_free(bio);
    return result;
}

struct Pems {
    std::string key, certificate;
};

Pems makeStraight(const Ca& ca, const char* commonName) {
    EVP_PKEY* key = EVP_EC_gen("prime256v1");
    X509_NAME* subject = makeName(commonName);
    X509* certificate = begin(subject, X509_get_subject_name(ca.certificate));
    X509_set_pubkey(certificate, key);
    addText(certificate, ca.certificate, NID_basic_constraints, "critical,CA:FALSE");
    addText(certificate, ca.certificate, NID_key_usage, "critical,digitalSignature");
    addText(certificate, ca.certificate, NID_ext_key_usage, "clientAuth");
    addText(certificate, ca.certificate, NID_subject_key_identifier, "hash");
    addText(certificate, ca.certificate, NID_authority_key_identifier, "keyid:always");
    must(X509_sign(certificate, ca.key, EVP_sha256()) > 0, "signing");
    BIO* certificatePem = BIO_new(BIO_s_mem());
    BIO* keyPem = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(certificatePem, certificate);
    PEM_write_bio_PrivateKey(keyPem, key, nullptr, nullptr, 0, nullptr, nullptr);
    Pems pems{takeBio(keyPem), takeBio(certificatePem)};
    X509_free(certificate);
    X509_NAME_free(subject);
    EVP_PKEY_free(key);
    return pems;
}

std::string encodePem(const char* label, const unsigned char* der, int length) {
    std::string pem = std::string("-----BEGIN ") + label + "-----\n";
    unsigned char line[65];
    for (int start = 0; start < length; start += 48) {
        const int count = length - start < 48 ? length - start : 48;
        EVP_EncodeBlock(line, der + start, count);
        pem += reinterpret_cast<char*>(line);
        pem += '\n';
    }
    return pem + "-----END " + label + "-----\n";
}

// What can be kept from one certificate to the next.
class Tight {
  public:
    explicit Tight(const Ca& ca)
        : ca_(ca), keyContext_(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr)),
          digest_(EVP_MD_fetch(nullptr, "SHA256", nullptr)) {
        must(EVP_PKEY_keygen_init(keyContext_) == 1 &&
                 EVP_PKEY_CTX_set_group_name(keyContext_, "prime256v1") == 1,
             "key context");
        X509* pattern = X509_new();
        addText(pattern, ca.certificate, NID_basic_constraints, "critical,CA:FALSE");
        addText(pattern, ca.certificate, NID_key_usage, "critical,digitalSignature");
        addText(pattern, ca.certificate, NID_ext_key_usage, "clientAuth");
        addText(pattern, ca.certificate, NID_authority_key_identifier, "keyid:always");
        for (int index = 0; index < 4; ++index) {
            kept_[index] = X509_EXTENSION_dup(X509_get_ext(pattern, index));
        }
        X509_free(pattern);
    }

    Pems make(const char* commonName) {
        EVP_PKEY* key = nullptr;
        must(EVP_PKEY_generate(keyContext_, &key) == 1, "making a key");
        unsigned char point[65];
        std::size_t pointLength = 0;
        EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point, &pointLength);
        X509_NAME* subject = makeName(commonName);
        X509* certificate = begin(subject, X509_get_subject_name(ca_.certificate));
        X509_PUBKEY_set0_param(X509_get_X509_PUBKEY(certificate), OBJ_nid2obj(NID_X9_62_id_ecPublicKey),
                               V_ASN1_OBJECT, OBJ_nid2obj(NID_X9_62_prime256v1),
                               static_cast<unsigned char*>(OPENSSL_memdup(point, pointLength)),
                               static_cast<int>(pointLength));
        for (X509_EXTENSION* extension : kept_) {
            X509_add_ext(certificate, extension, -1);
        }
        unsigned char id[EVP_MAX_MD_SIZE];
        EVP_Digest(point, pointLength, id, nullptr, digest_, nullptr);
        ASN1_OCTET_STRING* keyId = ASN1_OCTET_STRING_new();
        ASN1_OCTET_STRING_set(keyId, id, 20);
        X509_add1_ext_i2d(certificate, NID_subject_key_identifier, keyId, 0, 0);
        ASN1_OCTET_STRING_free(keyId);
        must(X509_sign(certificate, ca_.key, digest_) > 0, "signing");
        unsigned char* der = nullptr;
        const int length = i2d_X509(certificate, &der);
        Pems pems{encodeKey(key, point), encodePem("CERTIFICATE", der, length)};
        OPENSSL_free(der);
        X509_free(certificate);
        X509_NAME_free(subject);
        EVP_PKEY_free(key);
        return pems;
    }

  private:
    // PKCS#8 around an ECPrivateKey of P-256 with its public point has one shape.
    static std::string encodeKey(const EVP_PKEY* key, const unsigned char* point) {
        static const unsigned char kHead[] = {0x30, 0x81, 0x87, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86,
                                              0x48, 0xCE, 0x3D, 0x02, 0x01, 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D,
                                              0x03, 0x01, 0x07, 0x04, 0x6D, 0x30, 0x6B, 0x02, 0x01, 0x01, 0x04, 0x20};
        static const unsigned char kMiddle[] = {0xA1, 0x44, 0x03, 0x42, 0x00};
        unsigned char der[sizeof kHead + 32 + sizeof kMiddle + 65];
        BIGNUM* secret = nullptr;
        EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_PRIV_KEY, &secret);
        std::memcpy(der, kHead, sizeof kHead);
        BN_bn2binpad(secret, der + sizeof kHead, 32);
        BN_clear_free(secret);
        std::memcpy(der + sizeof kHead + 32, kMiddle, sizeof kMiddle);
        std::memcpy(der + sizeof kHead + 32 + sizeof kMiddle, point, 65);
        return encodePem("PRIVATE KEY", der, sizeof der);
    }

    Ca ca_;
    EVP_PKEY_CTX* keyContext_;
    EVP_MD* digest_;
    X509_EXTENSION* kept_[4];
};

void writeFile(const std::string& path, const std::string& content, mode_t mode) {
    const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    must(file >= 0 && write(file, content.data(), content.size()) == static_cast<ssize_t>(content.size()) &&
             fsync(file) == 0 && close(file) == 0,
         path.c_str());
}

void syncDirectory(const std::string& path) {
    const int directory = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    must(directory >= 0 && fsync(directory) == 0, path.c_str());
    close(directory);
}

void store(const std::string& directory, int number, const Pems& pems) {
    const std::string name = directory + "/loop" + std::to_string(number);
    const std::string fresh = directory + "/.new.loop" + std::to_string(number);
    writeFile(fresh + ".crt", pems.certificate, 0644);
    writeFile(fresh + ".key", pems.key, 0600);
    syncDirectory(directory);
    must(rename((fresh + ".key").c_str(), (name + ".key").c_str()) == 0, "renaming");
    syncDirectory(directory);
    must(rename((fresh + ".crt").c_str(), (name + ".crt").c_str()) == 0, "renaming");
    syncDirectory(directory);
}

}  // namespace

int main(int argc, char** argv) {
    must(argc >= 3, "usage: loops straight|tight|pair COUNT ?DIRECTORY?; reading it");
    const std::string kind = argv[1];
    const int count = std::atoi(argv[2]);
    const Ca ca = makeCa();
    Tight tight(ca);
    std::size_t octets = 0;
    const auto start = std::chrono::steady_clock::now();
    for (int number = 0; number < count; ++number) {
        const Pems pems = kind == "straight" ? makeStraight(ca, "client1") : tight.make("client1");
        octets += pems.key.size() + pems.certificate.size();
        if (kind == "pair") {
            store(argv[3], number, pems);
        }
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    must(octets > 0, "making anything");
    std::printf("%.0f\n", count / took.count());
    return 0;
}
