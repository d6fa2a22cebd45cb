// Who answers OCSP requests, as the options of a call name him; and what the CA says of the
// certificates that a request asks about.
#pragma once

#include "pki/crl.h"
#include "pki/ocsp_responder.h"
#include "tcl/terms.h"

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

namespace sslkeys {

// -ca ... -cakeypasswordfrom, -signer -signerfile -signerkey -signerkeyfile -signerkeypassword
// -signerkeypasswordfrom
struct ResponderArgs : CaArgs {
    std::optional<Word> signer, signerKey;
    std::string signerFile, signerKeyFile;
    std::optional<Secret> signerPassword;
    std::optional<Word> signerPasswordFrom;
};
const std::vector<Option<ResponderArgs>>& signerOptions();  // beside caOptions()

// Find the responder of a call, or make him. The last few are kept, for as long as certificates and
// keys are the same values, or files that were not changed; but not one whose key needed a
// passphrase, which is to be open no longer than for the call.
//   errors  ARGS MISSING, ARGS CONFLICT; POSIX; CERTIFICATE PEM; KEY *; those of ocsp::Responder
std::shared_ptr<const ocsp::Responder> responderOf(const ResponderArgs& args, std::int64_t now);

// Read one certificate of a value or a file: the first, where there is a chain.
//   errors  ARGS MISSING, ARGS CONFLICT; POSIX; CERTIFICATE PEM
Certificate certificateOf(const std::optional<Word>& value, const std::string& file,
                          const std::string& name);

// Read a serial number.
//   out     content of an INTEGER
//   errors  OCSP SERIAL
der::Octets serialOf(const std::string& text);

// -revoked -crl -known
struct StandingArgs {
    std::optional<Word> revoked, crl, known;
};
const std::vector<Option<StandingArgs>>& standingOptions();

// The revocation list that is answered from: the CA's, and current.
//   out     none when there is no -crl
//   errors  ARGS CONFLICT, ARGS MISSING; POSIX; CERTIFICATE PEM; CRL PEM, ISSUER, SIGNATURE,
//           UNSUPPORTED, NOTYETVALID, EXPIRED; OCSP SIGNER when it names the signer
std::optional<Crl> listOf(const StandingArgs& args, const ResponderArgs& responder,
                          std::int64_t now);

// What the CA says of its certificates that a request asks about, by serial number: revoked those
// of -revoked or the list; unknown the others that -known leaves out where it is given; all others
// good.
//   errors  TCL VALUE *, CRL ENTRY, OCSP SERIAL
using Standings = std::unordered_map<std::string, ocsp::Standing>;
Standings standingsOf(const StandingArgs& args, const std::optional<Crl>& list,
                      const ocsp::Request& request);

}  // namespace sslkeys
