// See keydirectory.h.
#include "store/keydirectory.h"

#include "pki/error.h"
#include "pki/path.h"
#include "store/files.h"
#include "store/lock.h"
#include "store/pemfile.h"
#include "store/rollover.h"

#include <cctype>
#include <unistd.h>

namespace sslkeys {
namespace {

// The CA's own name is nobody else's, nor are those of a rollover's CAs, in whatever capitals the
// file system folds.
void requireFree(const std::string& name) {
    std::string begins = name.substr(0, 3);
    for (char& letter : begins) {
        letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
    }
    if (begins == "ca" || begins == "ca-") {
        throw Error(Code::StoreName, "name " + quote(name) + " is the CA's own", {{"name", name}});
    }
}

Stored standing(const std::string& directory, const KeyTerms& keyTerms, const Stop* stop) {
    return {pairPaths(directory, kCaName),
            loadCa(directory, keyTerms.password, stop).certificates.front(), false};
}

}  // namespace

void requireInitializable(const std::string& directory, const Terms& terms, const Parent* parent) {
    if (exists(pairPaths(directory, kCaName).certificate)) {
        return;
    }
    if (parent != nullptr) {
        requireSignable(terms, &parent->certificates.front());
    } else {
        requireTerms(terms);
    }
}

Stored initialize(const std::string& directory, const Terms& terms, const KeyTerms& keyTerms,
                  const Parent* parent, const Stop* stop) {
    makeDirectory(directory);
    const PairPaths paths = pairPaths(directory, kCaName);
    if (exists(paths.certificate) && access(directory.c_str(), W_OK) != 0) {
        return standing(directory, keyTerms, stop);  // nothing of ours to finish here
    }
    const DirectoryLock lock(directory, DirectoryLock::Mode::kExclusive, stop);
    settleDirectory(directory, stop);
    settleRollover(directory);
    if (exists(paths.key) || exists(paths.certificate)) {
        return standing(directory, keyTerms, stop);
    }
    return makeCa(directory, kCaName, terms, keyTerms, parent, stop);
}

std::optional<Requested> initializeRequest(const std::string& directory, const Name& subject,
                                           const KeyTerms& keyTerms, bool again, const Stop* stop) {
    makeDirectory(directory);
    if (!again && exists(pairPaths(directory, kCaName).certificate)) {
        return std::nullopt;
    }
    const DirectoryLock lock(directory, DirectoryLock::Mode::kExclusive, stop);
    settleDirectory(directory, stop);
    if (!again && exists(pairPaths(directory, kCaName).certificate)) {
        return std::nullopt;
    }
    return requestCa(directory, kCaName, subject, keyTerms, stop);
}

Stored initializeCertificate(const std::string& directory,
                             const std::vector<Certificate>& certificates,
                             const std::optional<Secret>& password, std::int64_t now,
                             bool replace) {
    makeDirectory(directory);
    const PairPaths paths = pairPaths(directory, kCaName);
    const DirectoryLock lock(directory, DirectoryLock::Mode::kExclusive);
    settleDirectory(directory);
    settleRollover(directory);
    std::vector<Certificate> trusted =
        certifiedPath(directory, kCaName, certificates, password, now);
    const Certificate own = trusted.front();
    if (exists(paths.certificate)) {
        const std::vector<Certificate> before = certificatesOfFile(paths.certificate);
        if (!replace && before.front().fingerprint() != own.fingerprint()) {
            throw Error(Code::StoreExists,
                        "the CA has a certificate: -force 1 puts this one in its place",
                        {{"name", kCaName}});
        }
        if (X509_NAME_cmp(X509_get_subject_name(before.front().get()),
                          X509_get_subject_name(own.get())) != 0) {
            throw Error(Code::CaName,
                        "the CA has signed as " + quote(before.front().commonName()) +
                            ": nobody would find it by another name",
                        {{"directory", directory}});
        }
        addOnce(trusted, othersTrusted(directory, before));
    }
    writeCertificates(directory, kCaName, trusted);
    return {paths, own, false};
}

void requireUnregistered(const std::string& directory) {
    if (exists(join(directory, kRegistryFile))) {
        throw Error(Code::StoreRegistered,
                    "the key directory " + quote(directory) +
                        " has a registry, which is not open here: open it first, with "
                        "sslkeys::registry new",
                    {{"directory", directory}});
    }
}

void requireCreatable(const std::string& directory, const std::string& name, bool replace) {
    requireFree(name);
    pairPaths(directory, name);
    if (!replace) {
        requireVacant(directory, name);
    }
}

Unpublished makePair(const std::string& directory, const std::string& name, const Terms& terms,
                     const KeyTerms& keyTerms, const std::optional<Secret>& caPassword,
                     bool replace, const Stop* stop) {
    requireCreatable(directory, name, replace);
    if (keyTerms.spec.type == "rsa") {
        loadCa(directory, caPassword, stop);  // what fails has not cost a key of seconds
    }
    const Key key = Key::generate(keyTerms.spec, stop);
    const LoadedCa ca = loadCa(directory, caPassword, stop);
    const Issued issued = issue(terms, key.publicKey(), {ca.certificates.front(), ca.key});
    return {issued.certificate, issued.truncated,
            keyTerms.password ? key.toEncryptedPem(*keyTerms.password) : key.toPem(),
            issued.certificate.toPem() + writeAll(servedWith(ca.certificates))};
}

Stored publishPair(const std::string& directory, const std::string& name, const Unpublished& pair,
                   bool replace, bool isOnRecord, const Stop* stop) {
    // A registry takes in what stands when it is made, alone in the directory: looked for before,
    // it could be missed.
    commitPair(directory, name, pair.key, pair.chain, replace, stop, [&] {
        if (!isOnRecord) {
            requireUnregistered(directory);
        }
    });
    return {pairPaths(directory, name), pair.certificate, pair.truncated};
}

Stored createAndSign(const std::string& directory, const std::string& name, const Terms& terms,
                     const KeyTerms& keyTerms, const std::optional<Secret>& caPassword,
                     bool replace, const Stop* stop) {
    const Unpublished pair = makePair(directory, name, terms, keyTerms, caPassword, replace, stop);
    return publishPair(directory, name, pair, replace, false, stop);
}

}  // namespace sslkeys
