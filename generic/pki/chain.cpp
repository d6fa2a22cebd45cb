// See chain.h.
#include "pki/chain.h"

#include "pki/chain_revocation.h"
#include "pki/chain_verdict.h"
#include "pki/path.h"
#include "pki/pem.h"
#include "pki/permitted.h"

#include <openssl/objects.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <map>

namespace sslkeys {
namespace {

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

unsigned hostFlags(const Certificate& leaf) {
    const bool hasAltNames = X509_get_ext_by_NID(leaf.get(), NID_subject_alt_name, -1) >= 0;
    return X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS |
           (hasAltNames ? X509_CHECK_FLAG_NEVER_CHECK_SUBJECT : 0U);
}

void askHost(X509_VERIFY_PARAM* wanted, const std::string& host, unsigned flags) {
    X509_VERIFY_PARAM_set_hostflags(wanted, flags);
    // To OpenSSL an empty name means that nobody asks, ".example.com" any host below, and a NUL at
    // the end nothing; to a system "010.0.0.1" is an address, which no wildcard is for.
    const bool isNone = host.empty() || host.front() == '.' || endsInNumber(host) ||
                        host.find_first_of(std::string("*\0", 2)) != std::string::npos;
    const int asked = isAddress(host) ? X509_VERIFY_PARAM_set1_ip_asc(wanted, host.c_str())
                      : isNone        ? 0
                               : X509_VERIFY_PARAM_set1_host(wanted, host.data(), host.size());
    if (asked != 1) {
        drainOpenSsl();
        throw Error(Code::ChainHost, quote(host) + " cannot be the name of a host",
                    {{"host", host}});
    }
}

[[noreturn]] void refuse(Code code, const Certificate& leaf, const std::string& why,
                         Error::Data data = {}) {
    const std::string subject = printName(X509_get_subject_name(leaf.get()));
    data.emplace(data.begin(), "subject", subject);
    throw Error(code, "certificate " + quote(subject) + " " + why, std::move(data));
}

int opensslPurpose(Purpose purpose) {
    switch (purpose) {
    case Purpose::kServer: return X509_PURPOSE_SSL_SERVER;
    case Purpose::kClient: return X509_PURPOSE_SSL_CLIENT;
    case Purpose::kEmail: return X509_PURPOSE_SMIME_SIGN;
    default: return X509_PURPOSE_ANY;
    }
}

// The purposes that OpenSSL does not judge as RFC 6960 4.2.2.2 and RFC 5280 4.2.1.9 want it.
void requirePurpose(const Certificate& leaf, Purpose purpose) {
    X509* certificate = leaf.get();
    const std::uint32_t flags = X509_get_extension_flags(certificate);
    const bool isResponder = (flags & EXFLAG_XKUSAGE) != 0 &&
                             (X509_get_extended_key_usage(certificate) & XKU_OCSP_SIGN) != 0 &&
                             (X509_get_key_usage(certificate) & KU_DIGITAL_SIGNATURE) != 0;
    const bool isCa = leaf.isCa() && (X509_get_key_usage(certificate) & KU_KEY_CERT_SIGN) != 0;
    if ((purpose == Purpose::kOcsp && !isResponder) || (purpose == Purpose::kCa && !isCa)) {
        refuse(Code::ChainPurpose, leaf, "is not meant for this use");
    }
}

// The names beside the host's: OpenSSL takes one of each kind only, and -host may be an address.
void requireNames(const Certificate& leaf, const Question& question) {
    if (question.ip &&
        (!isAddress(*question.ip) || X509_check_ip_asc(leaf.get(), question.ip->c_str(), 0) != 1)) {
        drainOpenSsl();
        refuse(Code::ChainHost, leaf, "does not name the address " + quote(*question.ip),
               {{"ip", *question.ip}});
    }
    if (question.email && (!isMailbox(*question.email) ||
                           X509_check_email(leaf.get(), question.email->data(),
                                            question.email->size(), hostFlags(leaf)) != 1)) {
        drainOpenSsl();
        refuse(Code::ChainEmail, leaf, "does not name the mailbox " + quote(*question.email),
               {{"email", *question.email}});
    }
}

// The chain that was found, the certificate first.
std::vector<X509*> chainOf(const X509_STORE_CTX* context) {
    const STACK_OF(X509)* found = X509_STORE_CTX_get0_chain(const_cast<X509_STORE_CTX*>(context));
    std::vector<X509*> chain;
    chain.reserve(static_cast<std::size_t>(std::max(0, sk_X509_num(found))));
    for (int index = 0; index < sk_X509_num(found); ++index) {
        chain.push_back(sk_X509_value(found, index));
    }
    return chain;
}

// Whose key signed the first of a chain.
std::string signerOf(const std::vector<X509*>& chain) {
    if (chain.size() < 2) {
        return {};
    }
    // As it stands in the certificate: to encode it anew takes OpenSSL a hundred microseconds.
    return printKeyFingerprint(X509_get_X509_PUBKEY(chain[1]));
}

// A wildcard is no way around the constraints of a CA that exclude a host below it.
void requirePermittedHost(const std::vector<X509*>& chain, const Certificate& leaf,
                          const std::string& host) {
    const auto ca = std::find_if(chain.begin() + 1, chain.end(),
                                 [&](const X509* each) { return !isHostPermitted(each, host); });
    if (ca != chain.end()) {
        refuse(Code::ChainInvalid, leaf,
               "may not be for the host " + quote(host) + ": the name constraints of " +
                   quote(printName(X509_get_subject_name(*ca))) + " do not allow that",
               {{"depth", "0"}, {"check", "NAMECONSTRAINT"}});
    }
}

void requireDepth(const std::vector<X509*>& chain, const Question& question,
                  const Certificate& leaf) {
    const int between = std::max(0, static_cast<int>(chain.size()) - 2);
    if (question.depth && between > *question.depth) {
        refuse(Code::ChainDepth, leaf,
               "needs more intermediate CAs than are allowed: " + std::to_string(between) +
                   ", not " + std::to_string(*question.depth),
               {{"depth", std::to_string(between)}});
    }
}

}  // namespace

Trust::Trust(std::vector<Certificate> certificates)
    : certificates_(std::move(certificates)),
      store_(OwnedStore(require(X509_STORE_new(), "could not keep the trusted certificates"))) {
    const auto isLess = [](const X509_NAME* a, const X509_NAME* b) {
        return X509_NAME_cmp(a, b) < 0;
    };
    std::multimap<const X509_NAME*, const Certificate*, decltype(isLess)> named(isLess);
    for (const Certificate& each : certificates_) {
        named.emplace(X509_get_subject_name(each.get()), &each);
    }
    for (const Certificate& trusted : certificates_) {
        const auto [begin, end] = named.equal_range(X509_get_issuer_name(trusted.get()));
        const bool isLink =
            !isSelfIssued(trusted) && std::any_of(begin, end, [&](const auto& each) {
                return isSignedBy(trusted, *each.second);
            });
        if (isLink) {
            links_.push_back(trusted);
        } else {
            require(X509_STORE_add_cert(get(), trusted.get()),
                    "could not keep the trusted certificates");
        }
    }
}

std::string verify(const Certificate& certificate, const Question& question) {
    const char* failure = "could not verify the certificate";
    const OwnedStoreContext context(require(X509_STORE_CTX_new(), failure));
    const OwnedCertificates between = betweenOf(question);
    require(X509_STORE_CTX_init(context.get(), question.trusted.get(), certificate.get(),
                                between.get()),
            failure);
    X509_VERIFY_PARAM* wanted = X509_STORE_CTX_get0_param(context.get());
    X509_VERIFY_PARAM_set_time(wanted, static_cast<time_t>(question.now));
    require(X509_VERIFY_PARAM_set_flags(wanted, X509_V_FLAG_PARTIAL_CHAIN), failure);
    if (const int purpose = opensslPurpose(question.purpose); purpose != X509_PURPOSE_ANY) {
        require(X509_VERIFY_PARAM_set_purpose(wanted, purpose), failure);
    }
    // 112 bits: RSA of 2,048 bits, no SHA-1. NIST SP 800-131A.
    X509_VERIFY_PARAM_set_auth_level(wanted, 2);
    if (question.host) {
        askHost(wanted, *question.host, hostFlags(certificate));
    }
    if (X509_verify_cert(context.get()) != 1) {
        refuseAsFound(context.get(), certificate, question);
    }
    drainOpenSsl();
    requirePurpose(certificate, question.purpose);
    requireNames(certificate, question);
    const std::vector<X509*> chain = chainOf(context.get());
    requireDepth(chain, question, certificate);
    if (question.host && !isAddress(*question.host)) {
        requirePermittedHost(chain, certificate, *question.host);
    }
    if (question.crls) {
        requireUnrevoked(chain, *question.crls, question.now);
    }
    return signerOf(chain);
}

}  // namespace sslkeys
