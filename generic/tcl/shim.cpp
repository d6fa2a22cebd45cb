// See shim.h.
#include "tcl/shim.h"

#include <algorithm>

namespace sslkeys {
namespace {

class Buffer {
  public:
    Buffer() { Tcl_DStringInit(&string_); }
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;
    ~Buffer() { Tcl_DStringFree(&string_); }
    Tcl_DString* get() { return &string_; }

  private:
    Tcl_DString string_{};
};

// ASCII without NUL is the same inside and outside of Tcl.
bool isPlain(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](unsigned char octet) { return octet > 0 && octet < 0x80; });
}

Tcl_Encoding utf8() { return Tcl_GetEncoding(nullptr, "utf-8"); }

// Write a value's text in an encoding; null is the system's. What comes between is wiped.
Secret encode(Tcl_Obj* object, Tcl_Encoding encoding) {
    Tcl_Size length = 0;
    const char* text = Tcl_GetStringFromObj(object, &length);
    Buffer buffer;
    Tcl_UtfToExternalDString(encoding, text, length, buffer.get());
    char* outside = Tcl_DStringValue(buffer.get());
    const auto count = static_cast<std::size_t>(Tcl_DStringLength(buffer.get()));
    Secret secret(outside, outside + count);
    OPENSSL_cleanse(outside, count);
    return secret;
}

}  // namespace

Tcl_Obj* newText(std::string_view text) {
    const auto length = static_cast<Tcl_Size>(text.size());
    if (isPlain(text)) {
        return Tcl_NewStringObj(text.data(), length);
    }
    Buffer buffer;
    Tcl_Encoding encoding = utf8();
    Tcl_ExternalToUtfDString(encoding, text.data(), length, buffer.get());
    Tcl_FreeEncoding(encoding);
    return Tcl_NewStringObj(Tcl_DStringValue(buffer.get()), Tcl_DStringLength(buffer.get()));
}

std::string textOf(Tcl_Obj* object) {
    Tcl_Size length = 0;
    const char* text = Tcl_GetStringFromObj(object, &length);
    const std::string_view inside(text, static_cast<std::size_t>(length));
    if (isPlain(inside)) {
        return std::string(inside);
    }
    Buffer buffer;
    Tcl_Encoding encoding = utf8();
    Tcl_UtfToExternalDString(encoding, text, length, buffer.get());
    Tcl_FreeEncoding(encoding);
    return {Tcl_DStringValue(buffer.get()),
            static_cast<std::size_t>(Tcl_DStringLength(buffer.get()))};
}

Secret secretOf(Tcl_Obj* object) {
    Tcl_Encoding encoding = utf8();
    Secret secret = encode(object, encoding);
    Tcl_FreeEncoding(encoding);
    return secret;
}

Secret nativeOf(Tcl_Obj* object) { return encode(object, nullptr); }

Dict& Dict::put(const char* key, Tcl_Obj* value) {
    Tcl_DictObjPut(nullptr, dict_.get(), Tcl_NewStringObj(key, -1), value);
    return *this;
}

}  // namespace sslkeys
