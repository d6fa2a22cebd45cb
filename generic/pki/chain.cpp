// See chain.h.
#include "pki/chain.h"

#include "pki/path.h"

#include <openssl/objects.h>
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
};

[[noreturn]] void refuse(const X509_STORE_CTX* context, const Certificate& leaf,
                         const Question& question) {
    auto* mutableContext = const_cast<X509_STORE_CTX*>(context);
    const int error = X509_STORE_CTX_get_error(mutableContext);
    X509* current = X509_STORE_CTX_get_current_cert(mutableContext);
    const std::string subject =
        printName(X509_get_subject_name(current == nullptr ? leaf.get() : current));
    const auto* verdict = std::find_if(kVerdicts.begin(), kVerdicts.end(), [&](const Verdict& row) {
        return row.opensslError == error;
    });
    drainOpenSsl();
    if (verdict == kVerdicts.end()) {
        throw Error(Code::ChainInvalid,
                    "certificate " + quote(subject) +
                        " is refused: " + X509_verify_cert_error_string(error),
                    {{"subject", subject},
                     {"depth", std::to_string(X509_STORE_CTX_get_error_depth(mutableContext))}});
    }
    std::string why = verdict->why;
    Error::Data data{{"subject", subject}};
    if (verdict->code == Code::ChainHost && question.host) {
        why = "does not name the host " + quote(*question.host);
        data.emplace_back("host", *question.host);
    }
    throw Error(verdict->code, "certificate " + quote(subject) + " " + why, std::move(data));
}

// What OpenSSL may build the chain with beside what is trusted; null when there is nothing.
OwnedCertificates betweenOf(const Question& question) {
    OwnedCertificates between;
    for (const auto* list : {&question.untrusted, &question.trusted.links()}) {
        for (const Certificate& each : *list) {
            if (between == nullptr) {
                between.reset(require(sk_X509_new_null(), "could not verify the certificate"));
            }
            require(sk_X509_push(between.get(), each.get()), "could not verify the certificate");
        }
    }
    return between;
}

void askHost(X509_VERIFY_PARAM* wanted, const std::string& host, bool hasAltNames) {
    X509_VERIFY_PARAM_set_hostflags(wanted,
                                    X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS |
                                        (hasAltNames ? X509_CHECK_FLAG_NEVER_CHECK_SUBJECT : 0U));
    // To OpenSSL an empty name means that nobody asks, and ".example.com" any host below.
    const bool isPattern =
        host.empty() || host.front() == '.' || host.find('*') != std::string::npos;
    const int asked = isPattern ? 0
                      : isAddress(host)
                          ? X509_VERIFY_PARAM_set1_ip_asc(wanted, host.c_str())
                          : X509_VERIFY_PARAM_set1_host(wanted, host.data(), host.size());
    if (asked != 1) {
        drainOpenSsl();
        throw Error(Code::ChainHost, quote(host) + " cannot be the name of a host",
                    {{"host", host}});
    }
}

}  // namespace

Trust::Trust(std::vector<Certificate> certificates)
    : certificates_(std::move(certificates)),
      store_(OwnedStore(require(X509_STORE_new(), "could not keep the trusted certificates"))) {
    for (const Certificate& trusted : certificates_) {
        const bool isLink =
            !isSelfIssued(trusted) &&
            std::any_of(certificates_.begin(), certificates_.end(),
                        [&](const Certificate& each) { return isSignedBy(trusted, each); });
        if (isLink) {
            links_.push_back(trusted);
        } else {
            require(X509_STORE_add_cert(get(), trusted.get()),
                    "could not keep the trusted certificates");
        }
    }
}

void verify(const Certificate& certificate, const Question& question) {
    const char* failure = "could not verify the certificate";
    const OwnedStoreContext context(require(X509_STORE_CTX_new(), failure));
    const OwnedCertificates between = betweenOf(question);
    require(X509_STORE_CTX_init(context.get(), question.trusted.get(), certificate.get(),
                                between.get()),
            failure);
    X509_VERIFY_PARAM* wanted = X509_STORE_CTX_get0_param(context.get());
    X509_VERIFY_PARAM_set_time(wanted, static_cast<time_t>(question.now));
    require(X509_VERIFY_PARAM_set_flags(wanted, X509_V_FLAG_PARTIAL_CHAIN), failure);
    if (question.purpose != Purpose::kAny) {
        require(X509_VERIFY_PARAM_set_purpose(wanted, question.purpose == Purpose::kServer
                                                          ? X509_PURPOSE_SSL_SERVER
                                                          : X509_PURPOSE_SSL_CLIENT),
                failure);
    }
    // 112 bits: RSA of 2,048 bits, no SHA-1. NIST SP 800-131A.
    X509_VERIFY_PARAM_set_auth_level(wanted, 2);
    if (question.host) {
        askHost(wanted, *question.host,
                X509_get_ext_by_NID(certificate.get(), NID_subject_alt_name, -1) >= 0);
    }
    if (X509_verify_cert(context.get()) != 1) {
        refuse(context.get(), certificate, question);
    }
    drainOpenSsl();
}

int opensslReason(const Error& refusal) {
    const auto* verdict = std::find_if(kVerdicts.begin(), kVerdicts.end(),
                                       [&](const Verdict& row) { return refusal.is(row.code); });
    return verdict == kVerdicts.end() ? X509_V_ERR_UNSPECIFIED : verdict->opensslError;
}

}  // namespace sslkeys
