// See value.h.
#include "tcl/value.h"

#include <cstring>
#include <memory>

namespace sslkeys {
namespace {

std::string_view viewOf(const std::string& pem) { return pem; }
std::string_view viewOf(const Secret& pem) { return view(pem); }

template <class T> struct Kind {
    static const char* const kName;
    static const Tcl_ObjType kType;

    static T* content(Tcl_Obj* object) {
        return static_cast<T*>(object->internalRep.twoPtrValue.ptr1);
    }

    static void adopt(Tcl_Obj* object, T content) {
        object->internalRep.twoPtrValue.ptr1 = std::make_unique<T>(std::move(content)).release();
        object->internalRep.twoPtrValue.ptr2 = nullptr;
        object->typePtr = &kType;
    }

    static void release(Tcl_Obj* object) noexcept { std::unique_ptr<T> owned(content(object)); }

    static void duplicate(Tcl_Obj* from, Tcl_Obj* to) noexcept { adopt(to, *content(from)); }

    static void writeString(Tcl_Obj* object) noexcept {
        const auto pem = content(object)->toPem();
        const std::string_view text = viewOf(pem);
        object->bytes = static_cast<char*>(ckalloc(static_cast<unsigned>(text.size() + 1)));
        object->length = static_cast<Tcl_Size>(text.size());
        std::memcpy(object->bytes, text.data(), text.size());
        object->bytes[text.size()] = '\0';
    }
};

template <class T>
const Tcl_ObjType Kind<T>::kType = {kName, Kind::release, Kind::duplicate, Kind::writeString,
                                    nullptr};
template <> const char* const Kind<Key>::kName = "sslkeys-key";
template <> const char* const Kind<Request>::kName = "sslkeys-request";
template <> const char* const Kind<Certificate>::kName = "sslkeys-certificate";
template <> const char* const Kind<Crl>::kName = "sslkeys-crl";

// Keep the parsed form with the text that it was read from.
template <class T> void keep(Tcl_Obj* object, const T& content) {
    if (object->typePtr != nullptr && object->typePtr->freeIntRepProc != nullptr) {
        object->typePtr->freeIntRepProc(object);
    }
    Kind<T>::adopt(object, content);
}

}  // namespace

template <class T> Tcl_Obj* newValue(T content) {
    Tcl_Obj* object = Tcl_NewObj();
    Tcl_InvalidateStringRep(object);
    Kind<T>::adopt(object, std::move(content));
    return object;
}

template <class T> T valueOf(Tcl_Obj* object) {
    if (object->typePtr == &Kind<T>::kType) {
        return *Kind<T>::content(object);
    }
    Tcl_Size length = 0;
    const char* text = Tcl_GetStringFromObj(object, &length);
    T content = T::fromPem({text, static_cast<std::size_t>(length)});
    keep(object, content);
    return content;
}

std::vector<Certificate> certificatesOf(Tcl_Obj* object) {
    if (object->typePtr == &Kind<Certificate>::kType) {
        return {*Kind<Certificate>::content(object)};
    }
    std::vector<Certificate> list = Certificate::listFromPem(textOf(object));
    if (list.size() == 1) {
        keep(object, list.front());
    }
    return list;
}

Certificate leafOf(Tcl_Obj* object) { return certificatesOf(object).front(); }

template <class T> std::vector<T> valuesOf(Tcl_Obj* object) {
    if (object->typePtr == &Kind<T>::kType) {
        return {*Kind<T>::content(object)};
    }
    static const Tcl_ObjType* const list = Tcl_GetObjType("list");
    // A text in PEM begins with a hyphen, a list of such texts with a brace.
    const bool isList =
        (object->typePtr == list && object->bytes == nullptr) || Tcl_GetString(object)[0] == '{';
    Tcl_Size count = 0;
    Tcl_Obj** elements = nullptr;
    if (!isList || Tcl_ListObjGetElements(nullptr, object, &count, &elements) != TCL_OK) {
        return T::listFromPem(textOf(object));
    }
    std::vector<T> values;
    values.reserve(static_cast<std::size_t>(count));
    for (Tcl_Size index = 0; index < count; ++index) {
        values.push_back(valueOf<T>(elements[index]));
    }
    return values;
}

Tcl_Obj* newSubject(const Name& name) {
    Tcl_Obj* list = Tcl_NewListObj(0, nullptr);
    for (const auto& [type, value] : name.attributes()) {
        Tcl_ListObjAppendElement(nullptr, list, newText(type));
        Tcl_ListObjAppendElement(nullptr, list, newText(value));
    }
    return list;
}

template Tcl_Obj* newValue(Key);
template Tcl_Obj* newValue(Request);
template Tcl_Obj* newValue(Certificate);
template Tcl_Obj* newValue(Crl);
template Key valueOf(Tcl_Obj*);
template Request valueOf(Tcl_Obj*);
template Certificate valueOf(Tcl_Obj*);
template Crl valueOf(Tcl_Obj*);
template std::vector<Certificate> valuesOf(Tcl_Obj*);
template std::vector<Crl> valuesOf(Tcl_Obj*);

}  // namespace sslkeys
