// Foreign text: what may stand in a name, and how it is shown to people.
#pragma once

#include <string>
#include <string_view>

namespace sslkeys {

// Tell whether text is well-formed UTF-8 without control characters and without those that make one
// name look like another: invisible ones, and those that turn the direction of writing.
//   out  the number of characters, or -1
long countPlainCharacters(std::string_view text);

// Tell whether text has nothing but spaces, of whatever width.
bool isBlank(std::string_view text);

// Read a BMPString as UTF-8; what is no character becomes U+FFFD. As everybody does, it is read as
// UTF-16, which writes the characters beyond as two.
std::string readBmp(const unsigned char* octets, std::size_t count);

// Pass a foreign value on for a program: cut at 300 octets, and "(PEM)" for a PEM, which stands in
// the wrong place and may be a key.
std::string redact(std::string_view foreign);

// Quote a foreign value for a person: redacted, what is not plain escaped, cut at 60 characters.
std::string quote(std::string_view foreign);

// Write a foreign value on one line for a person, whole: what is not plain, and the characters in
// `also`, escaped as \xNN or \uNNNN.
std::string escape(std::string_view foreign, std::string_view also);

// Tell whether text has the characters of a PrintableString alone, X.680 41.4.
bool isPrintableString(std::string_view text);

// Tell whether text is a mailbox such as "a.b@example.com": ASCII, no quoting, no comments.
//   source  RFC 5280 4.2.1.6 (Mailbox), RFC 5321 4.1.2, without its quoted form
bool isMailbox(std::string_view text);

// Tell whether text is a host name in letters, digits and hyphens, at most 253 octets; a wildcard
// as leftmost label only where asked for. A name that ends in digits is an address, not a host.
//   source  RFC 1123 2.1, RFC 5890 2.3.1, RFC 9525 6.3 (wildcards)
bool isHostName(std::string_view text, bool allowWildcard);

// Tell whether the last label of a host name is a number, so that it can be an address alone.
bool endsInNumber(std::string_view host);

// Tell whether text is an IPv4 or IPv6 address.
bool isAddress(std::string_view text);

}  // namespace sslkeys
