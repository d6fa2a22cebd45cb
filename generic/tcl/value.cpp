// See value.h.
#include "tcl/value.h"

#include "pki/error.h"
#include "pki/path.h"

#include <cstring>
#include <memory>
#include <type_traits>

namespace sslkeys {
namespace {

std::string_view viewOf(const std::string& pem) { return pem; }
std::string_view viewOf(const Secret& pem) { return view(pem); }

// What stands in a value of PEM is ASCII, or passed over: Tcl's own form of it will do.
std::string_view viewOf(Tcl_Obj* object) {
    Tcl_Size length = 0;
    const char* text = Tcl_GetStringFromObj(object, &length);
    return {text, static_cast<std::size_t>(length)};
}

template <class T> auto pemOf(const T& content) { return content.toPem(); }
template <class T> std::string pemOf(const std::vector<T>& contents) {
    std::string text;
    for (const T& content : contents) {
        text += content.toPem();
    }
    return text;
}
std::string pemOf(const Trust& trust) { return pemOf(trust.certificates()); }

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
        const auto pem = pemOf(*content(object));
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
template <> const char* const Kind<std::vector<Certificate>>::kName = "sslkeys-certificates";
template <> const char* const Kind<std::vector<Crl>>::kName = "sslkeys-crls";
template <> const char* const Kind<Trust>::kName = "sslkeys-trust";

template <class T> bool isKind(const Tcl_Obj* object) { return object->typePtr == &Kind<T>::kType; }

// Keep the parsed form with the text that it was read from.
template <class T> void keep(Tcl_Obj* object, T content) {
    if (object->typePtr != nullptr && object->typePtr->freeIntRepProc != nullptr) {
        object->typePtr->freeIntRepProc(object);
    }
    Kind<T>::adopt(object, std::move(content));
}

// What was parsed already; none where nothing was.
template <class T> std::optional<std::vector<T>> keptOf(Tcl_Obj* object) {
    if (isKind<T>(object)) {
        return std::vector<T>{*Kind<T>::content(object)};
    }
    if (isKind<std::vector<T>>(object)) {
        return *Kind<std::vector<T>>::content(object);
    }
    if constexpr (std::is_same_v<T, Certificate>) {
        if (isKind<Trust>(object)) {
            return Kind<Trust>::content(object)->certificates();
        }
    }
    return std::nullopt;
}

// All of one text.
template <class T> std::vector<T> textsOf(Tcl_Obj* object) {
    if (auto kept = keptOf<T>(object)) {
        return std::move(*kept);
    }
    std::vector<T> values = T::listFromPem(viewOf(object));
    if (values.size() == 1) {
        keep(object, values.front());
    } else {
        keep(object, values);
    }
    return values;
}

// Tell a list of texts in PEM from one such text, which Tcl may have split at its blanks.
bool isList(Tcl_Obj* object, Tcl_Size& count, Tcl_Obj**& elements) {
    static const Tcl_ObjType* const list = Tcl_GetObjType("list");
    const bool isOnlyList = object->typePtr == list && object->bytes == nullptr;
    if (!isOnlyList && object->typePtr != list && viewOf(object).substr(0, 1) != "{") {
        return false;
    }
    return Tcl_ListObjGetElements(nullptr, object, &count, &elements) == TCL_OK &&
           (isOnlyList ||
            (count > 0 && viewOf(elements[0]).find("-----BEGIN ") != std::string_view::npos));
}

template <class T> std::vector<T> readAll(Tcl_Obj* object) {
    Tcl_Size count = 0;
    Tcl_Obj** elements = nullptr;
    if (auto kept = keptOf<T>(object)) {
        return std::move(*kept);
    }
    if (!isList(object, count, elements)) {
        return viewOf(object).empty() ? std::vector<T>() : textsOf<T>(object);
    }
    std::vector<T> values;
    values.reserve(static_cast<std::size_t>(count));
    for (Tcl_Size index = 0; index < count; ++index) {
        const std::vector<T> some = textsOf<T>(elements[index]);
        values.insert(values.end(), some.begin(), some.end());
    }
    return values;
}

// Say of a refusal which option it is about.
template <class Read> auto named(const Word& word, Read read) {
    try {
        return read(word.object());
    } catch (const Error& error) {
        throw word.name()[0] == '-' ? error.about(word.name()) : error;
    }
}

}  // namespace

template <class T> Tcl_Obj* newValue(T content) {
    Tcl_Obj* object = Tcl_NewObj();
    Tcl_InvalidateStringRep(object);
    Kind<T>::adopt(object, std::move(content));
    return object;
}

Tcl_Obj* newCertificates(std::vector<Certificate> certificates) {
    return certificates.empty()       ? Tcl_NewObj()
           : certificates.size() == 1 ? newValue(certificates.front())
                                      : newValue(std::move(certificates));
}

template <class T> T valueOf(Tcl_Obj* object) {
    if (isKind<T>(object)) {
        return *Kind<T>::content(object);
    }
    T content = T::fromPem(viewOf(object));
    keep(object, content);
    return content;
}

template <class T> T valueOf(const Word& word) {
    return named(word, [](Tcl_Obj* object) { return valueOf<T>(object); });
}

template <class T> std::vector<T> valuesOf(const Word& word) { return named(word, readAll<T>); }

std::vector<Certificate> certificatesOf(const Word& word) {
    return named(word, [](Tcl_Obj* object) {
        std::vector<Certificate> list = readAll<Certificate>(object);
        if (list.empty()) {
            throw Error(Code::CertificatePem, "no certificate is given");
        }
        return list;
    });
}

Certificate leafOf(const Word& word) { return certificatesOf(word).front(); }

Trust trustOf(const Word& word) {
    Tcl_Obj* object = word.object();
    if (isKind<Trust>(object)) {
        return *Kind<Trust>::content(object);
    }
    const Trust trust(certificatesOf(word));
    if (isKind<std::vector<Certificate>>(object)) {
        keep(object, trust);
    }
    return trust;
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
template Key valueOf(const Word&);
template Certificate valueOf(const Word&);
template Crl valueOf(const Word&);
template std::vector<Certificate> valuesOf(const Word&);
template std::vector<Crl> valuesOf(const Word&);

}  // namespace sslkeys
