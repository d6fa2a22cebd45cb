// See revoked.h.
#include "tcl/revoked.h"

#include "pki/error.h"
#include "pki/serial.h"
#include "pki/validity.h"

namespace sslkeys {
namespace {

constexpr std::int64_t kStartOfTime = -631152000;  // 1950, where UTCTime begins

std::string_view viewOf(Tcl_Obj* object) {
    Tcl_Size length = 0;
    const char* text = Tcl_GetStringFromObj(object, &length);
    return {text, static_cast<std::size_t>(length)};
}

[[noreturn]] void refuse(std::string_view serial, const std::string& why) {
    throw Error(Code::CrlEntry, "serial number " + quote(serial) + ": " + why,
                {{"serial", std::string(serial)}});
}

std::int64_t readTime(std::string_view serial, const char* name, Tcl_Obj* value) {
    Tcl_WideInt seconds = 0;
    if (Tcl_GetWideIntFromObj(nullptr, value, &seconds) != TCL_OK || seconds < kStartOfTime ||
        seconds > kEndOfTime) {
        refuse(serial, std::string(name) + " " + quote(viewOf(value)) +
                           " is not a time of the years 1950 to 9999 in seconds");
    }
    return seconds;
}

Reason readReason(std::string_view serial, Tcl_Obj* value) {
    const auto reason = findReason(viewOf(value));
    if (!reason) {
        refuse(serial, "there is no reason " + quote(viewOf(value)));
    }
    return *reason;
}

void readField(std::string_view serial, Revocation& revocation, Tcl_Obj* name, Tcl_Obj* value) {
    const std::string_view field = viewOf(name);
    if (field == "time") {
        revocation.time = readTime(serial, "time", value);
    } else if (field == "reason") {
        revocation.reason = readReason(serial, value);
    } else if (field == "invaliditydate") {
        revocation.invalidityDate = readTime(serial, "invaliditydate", value);
    } else {
        refuse(serial,
               "there is no field " + quote(field) + ": must be time, reason or invaliditydate");
    }
}

// A dict stays one and a list stays one: Tcl takes longer to make the one of the other than we to
// read it.
Revocation readRevocation(std::string_view serial, Tcl_Obj* fields) {
    static const Tcl_ObjType* const dict = Tcl_GetObjType("dict");
    constexpr std::int64_t kNone = kStartOfTime - 1;
    Revocation revocation{kNone, std::nullopt, std::nullopt};
    Tcl_Size count = 0;
    Tcl_Obj** elements = nullptr;
    if (fields->typePtr == dict) {
        Tcl_DictSearch search{};
        Tcl_Obj* name = nullptr;
        Tcl_Obj* value = nullptr;
        int isDone = 0;
        Tcl_DictObjFirst(nullptr, fields, &search, &name, &value, &isDone);
        try {
            for (; isDone == 0; Tcl_DictObjNext(&search, &name, &value, &isDone)) {
                readField(serial, revocation, name, value);
            }
        } catch (...) {
            Tcl_DictObjDone(&search);
            throw;
        }
    } else if (Tcl_ListObjGetElements(nullptr, fields, &count, &elements) == TCL_OK &&
               count % 2 == 0) {
        for (Tcl_Size index = 0; index < count; index += 2) {
            readField(serial, revocation, elements[index], elements[index + 1]);
        }
    } else {
        refuse(serial, "what is said of it is not a dict");
    }
    if (revocation.time == kNone) {
        refuse(serial, "the time of its revocation is not given");
    }
    return revocation;
}

}  // namespace

RevokedList revokedListOf(const Word& word) {
    RevokedList list;
    list.reserve(word.dictSize());
    Tcl_DictSearch search{};
    Tcl_Obj* serial = nullptr;
    Tcl_Obj* fields = nullptr;
    int isDone = 0;
    Tcl_DictObjFirst(nullptr, word.object(), &search, &serial, &fields, &isDone);
    try {
        for (; isDone == 0; Tcl_DictObjNext(&search, &serial, &fields, &isDone)) {
            list.add(viewOf(serial), readRevocation(viewOf(serial), fields));
        }
    } catch (...) {
        Tcl_DictObjDone(&search);
        throw;
    }
    return list;
}

void putRevocation(Dict& dict, const Revocation& revocation) {
    dict.put("time", revocation.time);
    if (revocation.reason) {
        dict.put("reason", nameOf(*revocation.reason));
    }
    if (revocation.invalidityDate) {
        dict.put("invaliditydate", *revocation.invalidityDate);
    }
}

Dict describeRevocation(const Revocation& revocation) {
    Dict dict;
    putRevocation(dict, revocation);
    return dict;
}

Dict describeRevoked(const Crl& crl) {
    Dict dict;
    const auto put = [&](const CrlEntry& entry) {
        dict.put(printSerial(entry.serial).c_str(), describeRevocation(entry.revocation).get());
    };
    crl.forEach(put);
    Tcl_Size size = 0;
    Tcl_DictObjSize(nullptr, dict.get(), &size);
    if (static_cast<std::size_t>(size) < crl.count()) {  // the first of several counts
        crl.forEach([&](const CrlEntry& entry) {
            if (crl.find(entry.serial)->whole.begin() == entry.whole.begin()) {
                put(entry);
            }
        });
    }
    return dict;
}

}  // namespace sslkeys
