// See request.h.
#include "pki/request.h"

#include "pki/digest.h"
#include "pki/error.h"
#include "pki/pem.h"
#include "pki/usage.h"
#include "pki/wishes.h"

#include <openssl/core_names.h>
#include <openssl/objects.h>

#include <algorithm>

namespace sslkeys {
namespace {

bool isRequest(const PemBlock& block) {
    return block.label == "CERTIFICATE REQUEST" || block.label == "NEW CERTIFICATE REQUEST";
}

// Tell whether an RSA exponent is one that verifying does not take long with.
//   source  NIST SP 800-56B 6.4.1.1: odd, more than 2^16; and no longer than 64 bits
bool isFairExponent(const EVP_PKEY* key) {
    BIGNUM* number = nullptr;
    const int found = EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &number);
    const OwnedBigNumber exponent(number);
    return found == 1 && BN_is_odd(number) == 1 && BN_num_bits(number) > 16 &&
           BN_num_bits(number) <= 64;
}

// A public key from outside: of a kind we use, and its numbers sound. OpenSSL has checked that an
// EC point lies on its curve. Its own check of an RSA key takes up to a second, so it is not asked.
void requireSound(const EVP_PKEY* key) {
    if (key == nullptr) {
        throw Error(Code::KeyUnsupported, "the public key of the request cannot be read");
    }
    requireSupported(key);
    if (describe(key).type == "rsa" && !isFairExponent(key)) {
        throw Error(Code::KeyUnsupported,
                    "the RSA exponent of the request's key is even, small or very long");
    }
}

}  // namespace

Request Request::create(const Key& key, const Name& subject, const Wishes& wishes) {
    const char* failure = "could not make the request";
    OwnedRequest request(require(X509_REQ_new(), failure));
    require(X509_REQ_set_version(request.get(), X509_REQ_VERSION_1), failure);
    subject.writeTo(X509_REQ_get_subject_name(request.get()));
    require(X509_REQ_set_pubkey(request.get(), key.get()), failure);
    addWishes(request.get(), wishes);
    require(X509_REQ_sign(request.get(), key.get(), digestFor(key.get())), failure);
    return Request(std::move(request));
}

Request Request::fromPem(std::string_view pem) {
    requireLength(pem.size(), kLongestOne, Code::RequestLength, "the request");
    const std::vector<PemBlock> blocks = readPem(pem);
    if (std::count_if(blocks.begin(), blocks.end(), isRequest) != 1) {
        throw Error(Code::RequestPem, "this is not one certificate request in PEM" + guessAt(pem));
    }
    const Secret& der = std::find_if(blocks.begin(), blocks.end(), isRequest)->der;
    const auto* octets = reinterpret_cast<const unsigned char*>(der.data());
    const unsigned char* next = octets;
    OwnedRequest request(d2i_X509_REQ(nullptr, &next, static_cast<long>(der.size())));
    const bool isWhole =
        request != nullptr && isWrittenAs(octets, der.size(), i2d_X509_REQ, request.get());
    drainOpenSsl();
    if (!isWhole) {
        throw Error(Code::RequestPem, "the certificate request is damaged");
    }
    const bool isKnown = X509_REQ_get_version(request.get()) == X509_REQ_VERSION_1;
    drainOpenSsl();
    if (!isKnown) {
        throw Error(Code::RequestPem, "the certificate request is of an unknown version");
    }
    EVP_PKEY* key = X509_REQ_get0_pubkey(request.get());
    drainOpenSsl();
    requireSound(key);
    const bool proven = X509_REQ_verify(request.get(), key) == 1;
    drainOpenSsl();
    if (!proven) {
        throw Error(Code::RequestSignature,
                    "the request is not signed by the key it asks a certificate for");
    }
    requireUnambiguous(request.get());
    return Request(std::move(request));
}

std::string Request::toPem() const {
    return std::string(view(writePem("CERTIFICATE REQUEST", i2d_X509_REQ, get())));
}

std::string Request::fingerprint() const {
    Sha256 digest{};
    require(X509_REQ_digest(get(), EVP_sha256(), digest.data(), nullptr),
            "could not hash the request");
    return printHex(digest.data(), digest.size());
}

Name Request::subject() const { return Name::from(X509_REQ_get_subject_name(get())); }

AltNames Request::altNames() const {
    return altNamesFrom(readWish<OwnedGeneralNames>(get(), NID_subject_alt_name).get());
}

std::vector<std::string> Request::keyUsages() const {
    return printKeyUsages(keyUsagesFrom(readWish<OwnedBitString>(get(), NID_key_usage).get()));
}

std::vector<std::string> Request::extendedUsages() const {
    return extendedUsagesFrom(readWish<OwnedExtendedUsages>(get(), NID_ext_key_usage).get());
}

bool Request::hasChallenge() const { return findChallenge(get()) != nullptr; }

Secret Request::challenge() const {
    Secret text;
    if (!readUtf8(findChallenge(get()), text)) {
        throw Error(Code::RequestChallenge, "the request has no challenge password");
    }
    return text;
}

PublicKey Request::publicKey() const {
    EVP_PKEY* key = X509_REQ_get0_pubkey(get());
    return {key, p256::pointOf(key)};
}

}  // namespace sslkeys
