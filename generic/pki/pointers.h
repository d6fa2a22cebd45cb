// Where to look further: the URLs of a certificate's CRL, of its OCSP responder and of its CA's
// certificate (RFC 5280 4.2.1.13, 4.2.2.1), and the policies it was issued under (4.2.1.4).
#pragma once

#include "pki/owned.h"

#include <string>
#include <string_view>
#include <vector>

namespace sslkeys {

struct Pointers {
    std::vector<std::string> crlUrls;    // http, https or ldap
    std::vector<std::string> ocspUrls;   // http or https
    std::vector<std::string> caIssuers;  // http, https or ldap
    std::vector<std::string> policies;   // OIDs

    friend bool operator==(const Pointers& a, const Pointers& b) {
        return a.crlUrls == b.crlUrls && a.ocspUrls == b.ocspUrls && a.caIssuers == b.caIssuers &&
               a.policies == b.policies;
    }
};

// Refuse what we would not write.
//   errors  CERTIFICATE URL, CERTIFICATE POLICY
void requireSound(const Pointers& pointers);

// Append the extensions of those that are there, none for an empty list.
void addPointers(X509* certificate, const Pointers& pointers);

// Read them, also from a certificate that is still being made. Of foreign ones the URLs are told as
// they stand there, whatever they are; qualifiers of policies, and places that are no URL, are left
// out.
Pointers readPointers(const X509* certificate);

// Tell whether text is a URL of one of some schemes with a host: printable ASCII, at most 2,048
// octets.
//   in      schemes  in lower case
//   source  RFC 3986 3
bool isUrl(std::string_view text, const std::vector<std::string_view>& schemes);

// Tell the host name of a URI of any scheme; empty where it has none, an address, a user, or what
// could be read as another host.
//   source  RFC 3986 3.2
std::string hostOfUri(std::string_view uri);

}  // namespace sslkeys
