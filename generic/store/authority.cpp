// See authority.h.
#include "store/authority.h"

#include "pki/error.h"
#include "pki/path.h"
#include "pki/pem.h"
#include "store/files.h"
#include "store/pemfile.h"

#include <algorithm>
#include <cerrno>

namespace sslkeys {
namespace {

using Certificates = std::vector<Certificate>;

[[noreturn]] void refuse(Code code, const std::string& directory, const std::string& why) {
    throw Error(code, why, {{"directory", directory}});
}

// Tell a CA's trouble in the terms of a CA: which file, and what to do.
[[noreturn]] void explain(const Error& error, const PairPaths& paths) {
    const std::string directory = directoryOf(paths.key);
    const std::string place = "the CA in " + quote(directory);
    if (error.is(Code::KeyEncrypted)) {
        refuse(Code::CaEncrypted, directory,
               "the CA's key " + quote(paths.key) + " is encrypted: give its passphrase");
    }
    if (error.is(Code::KeyPem) || error.is(Code::CertificatePem) ||
        error.is(Code::KeyUnsupported)) {
        refuse(Code::CaDamaged, directory,
               place + " cannot be read: " + error.what() + "; restore it from a backup");
    }
    if (error.is(Code::KeyPassword)) {
        throw error;
    }
    const bool hasKey = exists(paths.key);
    const bool hasCertificate = exists(paths.certificate);
    if (!hasKey && !hasCertificate) {
        refuse(Code::CaMissing, directory,
               "there is no CA in " + quote(directory) + ": call sslkeys::initialize first");
    }
    if (hasKey && !hasCertificate && exists(requestPath(directory, kCaName))) {
        refuse(Code::CaRequested, directory,
               place + " waits for its certificate: have ca.csr signed, and bring what comes back "
                       "with sslkeys::initialize -certificate");
    }
    if (!hasKey || !hasCertificate) {
        refuse(Code::CaIncomplete, directory,
               "of " + place + " only " + (hasKey ? "ca.key" : "ca.crt") + " is there");
    }
    throw error;
}

LoadedCa readCa(const PairPaths& paths, const std::optional<Secret>& password) {
    LoadedCa ca{certificatesOfFile(paths.certificate),
                keyOfFile(paths.key, password ? &*password : nullptr)};
    if (!ca.certificates.front().matches(ca.key.get())) {
        const std::string directory = directoryOf(paths.key);
        refuse(Code::CaMismatch, directory,
               "ca.key and ca.crt in " + quote(directory) + " do not belong together");
    }
    return ca;
}

// Finish another's work where that is ours to do: in a directory that only others write it is not.
void heal(const std::string& directory, const Error& found, const Stop* stop) {
    try {
        settleDirectory(directory, stop);
    } catch (const Error& error) {
        if (!found.is(Code::CaMismatch) || error.errorNumber() == 0) {
            throw;
        }
    }
}

Key readKey(const PairPaths& paths, const std::optional<Secret>& password) {
    try {
        return keyOfFile(paths.key, password ? &*password : nullptr);
    } catch (const Error& error) {
        if (error.errorNumber() == 0) {
            explain(error, paths);
        }
        throw;
    }
}

// The request that stands beside a key and is for it; one for an encrypted key is taken as it is.
std::optional<Request> standingRequest(const PairPaths& paths, const std::string& path,
                                       const std::optional<Secret>& password) {
    if (!exists(path)) {
        return std::nullopt;
    }
    try {
        const Secret text = readFile(path, kLongestPem);
        const Secret key = readFile(paths.key, kLongestPem);
        Request request = Request::fromPem(view(text));
        const bool isSealed = isEncryptedKey(view(key)) && !password;
        if (isSealed || EVP_PKEY_eq(request.publicKey().key, readKey(paths, password).get()) == 1) {
            return request;
        }
        drainOpenSsl();
    } catch (const Error& error) {
        if (!error.is(Code::RequestPem) && !error.is(Code::RequestSignature)) {
            throw;
        }
    }
    return std::nullopt;
}

Key makeKey(const KeyTerms& terms, const Stop* stop) {
    return terms.made ? *terms.made : Key::generate(terms.spec, stop);
}

Secret writeKey(const Key& key, const KeyTerms& terms) {
    return terms.password ? key.toEncryptedPem(*terms.password) : key.toPem();
}

}  // namespace

bool holds(const Certificates& list, const Certificate& certificate) {
    return std::any_of(list.begin(), list.end(), [&](const Certificate& each) {
        return each.fingerprint() == certificate.fingerprint();
    });
}

void addOnce(Certificates& list, const Certificates& more) {
    for (const Certificate& each : more) {
        if (!holds(list, each)) {
            list.push_back(each);
        }
    }
}

std::string requestPath(const std::string& directory, const std::string& name) {
    return join(directory, name + ".csr");
}

LoadedCa loadCa(const std::string& directory, const std::optional<Secret>& password,
                const Stop* stop) {
    const PairPaths paths = pairPaths(directory, kCaName);
    try {
        return readCa(paths, password);
    } catch (const Error& error) {
        const bool isThere = exists(paths.key) || exists(paths.certificate);
        const bool isOnItsWay = error.errorNumber() == ENOENT && isThere;
        if (!isOnItsWay && !error.is(Code::CaMismatch)) {
            explain(error, paths);
        }
        // Another's call was broken off, or is at work.
        heal(directory, error, stop);
    }
    try {
        return readCa(paths, password);
    } catch (const Error& error) {
        explain(error, paths);
    }
}

Certificates servedWith(const Certificates& certificates) {
    return withoutRoot(pathFrom(certificates.front(), certificates));
}

Stored makeCa(const std::string& directory, const std::string& name, const Terms& terms,
              const KeyTerms& keyTerms, const Parent* parent, const Stop* stop) {
    const auto sign = [&](const Key& key) {
        if (parent == nullptr) {
            return selfsign(terms, key);
        }
        const Key parentKey = parent->openKey();
        return issue(terms, key.publicKey(), {parent->certificates.front(), parentKey});
    };
    const Key key = makeKey(keyTerms, stop);
    const Issued made = sign(key);
    Certificates path{made.certificate};
    if (parent != nullptr) {
        path = pathFrom(made.certificate, parent->certificates);
        requirePath(path, terms.now);
    }
    commitPair(directory, name, writeKey(key, keyTerms), writeAll(path), false, stop);
    removeFile(requestPath(directory, name));  // one that was broken off before it had its key
    return {pairPaths(directory, name), made.certificate, made.truncated};
}

Requested requestCa(const std::string& directory, const std::string& name, const Name& subject,
                    const KeyTerms& keyTerms, const Stop* stop) {
    const PairPaths paths = pairPaths(directory, name);
    const std::string path = requestPath(directory, name);
    if (!exists(paths.key)) {
        subject.requireCommonName();
        const Key key = makeKey(keyTerms, stop);
        Request request = Request::create(key, subject, {});
        writeDurably(path, request.toPem(), kPublicMode, false);
        const Secret text = writeKey(key, keyTerms);
        writeDurably(paths.key, view(text), kPrivateMode, true);
        return {paths.key, path, std::move(request)};
    }
    if (auto standing = standingRequest(paths, path, keyTerms.password)) {
        return {paths.key, path, std::move(*standing)};
    }
    if (!exists(path) && !exists(paths.certificate)) {
        refuse(Code::CaIncomplete, directory,
               quote(paths.key) + " stands there without a certificate or a request: move it away");
    }
    const Name wished = subject.empty() && exists(paths.certificate)
                            ? certificatesOfFile(paths.certificate).front().subject()
                            : subject;
    wished.requireCommonName();
    Request request = Request::create(readKey(paths, keyTerms.password), wished, {});
    writeDurably(path, request.toPem(), kPublicMode, false);
    return {paths.key, path, std::move(request)};
}

Certificates certifiedPath(const std::string& directory, const std::string& name,
                           const Certificates& certificates, const std::optional<Secret>& password,
                           std::int64_t now) {
    const PairPaths paths = pairPaths(directory, name);
    if (!exists(paths.key)) {
        refuse(Code::CaMissing, directory,
               "there is no " + quote(paths.key) + ": ask for a certificate first, with -request");
    }
    const Key key = readKey(paths, password);
    const auto own = std::find_if(certificates.begin(), certificates.end(),
                                  [&](const Certificate& each) { return each.matches(key.get()); });
    if (own == certificates.end()) {
        refuse(Code::CaMismatch, directory, "the certificate is not for " + quote(paths.key));
    }
    requireAuthority({*own, key}, now);
    Certificates path = pathFrom(*own, certificates);
    requirePath(path, now);
    return path;
}

void writeCertificates(const std::string& directory, const std::string& name,
                       const Certificates& certificates) {
    writeDurably(pairPaths(directory, name).certificate, writeAll(certificates), std::nullopt,
                 false);
    const std::string path = requestPath(directory, name);
    if (exists(path)) {
        removeFile(path);
        syncDirectory(directory);
    }
}

}  // namespace sslkeys
