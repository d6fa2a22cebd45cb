// See path.h.
#include "pki/path.h"

#include "pki/chain.h"
#include "pki/error.h"

#include <algorithm>

namespace sslkeys {

bool isSelfIssued(const Certificate& certificate) {
    return (X509_get_extension_flags(certificate.get()) & EXFLAG_SS) != 0;
}

bool isSignedBy(const Certificate& certificate, const Certificate& issuer) {
    const bool isSigned = X509_check_issued(issuer.get(), certificate.get()) == X509_V_OK &&
                          X509_verify(certificate.get(), issuer.publicKey()) == 1;
    drainOpenSsl();
    return isSigned;
}

std::vector<Certificate> pathFrom(const Certificate& certificate,
                                  const std::vector<Certificate>& pool) {
    std::vector<Certificate> path{certificate};
    while (path.size() <= pool.size() && !isSelfIssued(path.back())) {
        const auto isOnPath = [&](const Certificate& candidate) {
            return std::any_of(path.begin(), path.end(), [&](const Certificate& each) {
                return X509_cmp(each.get(), candidate.get()) == 0;
            });
        };
        const auto issuer = std::find_if(pool.begin(), pool.end(), [&](const Certificate& each) {
            return X509_check_issued(each.get(), path.back().get()) == X509_V_OK && !isOnPath(each);
        });
        if (issuer == pool.end()) {
            break;
        }
        path.push_back(*issuer);
    }
    drainOpenSsl();
    return path;
}

void requirePath(const std::vector<Certificate>& path, std::int64_t now) {
    if (!isSelfIssued(path.back())) {
        const std::string subject = printName(X509_get_subject_name(path.back().get()));
        throw Error(Code::ChainUntrusted,
                    "the certificate that signed " + quote(subject) +
                        " is missing: the chain goes up to the root",
                    {{"subject", subject}});
    }
    Question question{Trust({path.back()}), std::nullopt, Purpose::kAny, now};
    question.untrusted.assign(path.begin() + 1, path.end());
    verify(path.front(), question);
}

std::string writeAll(const std::vector<Certificate>& certificates) {
    std::string text;
    for (const Certificate& certificate : certificates) {
        text += certificate.toPem();
    }
    return text;
}

std::vector<Certificate> withoutRoot(std::vector<Certificate> path) {
    while (!path.empty() && isSelfIssued(path.back())) {
        path.pop_back();
    }
    return path;
}

}  // namespace sslkeys
