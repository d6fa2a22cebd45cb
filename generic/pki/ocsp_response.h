// Responses of OCSP, read but not yet believed: see ocsp_verify.h for that, ocsp_responder.h for
// making them. RFC 6960 4.2.
#pragma once

#include "pki/ocsp.h"

namespace sslkeys::ocsp {

// OCSPResponseStatus: 4 is not used. RFC 6960 4.2.1
enum class Outcome {
    kSuccessful = 0,
    kMalformedRequest = 1,
    kInternalError = 2,
    kTryLater = 3,
    kSigRequired = 5,
    kUnauthorized = 6,
};
std::string_view nameOf(Outcome outcome);  // "malformedrequest"

// What is said of one certificate: SingleResponse.
struct Answer {
    CertId id;
    Standing standing;
    std::int64_t thisUpdate = 0;             // Unix seconds
    std::optional<std::int64_t> nextUpdate;  // Unix seconds; none: it can be asked for at any time
};

// Who says that he answered: one of the two. RFC 6960 4.2.1 (ResponderID)
struct ResponderId {
    der::View name;     // DER of a Name
    der::View keyHash;  // SHA-1 of the key

    // Tell whether that is the holder of a certificate.
    bool fits(const Certificate& certificate) const;

    // Print the name as RFC 4514 writes it; "" where the key is told.
    std::string printName() const;
};

// A response that was read: its outcome, and where that is success the rest.
class Response {
  public:
    // Read one.
    //   errors  OCSP RESPONSE fault size|der|version|count|type
    static Response fromDer(der::View octets);

    Outcome outcome() const { return outcome_; }
    const ResponderId& responder() const { return responder_; }
    std::int64_t producedAt() const { return producedAt_; }  // Unix seconds
    const std::vector<Answer>& answers() const { return answers_; }
    const std::optional<der::View>& nonce() const { return nonce_; }
    bool demandsUnknown() const { return demandsUnknown_; }

    der::View signedPart() const { return signedPart_; }  // ResponseData
    der::View algorithm() const { return algorithm_; }    // AlgorithmIdentifier
    der::View signature() const { return signature_; }
    const std::vector<der::View>& certificates() const { return certificates_; }  // DER

  private:
    explicit Response(der::View octets);
    bool read();
    void readBasic(der::Reader& basic);
    void readData(der::Reader& data);
    void readAnswers(der::Reader& data);

    der::Octets octets_;  // moving keeps them in their place, so that nobody has to copy
    Outcome outcome_ = Outcome::kInternalError;
    ResponderId responder_;
    std::int64_t producedAt_ = 0;
    std::vector<Answer> answers_;
    std::optional<der::View> nonce_;
    bool demandsUnknown_ = false;
    der::View signedPart_;
    der::View algorithm_;
    der::View signature_;
    std::vector<der::View> certificates_;

  public:
    Response(Response&&) = default;
    Response& operator=(Response&&) = default;
    Response(const Response&) = delete;
    Response& operator=(const Response&) = delete;
    ~Response() = default;
};

// Tell whether octets are rather a response than a request: an outcome comes first.
bool looksLikeResponse(der::View octets);

}  // namespace sslkeys::ocsp
