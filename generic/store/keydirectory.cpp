// See keydirectory.h.
#include "store/keydirectory.h"

#include "pki/error.h"
#include "store/files.h"
#include "store/lock.h"
#include "store/pemfile.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <unistd.h>

namespace sslkeys {
namespace {

struct Ca {
    Certificate certificate;
    Key key;
};

// Tell a CA's trouble in the terms of a CA: which file, and what to do.
[[noreturn]] void explain(const Error& error, const PairPaths& paths) {
    const std::string directory = directoryOf(paths.key);
    const Error::Data data{{"directory", directory}};
    if (error.is(Code::KeyEncrypted)) {
        throw Error(Code::CaEncrypted,
                    "the CA's key " + quote(paths.key) + " is encrypted: give its passphrase",
                    data);
    }
    if (error.is(Code::KeyPem) || error.is(Code::CertificatePem) ||
        error.is(Code::KeyUnsupported)) {
        throw Error(Code::CaDamaged,
                    "the CA in " + quote(directory) + " cannot be read: " + error.what() +
                        "; restore it from a backup",
                    data);
    }
    const bool hasKey = exists(paths.key);
    const bool hasCertificate = exists(paths.certificate);
    if (!hasKey && !hasCertificate) {
        throw Error(Code::CaMissing,
                    "there is no CA in " + quote(directory) + ": call sslkeys::initialize first",
                    data);
    }
    if (!hasKey || !hasCertificate) {
        throw Error(Code::CaIncomplete,
                    "of the CA in " + quote(directory) + " only " + (hasKey ? "ca.key" : "ca.crt") +
                        " is there",
                    data);
    }
    throw error;
}

Ca readCa(const PairPaths& paths, const std::optional<Secret>& password) {
    const std::vector<Certificate> chain = certificatesOfFile(paths.certificate);
    Ca ca{chain.front(), keyOfFile(paths.key, password ? &*password : nullptr)};
    if (!ca.certificate.matches(ca.key.get())) {
        const std::string directory = directoryOf(paths.key);
        throw Error(Code::CaMismatch,
                    "ca.key and ca.crt in " + quote(directory) + " do not belong together",
                    {{"directory", directory}});
    }
    return ca;
}

Ca loadCa(const std::string& directory, const std::optional<Secret>& password, const Stop* stop) {
    const PairPaths paths = pairPaths(directory, "ca");
    try {
        return readCa(paths, password);
    } catch (const Error& error) {
        const bool isThere = exists(paths.key) || exists(paths.certificate);
        if (error.errorNumber() != ENOENT || !isThere) {
            explain(error, paths);
        }
    }
    settleDirectory(directory, stop);  // another's initialize was broken off, or is at work
    try {
        return readCa(paths, password);
    } catch (const Error& error) {
        explain(error, paths);
    }
}

Secret writeKey(const Key& key, const KeyTerms& terms) {
    return terms.password ? key.toEncryptedPem(*terms.password) : key.toPem();
}

// The CA's own name is nobody else's, in whatever capitals the file system folds.
void requireFree(const std::string& name) {
    const bool isCa = name.size() == 2 &&
                      std::tolower(static_cast<unsigned char>(name[0])) == 'c' &&
                      std::tolower(static_cast<unsigned char>(name[1])) == 'a';
    if (isCa) {
        throw Error(Code::StoreName, "name " + quote(name) + " is the CA's own", {{"name", name}});
    }
}

}  // namespace

void requireInitializable(const std::string& directory, const Terms& terms) {
    if (!exists(pairPaths(directory, "ca").certificate)) {
        requireTerms(terms);
    }
}

Stored initialize(const std::string& directory, const Terms& terms, const KeyTerms& keyTerms,
                  const Stop* stop) {
    makeDirectory(directory);
    const PairPaths paths = pairPaths(directory, "ca");
    if (exists(paths.certificate) && access(directory.c_str(), W_OK) != 0) {
        return {paths, loadCa(directory, keyTerms.password, stop).certificate,
                false};  // nothing of ours to finish here
    }
    const DirectoryLock lock(directory, DirectoryLock::Mode::kExclusive, stop);
    settleDirectory(directory, stop);
    if (exists(paths.key) || exists(paths.certificate)) {
        return {paths, loadCa(directory, keyTerms.password, stop).certificate, false};
    }
    const Key key = Key::generate(keyTerms.spec, stop);
    const Issued root = selfsign(terms, key);
    commitPair(directory, "ca", writeKey(key, keyTerms), root.certificate.toPem(), false, stop);
    return {paths, root.certificate, root.truncated};
}

void requireCreatable(const std::string& directory, const std::string& name, bool replace) {
    requireFree(name);
    pairPaths(directory, name);
    if (!replace) {
        requireVacant(directory, name);
    }
}

Stored createAndSign(const std::string& directory, const std::string& name, const Terms& terms,
                     const KeyTerms& keyTerms, const std::optional<Secret>& caPassword,
                     bool replace, const Stop* stop) {
    requireCreatable(directory, name, replace);
    const PairPaths paths = pairPaths(directory, name);
    const Ca ca = loadCa(directory, caPassword, stop);
    const Key key = Key::generate(keyTerms.spec, stop);
    const Issued issued = issue(terms, key.publicKey(), {ca.certificate, ca.key});
    commitPair(directory, name, writeKey(key, keyTerms), issued.certificate.toPem(), replace, stop);
    return {paths, issued.certificate, issued.truncated};
}

}  // namespace sslkeys
