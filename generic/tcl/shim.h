// What differs between Tcl 8.6 and 9, and the pieces of Tcl's C interface that want an owner.
#pragma once

#include "pki/owned.h"

#include <tcl.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#ifndef TCL_SIZE_MAX
using Tcl_Size = int;
#endif

namespace sslkeys {

// A counted reference to a Tcl value.
class Reference {
  public:
    explicit Reference(Tcl_Obj* object) : object_(object) { Tcl_IncrRefCount(object_); }
    Reference(const Reference& other) : Reference(other.object_) {}
    Reference& operator=(Reference other) noexcept {
        std::swap(object_, other.object_);
        return *this;
    }
    ~Reference() { Tcl_DecrRefCount(object_); }
    Tcl_Obj* get() const { return object_; }

  private:
    Tcl_Obj* object_;
};

// Thrown when Tcl has put its own message and errorCode into the interpreter.
struct Reported {};

// Make a Tcl value of UTF-8 text, whatever characters it has.
Tcl_Obj* newText(std::string_view text);

// Read a Tcl value as UTF-8 text; a NUL stays one octet.
std::string textOf(Tcl_Obj* object);

// Read a Tcl value as UTF-8 text into memory that is wiped.
Secret secretOf(Tcl_Obj* object);

// Read a Tcl value as octets in the system's encoding, as Tcl gives them to the system: the inverse
// of how it reads the environment.
Secret nativeOf(Tcl_Obj* object);

// A dict that is being filled.
class Dict {
  public:
    Dict() : dict_(Tcl_NewDictObj()) {}
    Dict& put(const char* key, Tcl_Obj* value);
    Dict& put(const char* key, std::string_view value) { return put(key, newText(value)); }
    Dict& put(const char* key, const std::string& value) { return put(key, newText(value)); }
    Dict& put(const char* key, const char* value) { return put(key, newText(value)); }
    Dict& put(const char* key, std::int64_t value) { return put(key, Tcl_NewWideIntObj(value)); }
    Dict& put(const char* key, bool value) { return put(key, Tcl_NewBooleanObj(value ? 1 : 0)); }
    Tcl_Obj* get() const { return dict_.get(); }

  private:
    Reference dict_;
};

// Make a list of texts; of anything else with a function that makes each element.
template <class List, class Make> Tcl_Obj* newList(const List& items, Make make) {
    Tcl_Obj* list = Tcl_NewListObj(0, nullptr);
    for (const auto& item : items) {
        Tcl_ListObjAppendElement(nullptr, list, make(item));
    }
    return list;
}
template <class List> Tcl_Obj* newList(const List& items) {
    return newList(items, [](const auto& item) { return newText(item); });
}

}  // namespace sslkeys
