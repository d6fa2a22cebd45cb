// See oid.h.
#include "pki/oid.h"

#include "pki/digest.h"
#include "pki/error.h"

#include <openssl/objects.h>

#include <vector>

namespace sslkeys {
namespace {
constexpr std::size_t kLongestOid = 200;
}  // namespace

OwnedObject parseOid(std::string_view text) {
    const bool isDotted = !text.empty() && text.size() <= kLongestOid &&
                          text.find_first_not_of("0123456789.") == std::string_view::npos;
    if (!isDotted) {
        return nullptr;
    }
    const std::string given(text);
    OwnedObject object(OBJ_txt2obj(given.c_str(), 1));
    drainOpenSsl();
    return object != nullptr && printOid(object.get()) == given ? std::move(object) : nullptr;
}

std::string printOid(const ASN1_OBJECT* object) {
    const int length = OBJ_obj2txt(nullptr, 0, object, 1);
    if (length <= 0) {
        drainOpenSsl();
        return "#" + printHex(OBJ_get0_data(object), OBJ_length(object));
    }
    std::vector<char> text(static_cast<std::size_t>(length) + 1);
    OBJ_obj2txt(text.data(), static_cast<int>(text.size()), object, 1);
    return text.data();
}

std::string printAlgorithm(const ASN1_OBJECT* object) {
    const int nid = OBJ_obj2nid(object);
    return nid == NID_undef ? printOid(object) : OBJ_nid2ln(nid);
}

}  // namespace sslkeys
