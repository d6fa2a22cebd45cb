// See describe.h.
#include "tcl/describe.h"

#include "pki/constraints.h"
#include "pki/details.h"
#include "pki/key.h"
#include "pki/pointers.h"
#include "tcl/value.h"

namespace sslkeys {
namespace {

Tcl_Obj* newNames(const AltNames& names) {
    return newList(names, [](const AltName& name) { return newText(name.print()); });
}

void describeKey(Dict& dict, const EVP_PKEY* key) {
    const KeySpec spec = describe(key);
    dict.put("keytype", spec.type)
        .put("bits", std::int64_t{spec.bits})
        .put("curve", spec.curve)
        .put("keyfingerprint", printKeyFingerprint(key));
}

// The extensions that have no key of their own, and which of all are faulty.
void describeRest(Dict& dict, const X509* certificate) {
    Dict extensions;
    Dict faults;
    for (const RawExtension& extension : rawExtensions(certificate)) {
        const bool isOne = extension.value.size() == 1;
        Tcl_Obj* value = isOne ? newText(extension.value.front()) : newList(extension.value);
        extensions.put(extension.oid.c_str(),
                       Dict().put("critical", extension.critical).put("value", value).get());
        if (extension.fault != RawExtension::kNone) {
            faults.put(extension.oid.c_str(), printFault(extension.fault));
        }
    }
    dict.put("extensions", extensions.get()).put("faults", faults.get());
}

}  // namespace

Dict describeCertificate(const Certificate& certificate) {
    const X509* parsed = certificate.get();
    const Pointers pointers = readPointers(parsed);
    const NameConstraints constraints = readConstraints(parsed);
    Dict dict;
    dict.put("version", std::int64_t{certificate.version()})
        .put("serial", certificate.serial())
        .put("subject", newSubject(certificate.subject()))
        .put("subjectname", printName(X509_get_subject_name(parsed)))
        .put("issuer", newSubject(certificate.issuer()))
        .put("issuername", printName(X509_get_issuer_name(parsed)))
        .put("notbefore", certificate.notBefore())
        .put("notafter", certificate.notAfter())
        .put("profile", certificate.profile())
        .put("ca", certificate.isCa())
        .put("pathlength", std::int64_t{certificate.pathLength()})
        .put("san", newNames(certificate.altNames()))
        .put("usages", newList(certificate.keyUsages()))
        .put("extendedusages", newList(certificate.extendedUsages()))
        .put("permitted", newNames(constraints.permitted))
        .put("excluded", newNames(constraints.excluded))
        .put("crlurls", newList(pointers.crlUrls))
        .put("ocspurls", newList(pointers.ocspUrls))
        .put("caissuers", newList(pointers.caIssuers))
        .put("policies", newList(pointers.policies));
    describeKey(dict, certificate.publicKey());
    dict.put("signature", certificate.signatureAlgorithm())
        .put("fingerprint", certificate.fingerprint())
        .put("sha1", certificate.sha1())
        .put("subjectkeyid", certificate.subjectKeyId())
        .put("authoritykeyid", certificate.authorityKeyId());
    describeRest(dict, parsed);
    return dict;
}

Dict describeRow(const Certificate& certificate) {
    return Dict()
        .put("serial", certificate.serial())
        .put("subject", newSubject(certificate.subject()))
        .put("san", newNames(certificate.altNames()))
        .put("fingerprint", certificate.fingerprint())
        .put("keyfingerprint", printKeyFingerprint(certificate.publicKey()))
        .put("notbefore", certificate.notBefore())
        .put("notafter", certificate.notAfter());
}

Dict describeRequest(const Request& request) {
    Dict dict;
    dict.put("subject", newSubject(request.subject()))
        .put("subjectname", printName(X509_REQ_get_subject_name(request.get())))
        .put("san", newNames(request.altNames()))
        .put("usages", newList(request.keyUsages()))
        .put("extendedusages", newList(request.extendedUsages()))
        .put("challenge", request.hasChallenge())
        .put("fingerprint", request.fingerprint());
    describeKey(dict, request.publicKey().key);
    return dict;
}

}  // namespace sslkeys
