// Distinguished names: the attribute types that sslkeys knows, their bounds, and both directions
// between them and X.509. RFC 5280 4.1.2.4 and appendix A, RFC 4514 for the printed form.
#pragma once

#include "pki/owned.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sslkeys {

class Name {
  public:
    // One attribute: its type as sslkeys writes it (CN, O, EMAIL ...; an OID for others), UTF-8
    // value.
    using Attribute = std::pair<std::string, std::string>;

    // Append an attribute.
    //   in      type  CN O OU C ST L STREET EMAIL SERIALNUMBER UID DC TITLE GN SN, as typed here
    //   in      value  UTF-8, within the type's bound; DC alone may come again
    //   errors  NAME ATTRIBUTE, REPEATED, EMPTY, LENGTH, CHARACTER
    //   source  RFC 5280 appendix A.1 (upper bounds); RFC 4519 2.4, 2.39; RFC 4524 for UID
    void add(const std::string& type, const std::string& value);

    // List the types that add() knows: CN, O ...
    static std::string types();

    // Tell whether a word is one of them, but perhaps for its case.
    static bool isType(std::string_view word);

    // Tell whether a word looks like a type of somebody's: capitals alone, or an OID.
    static bool resemblesType(std::string_view word);

    // Refuse a subject that has no CN (add() sees to it that there are no two).
    //   errors  NAME COMMONNAME
    void requireCommonName() const;

    // Read a name from a certificate or request; unknown types come as dotted OIDs.
    static Name from(const X509_NAME* name);

    // Append the attributes to a name in the making.
    void writeTo(X509_NAME* name) const;

    // The value of the first attribute of this type, or "".
    std::string_view find(std::string_view type) const;

    const std::vector<Attribute>& attributes() const { return attributes_; }
    bool empty() const { return attributes_.empty(); }

  private:
    std::vector<Attribute> attributes_;
};

// Print a name as RFC 4514 writes it: last attribute first, specials escaped, UTF-8 kept.
std::string printName(const X509_NAME* name);

}  // namespace sslkeys
