// See chain_verdict.h.
#include "pki/chain_verdict.h"

#include "pki/details.h"
#include "pki/error.h"

#include <openssl/x509_vfy.h>

#include <algorithm>
#include <array>

namespace sslkeys {
namespace {

struct Verdict {
    int opensslError;
    Code code;
    const char* why;
};

constexpr std::array kVerdicts{
    Verdict{X509_V_ERR_CERT_HAS_EXPIRED, Code::ChainExpired, "has expired"},
    Verdict{X509_V_ERR_CERT_NOT_YET_VALID, Code::ChainNotYetValid, "is not valid yet"},
    Verdict{X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, Code::ChainUntrusted,
            "is not signed by the given CA"},
    Verdict{X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, Code::ChainUntrusted,
            "is not signed by the given CA"},
    Verdict{X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, Code::ChainUntrusted,
            "is not signed by the given CA"},
    Verdict{X509_V_ERR_CERT_UNTRUSTED, Code::ChainUntrusted, "is not trusted"},
    Verdict{X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, Code::ChainSelfSigned,
            "is signed by itself, not by the given CA"},
    Verdict{X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, Code::ChainUntrusted,
            "is a CA that is not the given one"},
    Verdict{X509_V_ERR_CERT_SIGNATURE_FAILURE, Code::ChainSignature,
            "has a signature that does not fit the CA"},
    Verdict{X509_V_ERR_INVALID_PURPOSE, Code::ChainPurpose, "is not meant for this use"},
    Verdict{X509_V_ERR_HOSTNAME_MISMATCH, Code::ChainHost, "is for another host"},
    Verdict{X509_V_ERR_IP_ADDRESS_MISMATCH, Code::ChainHost, "is for another address"},
    Verdict{X509_V_ERR_CERT_REVOKED, Code::ChainRevoked, "was revoked"},
};

// What CHAIN INVALID is about, for a program.
struct Check {
    int opensslError;
    const char* word;
};

constexpr std::array kChecks{
    Check{X509_V_ERR_PATH_LENGTH_EXCEEDED, "PATHLENGTH"},
    Check{X509_V_ERR_INVALID_CA, "CA"},
    Check{X509_V_ERR_KEYUSAGE_NO_CERTSIGN, "CA"},
    Check{X509_V_ERR_PERMITTED_VIOLATION, "NAMECONSTRAINT"},
    Check{X509_V_ERR_EXCLUDED_VIOLATION, "NAMECONSTRAINT"},
    Check{X509_V_ERR_SUBTREE_MINMAX, "NAMECONSTRAINT"},
    Check{X509_V_ERR_UNSUPPORTED_CONSTRAINT_TYPE, "NAMECONSTRAINT"},
    Check{X509_V_ERR_UNSUPPORTED_CONSTRAINT_SYNTAX, "NAMECONSTRAINT"},
    Check{X509_V_ERR_UNSUPPORTED_NAME_SYNTAX, "NAMECONSTRAINT"},
    Check{X509_V_ERR_EE_KEY_TOO_SMALL, "KEY"},
    Check{X509_V_ERR_CA_KEY_TOO_SMALL, "KEY"},
    Check{X509_V_ERR_UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY, "KEY"},
    Check{X509_V_ERR_CA_MD_TOO_WEAK, "DIGEST"},
    Check{X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION, "CRITICAL"},
    Check{X509_V_ERR_INVALID_EXTENSION, "DAMAGED"},
};

template <class Rows> const auto* findRow(const Rows& rows, int error) {
    const auto* row = std::find_if(rows.begin(), rows.end(),
                                   [&](const auto& each) { return each.opensslError == error; });
    return row == rows.end() ? nullptr : row;
}

std::string subjectOf(const X509* certificate) {
    return printName(X509_get_subject_name(certificate));
}

// OpenSSL takes a certificate with a damaged extension for nobody's, and no CA for its issuer.
bool isDamaged(const X509* certificate) {
    return (X509_get_extension_flags(const_cast<X509*>(certificate)) & EXFLAG_INVALID) != 0;
}

// Find the damaged certificate at which a chain ends too early: the last of it, or a CA of that
// name that was not taken for its issuer.
const X509* findDamaged(const X509* last, const Question& question) {
    if (isDamaged(last)) {
        return last;
    }
    for (const auto* list : {&question.untrusted, &question.trusted.certificates()}) {
        for (const Certificate& each : *list) {
            if (isDamaged(each.get()) &&
                X509_NAME_cmp(X509_get_subject_name(each.get()), X509_get_issuer_name(last)) == 0) {
                return each.get();
            }
        }
    }
    return nullptr;
}

[[noreturn]] void refuseInvalid(const X509* certificate, int depth, const char* check,
                                const std::string& why) {
    const std::string subject = subjectOf(certificate);
    throw Error(Code::ChainInvalid, "certificate " + quote(subject) + " " + why,
                {{"subject", subject}, {"depth", std::to_string(depth)}, {"check", check}});
}

[[noreturn]] void refuseDamaged(const X509* certificate, int depth) {
    const std::vector<RawExtension> all = rawExtensions(certificate);
    const auto found = std::find_if(all.begin(), all.end(), [](const RawExtension& each) {
        return each.fault != RawExtension::kNone;
    });
    const std::string why = found == all.end() ? "has an extension that cannot be relied on"
                            : found->fault == RawExtension::kDuplicate
                                ? "has an extension twice: " + found->oid
                                : "has a damaged extension: " + found->oid;
    refuseInvalid(certificate, depth, "DAMAGED", why);
}

}  // namespace

void refuseAsFound(const X509_STORE_CTX* context, const Certificate& leaf,
                   const Question& question) {
    auto* mutableContext = const_cast<X509_STORE_CTX*>(context);
    const int error = X509_STORE_CTX_get_error(mutableContext);
    const int depth = X509_STORE_CTX_get_error_depth(mutableContext);
    const X509* current = X509_STORE_CTX_get_current_cert(mutableContext);
    current = current == nullptr ? leaf.get() : current;
    const Verdict* verdict = findRow(kVerdicts, error);
    drainOpenSsl();
    if (verdict == nullptr) {
        const Check* check = findRow(kChecks, error);
        refuseInvalid(current, depth, check == nullptr ? "OTHER" : check->word,
                      std::string("is refused: ") + X509_verify_cert_error_string(error));
    }
    const X509* damaged =
        verdict->code == Code::ChainUntrusted ? findDamaged(current, question) : nullptr;
    if (damaged != nullptr) {
        refuseDamaged(damaged, damaged == current ? depth : depth + 1);
    }
    const std::string subject = subjectOf(current);
    std::string why = verdict->why;
    Error::Data data{{"subject", subject}};
    if (verdict->code == Code::ChainHost && question.host) {
        why = "does not name the host " + quote(*question.host);
        data.emplace_back("host", *question.host);
    }
    throw Error(verdict->code, "certificate " + quote(subject) + " " + why, std::move(data));
}

int opensslReason(const Error& refusal) {
    const auto* verdict = std::find_if(kVerdicts.begin(), kVerdicts.end(),
                                       [&](const Verdict& row) { return refusal.is(row.code); });
    return verdict == kVerdicts.end() ? X509_V_ERR_UNSPECIFIED : verdict->opensslError;
}

}  // namespace sslkeys
