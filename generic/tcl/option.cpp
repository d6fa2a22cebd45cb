// See option.h.
#include "tcl/option.h"

#include "pki/error.h"
#include "pki/key.h"

#include <algorithm>
#include <cerrno>

namespace sslkeys {
namespace {

// Tell whether a value is nothing but octets.
bool isByteArray(const Tcl_Obj* object) {
    return object->bytes == nullptr && object->typePtr != nullptr &&
           std::string_view(object->typePtr->name) == "bytearray";
}

}  // namespace

// Tcl quotes a value as it is, a key or a control character included.
void Word::refuse(const char* why) const {
    Tcl_SetObjResult(interp_, newText(std::string(name_) + " " + quote(text()) + " " + why));
    throw Reported{};
}

void Word::refuseForm(const char* why) const {
    Tcl_SetObjResult(interp_, newText(std::string(name_) + " " + why));
    Tcl_SetErrorCode(interp_, "TCL", "VALUE", "LIST", nullptr);
    throw Reported{};
}

Secret Word::password() const {
    Secret text = secretOf(object_);
    if (text.empty() || text.size() > kLongestPassword) {
        throw Error(Code::ArgsRange,
                    std::string(name_) + " takes 1 to " + std::to_string(kLongestPassword) +
                        " octets",
                    {{"option", name_}});
    }
    return text;
}

Secret Word::passwordOrEmpty() const {
    Secret text = secretOf(object_);
    return text.empty() ? text : password();
}

Secret Word::octets() const {
    Tcl_Size length = 0;
    if (isByteArray(object_)) {
        const unsigned char* octets = Tcl_GetByteArrayFromObj(object_, &length);
        return {octets, octets + length};
    }
    // Of a text, which stays what it is: Tcl would make a byte array of the value, and cut
    // characters that are no octets.
    if (hasWideText()) {
        throw Error(Code::ArgsOctets,
                    std::string(name_) + " has characters that are no octets: encode it first",
                    {{"option", name_}});
    }
    const char* text = Tcl_GetStringFromObj(object_, &length);
    Secret octets;
    octets.reserve(static_cast<std::size_t>(length));
    for (Tcl_Size index = 0; index < length; ++index) {
        const auto first = static_cast<unsigned char>(text[index]);
        octets.push_back(first < 0x80
                             ? text[index]
                             : static_cast<char>((first & 3U) << 6U | (text[++index] & 0x3F)));
    }
    return octets;
}

bool Word::hasWideText() const {
    if (isByteArray(object_)) {
        return false;
    }
    Tcl_Size length = 0;
    const char* text = Tcl_GetStringFromObj(object_, &length);
    // UTF-8 begins the characters from U+0100 on with 0xC4 or more.
    return std::any_of(text, text + length, [](unsigned char octet) { return octet >= 0xC4; });
}

std::string Word::path() const {
    const auto* native = static_cast<const char*>(Tcl_FSGetNativePath(object_));
    const std::string path = native == nullptr ? "" : native;
    if (path.empty() || textOf(object_).find('\0') != std::string::npos) {
        throw Error::fromSystem(EINVAL,
                                std::string(name_) + " " + quote(text()) + " is not a path");
    }
    return path;
}

std::int64_t Word::integer(std::int64_t least, std::int64_t most) const {
    Tcl_WideInt number = 0;
    if (Tcl_GetWideIntFromObj(interp_, object_, &number) != TCL_OK) {
        refuse("is not an integer, or out of all bounds");
    }
    if (number < least || number > most) {
        const std::string bounds = std::to_string(least) + " to " + std::to_string(most);
        throw Error(Code::ArgsRange,
                    std::string(name_) + " " + std::to_string(number) + " is not within " + bounds,
                    {{"option", name_},
                     {"value", std::to_string(number)},
                     {"least", std::to_string(least)},
                     {"most", std::to_string(most)}});
    }
    return number;
}

unsigned Word::permissions() const {
    const std::string given = text();
    const std::string digits = given.rfind("0o", 0) == 0 ? given.substr(2) : given;
    constexpr unsigned kMost = 0777;
    unsigned mode = digits.empty() || digits.size() > 5 ? kMost + 1 : 0;
    for (const char digit : digits) {
        mode = digit < '0' || digit > '7' || mode > kMost
                   ? kMost + 1
                   : mode * 8 + static_cast<unsigned>(digit - '0');
    }
    if (mode > kMost) {
        throw Error(Code::ArgsRange,
                    std::string(name_) + " " + quote(given) + " is not within 0000 to 0777",
                    {{"option", name_}, {"value", given}});
    }
    return mode;
}

bool Word::boolean() const {
    int truth = 0;
    if (Tcl_GetBooleanFromObj(interp_, object_, &truth) != TCL_OK) {
        refuse("is not a boolean");
    }
    return truth != 0;
}

std::vector<std::string> Word::list() const {
    Tcl_Size count = 0;
    Tcl_Obj** items = nullptr;
    if (Tcl_ListObjGetElements(interp_, object_, &count, &items) != TCL_OK) {
        refuse("is not a list");
    }
    std::vector<std::string> texts;
    texts.reserve(static_cast<std::size_t>(count));
    for (Tcl_Size index = 0; index < count; ++index) {
        texts.push_back(textOf(items[index]));
    }
    return texts;
}

std::size_t Word::dictSize() const {
    Tcl_Size size = 0;
    if (Tcl_DictObjSize(interp_, object_, &size) != TCL_OK) {
        refuse("is not a dict");
    }
    return static_cast<std::size_t>(size);
}

void Word::requirePrefix() const {
    Tcl_Size words = 0;
    if (Tcl_ListObjLength(interp_, object_, &words) != TCL_OK) {
        refuse("is not a list");
    }
    if (words == 0) {
        throw Error(Code::ArgsMissing, std::string(name_) + ": the command prefix is empty",
                    {{"option", name_}});
    }
}

std::size_t Word::choice(const std::vector<const char*>& words) const {
    const std::string given = text();
    std::string known;
    std::size_t index = 0;
    for (const char* word : words) {
        if (given == word) {
            return index;
        }
        known += (index++ == 0 ? "" : ", ") + std::string(word);
    }
    const std::string message =
        "bad " + std::string(name_) + " " + quote(given) + ": must be one of " + known;
    Tcl_SetObjResult(interp_, newText(message));
    Tcl_SetErrorCode(interp_, "TCL", "LOOKUP", "INDEX", name_, redact(given).c_str(), nullptr);
    throw Reported{};
}

std::vector<std::size_t> Word::choices(const char* each,
                                       const std::vector<const char*>& words) const {
    std::vector<std::size_t> indices;
    for (const std::string& text : list()) {
        const Reference word(newText(text));
        indices.push_back(Word(interp_, word.get(), each).choice(words));
    }
    return indices;
}

}  // namespace sslkeys
