// See wishes.h.
#include "pki/wishes.h"

#include "pki/extension.h"
#include "pki/oid.h"
#include "pki/text.h"
#include "pki/usage.h"

#include <openssl/objects.h>

#include <algorithm>
#include <array>
#include <set>

namespace sslkeys {
namespace {

constexpr const char* kFailure = "could not make the request";

void append(STACK_OF(X509_EXTENSION) * &list, int nid, void* value, bool critical) {
    require(X509V3_add1_i2d(&list, nid, value, critical ? 1 : 0, X509V3_ADD_APPEND), kFailure);
}

void addExtensions(X509_REQ* request, const Wishes& wishes) {
    STACK_OF(X509_EXTENSION)* list = sk_X509_EXTENSION_new_null();
    const OwnedExtensions owned(require(list, kFailure));
    if (!wishes.altNames.empty()) {
        append(list, NID_subject_alt_name, toX509(wishes.altNames).get(), false);
    }
    if (!wishes.usages.empty()) {
        append(list, NID_key_usage, makeKeyUsage(parseKeyUsages(wishes.usages)).get(), true);
    }
    if (!wishes.extendedUsages.empty()) {
        append(list, NID_ext_key_usage, parseExtendedUsages(wishes.extendedUsages).get(), false);
    }
    if (sk_X509_EXTENSION_num(list) > 0) {
        require(X509_REQ_add_extensions(request, list), kFailure);
    }
}

void addChallenge(X509_REQ* request, const Secret& challenge) {
    const long length = countPlainCharacters(view(challenge));
    if (length < 1 || length > kLongestChallenge) {
        throw Error(Code::RequestChallenge, "a challenge password has 1 to " +
                                                std::to_string(kLongestChallenge) +
                                                " characters, and no control characters");
    }
    const int type =
        isPrintableString(view(challenge)) ? V_ASN1_PRINTABLESTRING : V_ASN1_UTF8STRING;
    require(X509_REQ_add1_attr_by_NID(request, NID_pkcs9_challengePassword, type,
                                      reinterpret_cast<const unsigned char*>(challenge.data()),
                                      static_cast<int>(challenge.size())),
            kFailure);
}

[[noreturn]] void refuse(const std::string& what, const std::string& oid) {
    throw Error(Code::RequestAttribute, "the request's " + what, {{"oid", oid}});
}

// The one of RFC 2985, and Microsoft's older one, which OpenSSL reads alike.
bool isExtensionRequest(int nid) { return nid == NID_ext_req || nid == NID_ms_ext_req; }

void requireReadable(const STACK_OF(X509_EXTENSION) * extensions) {
    std::set<std::string> seen;
    for (int index = 0; index < sk_X509_EXTENSION_num(extensions); ++index) {
        const std::string oid =
            printOid(X509_EXTENSION_get_object(sk_X509_EXTENSION_value(extensions, index)));
        if (!seen.insert(oid).second) {
            refuse("extension " + oid + " is given twice", oid);
        }
    }
    for (const int nid : {NID_subject_alt_name, NID_key_usage, NID_ext_key_usage}) {
        const int index = X509v3_get_ext_by_NID(extensions, nid, -1);
        if (index >= 0 && !isReadable(X509v3_get_ext(extensions, index))) {
            const std::string oid = printOid(OBJ_nid2obj(nid));
            refuse("extension " + oid + " is damaged", oid);
        }
    }
}

}  // namespace

void addWishes(X509_REQ* request, const Wishes& wishes) {
    addExtensions(request, wishes);
    if (wishes.challenge) {
        addChallenge(request, *wishes.challenge);
    }
}

void requireUnambiguous(const X509_REQ* request) {
    std::set<std::string> seen;
    bool hasExtensions = false;
    for (int index = 0; index < X509_REQ_get_attr_count(request); ++index) {
        X509_ATTRIBUTE* attribute = X509_REQ_get_attr(request, index);
        const std::string oid = printOid(X509_ATTRIBUTE_get0_object(attribute));
        const int nid = OBJ_obj2nid(X509_ATTRIBUTE_get0_object(attribute));
        const bool asksExtensions = isExtensionRequest(nid);
        const bool isChallenge = nid == NID_pkcs9_challengePassword;
        if (!seen.insert(oid).second || (asksExtensions && hasExtensions)) {
            refuse("attribute " + oid + " is given twice", oid);
        }
        hasExtensions = hasExtensions || asksExtensions;
        Secret text;
        if ((asksExtensions || isChallenge) && X509_ATTRIBUTE_count(attribute) != 1) {
            refuse("attribute " + oid + " has not one value", oid);
        }
        if (isChallenge && !readUtf8(findChallenge(request), text)) {
            refuse("attribute " + oid + " is no text", oid);
        }
    }
    if (hasExtensions) {
        const OwnedExtensions extensions = wishedExtensions(request);
        if (extensions == nullptr) {
            refuse("wished extensions are damaged", printOid(OBJ_nid2obj(NID_ext_req)));
        }
        requireReadable(extensions.get());
    }
}

OwnedExtensions wishedExtensions(const X509_REQ* request) {
    OwnedExtensions extensions(X509_REQ_get_extensions(const_cast<X509_REQ*>(request)));
    drainOpenSsl();
    return extensions;
}

const ASN1_STRING* findChallenge(const X509_REQ* request) {
    const int index = X509_REQ_get_attr_by_NID(request, NID_pkcs9_challengePassword, -1);
    if (index < 0) {
        return nullptr;
    }
    const ASN1_TYPE* value = X509_ATTRIBUTE_get0_type(X509_REQ_get_attr(request, index), 0);
    constexpr std::array kTexts{V_ASN1_UTF8STRING,      V_ASN1_PRINTABLESTRING, V_ASN1_T61STRING,
                                V_ASN1_UNIVERSALSTRING, V_ASN1_BMPSTRING,       V_ASN1_IA5STRING};
    const bool isText =
        value != nullptr && std::find(kTexts.begin(), kTexts.end(), value->type) != kTexts.end();
    return isText ? value->value.asn1_string : nullptr;
}

bool readUtf8(const ASN1_STRING* text, Secret& utf8) {
    unsigned char* octets = nullptr;
    const int length = text == nullptr ? -1 : ASN1_STRING_to_UTF8(&octets, text);
    const OwnedBytes owned(octets);
    drainOpenSsl();
    if (length < 0) {
        return false;
    }
    utf8.assign(octets, octets + length);
    OPENSSL_cleanse(octets, static_cast<std::size_t>(length));
    return true;
}

}  // namespace sslkeys
