// Certification requests, PKCS#10: RFC 2986. A request is read only together with its proof: one
// whose signature is not made by its own key, or whose key is weak, never becomes a Request.
#pragma once

#include "pki/altname.h"
#include "pki/key.h"
#include "pki/name.h"
#include "pki/owned.h"

#include <string>
#include <string_view>

namespace sslkeys {

// A request; copies share it, nobody changes it.
class Request {
  public:
    // Ask for a certificate for this key.
    static Request create(const Key& key, const Name& subject, const AltNames& altNames);

    // Read one request.
    //   errors  REQUEST PEM, REQUEST SIGNATURE, KEY UNSUPPORTED
    static Request fromPem(std::string_view pem);

    std::string toPem() const;
    Name subject() const;
    AltNames altNames() const;    // those wished for
    PublicKey publicKey() const;  // borrowed
    X509_REQ* get() const { return request_.get(); }

  private:
    explicit Request(OwnedRequest request) : request_(std::move(request)) {}
    std::shared_ptr<X509_REQ> request_;
};

}  // namespace sslkeys
