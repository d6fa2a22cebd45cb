// Certification requests, PKCS#10: RFC 2986. A request is read only together with its proof: one
// whose signature is not made by its own key, whose key is weak, or whose wishes could be read in
// two ways, never becomes a Request.
#pragma once

#include "pki/altname.h"
#include "pki/key.h"
#include "pki/name.h"
#include "pki/owned.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sslkeys {

constexpr int kLongestChallenge = 255;  // pkcs-9-ub-challengePassword, RFC 2985

// What whoever asks would like; who signs decides.
struct Wishes {
    AltNames altNames;
    std::vector<std::string> usages;          // "digitalSignature" ...
    std::vector<std::string> extendedUsages;  // "serverAuth" ..., or OIDs
    std::optional<Secret> challenge;          // UTF-8, 1 to kLongestChallenge characters
};

// A request; copies share it, nobody changes it.
class Request {
  public:
    // Ask for a certificate for this key.
    //   errors  REQUEST USAGE, REQUEST CHALLENGE
    static Request create(const Key& key, const Name& subject, const Wishes& wishes);

    // Read one request.
    //   errors  REQUEST PEM, REQUEST SIGNATURE, REQUEST ATTRIBUTE, KEY UNSUPPORTED
    static Request fromPem(std::string_view pem);

    std::string toPem() const;
    std::string fingerprint() const;  // SHA-256 of the DER, lower-case hex
    Name subject() const;
    PublicKey publicKey() const;  // borrowed
    X509_REQ* get() const { return request_.get(); }

    // What is wished for.
    AltNames altNames() const;
    std::vector<std::string> keyUsages() const;
    std::vector<std::string> extendedUsages() const;

    // The challenge password, which stands in clear in the request and is kept nowhere else.
    //   errors  REQUEST CHALLENGE when there is none
    //   source  RFC 2985 5.4.1
    bool hasChallenge() const;
    Secret challenge() const;

  private:
    explicit Request(OwnedRequest request) : request_(std::move(request)) {}
    std::shared_ptr<X509_REQ> request_;
};

}  // namespace sslkeys
