// See describe.h.
#include "tcl/describe.h"

#include "pki/constraints.h"
#include "pki/details.h"
#include "pki/key.h"
#include "pki/pointers.h"
#include "tcl/value.h"

#include <algorithm>
#include <iterator>
#include <optional>

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

// A certificate whose fields are being told; what several of them need is read once.
class Reading {
  public:
    explicit Reading(const Certificate& certificate) : certificate_(certificate) {}

    const Certificate* operator->() const { return &certificate_; }
    const X509* parsed() const { return certificate_.get(); }
    const Pointers& pointers() {
        return keep(pointers_, [this] { return readPointers(parsed()); });
    }
    const NameConstraints& constraints() {
        return keep(constraints_, [this] { return readConstraints(parsed()); });
    }
    const KeySpec& key() {
        return keep(key_, [this] { return certificate_.keySpec(); });
    }
    const std::vector<RawExtension>& extensions() {
        return keep(extensions_, [this] { return rawExtensions(parsed()); });
    }

  private:
    template <class T, class Read> static const T& keep(std::optional<T>& kept, Read read) {
        if (!kept) {
            kept = read();
        }
        return *kept;
    }

    const Certificate& certificate_;
    std::optional<Pointers> pointers_;
    std::optional<NameConstraints> constraints_;
    std::optional<KeySpec> key_;
    std::optional<std::vector<RawExtension>> extensions_;
};

// The extensions that have no field of their own.
Dict tellExtensions(const std::vector<RawExtension>& extensions) {
    Dict dict;
    for (const RawExtension& extension : extensions) {
        const bool isOne = extension.value.size() == 1;
        Tcl_Obj* value = isOne ? newText(extension.value.front()) : newList(extension.value);
        dict.put(extension.oid.c_str(),
                 Dict().put("critical", extension.critical).put("value", value).get());
    }
    return dict;
}

// Which of all are faulty.
Dict tellFaults(const std::vector<RawExtension>& extensions) {
    Dict dict;
    for (const RawExtension& extension : extensions) {
        if (extension.fault != RawExtension::kNone) {
            dict.put(extension.oid.c_str(), printFault(extension.fault));
        }
    }
    return dict;
}

// Where a field goes.
struct Place {
    Dict& dict;
    const char* name;
    template <class T> void put(const T& value) { dict.put(name, value); }
    void put(const Dict& value) { dict.put(name, value.get()); }
    void put(long value) { dict.put(name, std::int64_t{value}); }
    void put(int value) { dict.put(name, std::int64_t{value}); }
};

struct Field {
    const char* name;
    void (*tell)(Reading& of, Place to);
};

// In the order in which they are told.
constexpr Field kFields[] = {
    {"version", [](Reading& of, Place to) { to.put(of->version()); }},
    {"serial", [](Reading& of, Place to) { to.put(of->serial()); }},
    {"subject", [](Reading& of, Place to) { to.put(newSubject(of->subject())); }},
    {"subjectname",
     [](Reading& of, Place to) { to.put(printName(X509_get_subject_name(of.parsed()))); }},
    {"issuer", [](Reading& of, Place to) { to.put(newSubject(of->issuer())); }},
    {"issuername",
     [](Reading& of, Place to) { to.put(printName(X509_get_issuer_name(of.parsed()))); }},
    {"notbefore", [](Reading& of, Place to) { to.put(of->notBefore()); }},
    {"notafter", [](Reading& of, Place to) { to.put(of->notAfter()); }},
    {"profile", [](Reading& of, Place to) { to.put(of->profile()); }},
    {"ca", [](Reading& of, Place to) { to.put(of->isCa()); }},
    {"pathlength", [](Reading& of, Place to) { to.put(of->pathLength()); }},
    {"san", [](Reading& of, Place to) { to.put(newNames(of->altNames())); }},
    {"usages", [](Reading& of, Place to) { to.put(newList(of->keyUsages())); }},
    {"extendedusages", [](Reading& of, Place to) { to.put(newList(of->extendedUsages())); }},
    {"permitted", [](Reading& of, Place to) { to.put(newNames(of.constraints().permitted)); }},
    {"excluded", [](Reading& of, Place to) { to.put(newNames(of.constraints().excluded)); }},
    {"crlurls", [](Reading& of, Place to) { to.put(newList(of.pointers().crlUrls)); }},
    {"ocspurls", [](Reading& of, Place to) { to.put(newList(of.pointers().ocspUrls)); }},
    {"caissuers", [](Reading& of, Place to) { to.put(newList(of.pointers().caIssuers)); }},
    {"policies", [](Reading& of, Place to) { to.put(newList(of.pointers().policies)); }},
    {"keytype", [](Reading& of, Place to) { to.put(of.key().type); }},
    {"bits", [](Reading& of, Place to) { to.put(of.key().bits); }},
    {"curve", [](Reading& of, Place to) { to.put(of.key().curve); }},
    {"keyfingerprint", [](Reading& of, Place to) { to.put(of->keyFingerprint()); }},
    {"signature", [](Reading& of, Place to) { to.put(of->signatureAlgorithm()); }},
    {"fingerprint", [](Reading& of, Place to) { to.put(of->fingerprint()); }},
    {"sha1", [](Reading& of, Place to) { to.put(of->sha1()); }},
    {"subjectkeyid", [](Reading& of, Place to) { to.put(of->subjectKeyId()); }},
    {"authoritykeyid", [](Reading& of, Place to) { to.put(of->authorityKeyId()); }},
    {"extensions", [](Reading& of, Place to) { to.put(tellExtensions(of.extensions())); }},
    {"faults", [](Reading& of, Place to) { to.put(tellFaults(of.extensions())); }},
};

}  // namespace

const std::vector<const char*>& certificateFields() {
    static const std::vector<const char*> names = [] {
        std::vector<const char*> listed;
        for (const Field& field : kFields) {
            listed.push_back(field.name);
        }
        return listed;
    }();
    return names;
}

Dict describeCertificate(const Certificate& certificate,
                         const std::optional<std::vector<std::size_t>>& fields) {
    Reading reading(certificate);
    Dict dict;
    const auto tell = [&](const Field& field) { field.tell(reading, {dict, field.name}); };
    if (fields) {
        for (const std::size_t index : *fields) {
            tell(kFields[index]);
        }
    } else {
        std::for_each(std::begin(kFields), std::end(kFields), tell);
    }
    return dict;
}

Dict describeRow(const Certificate& certificate) {
    return Dict()
        .put("serial", certificate.serial())
        .put("subject", newSubject(certificate.subject()))
        .put("san", newNames(certificate.altNames()))
        .put("fingerprint", certificate.fingerprint())
        .put("keyfingerprint", certificate.keyFingerprint())
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
