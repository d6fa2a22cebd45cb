// See record.h.
#include "tcl/record.h"

#include "pki/error.h"
#include "pki/profile.h"
#include "tcl/describe.h"

#include <vector>

namespace sslkeys {
namespace {

Reference text(std::string_view word) { return Reference(newText(word)); }

// Call a command whose errors are Tcl's already.
void evaluate(Tcl_Interp* interp, const std::vector<Reference>& words) {
    std::vector<Tcl_Obj*> objects;
    objects.reserve(words.size());
    for (const Reference& word : words) {
        objects.push_back(word.get());
    }
    if (Tcl_EvalObjv(interp, static_cast<Tcl_Size>(objects.size()), objects.data(),
                     TCL_EVAL_GLOBAL) != TCL_OK) {
        throw Reported{};
    }
}

// Tell whether any registry is open here.
bool isAnyOpen(Tcl_Interp* interp) {
    Tcl_Obj* registries = Tcl_GetVar2Ex(interp, "::sslkeys::registries", nullptr, TCL_GLOBAL_ONLY);
    Tcl_Size count = 0;
    return registries != nullptr && Tcl_DictObjSize(nullptr, registries, &count) == TCL_OK &&
           count > 0;
}

}  // namespace

std::optional<Record> Record::ifOpen(Tcl_Interp* interp, const std::string& directory) {
    if (!isAnyOpen(interp)) {
        return std::nullopt;
    }
    evaluate(interp, {text("::sslkeys::RegistryOf"), text(directory)});
    const Reference registry(Tcl_GetObjResult(interp));
    Tcl_ResetResult(interp);
    return textOf(registry.get()).empty() ? std::nullopt
                                          : std::optional(Record(interp, registry.get()));
}

std::optional<Record> Record::of(Tcl_Interp* interp, const std::string& directory) {
    std::optional<Record> found = ifOpen(interp, directory);
    if (!found) {
        requireUnregistered(directory);
    }
    return found;
}

void Record::require(Tcl_Interp* interp, const std::string& directory) { of(interp, directory); }

void Record::call(const std::vector<Reference>& words) const {
    std::vector<Reference> all{registry_};
    all.insert(all.end(), words.begin(), words.end());
    evaluate(interp_, all);
    Tcl_ResetResult(interp_);
}

Stored Record::publish(const std::string& directory, const std::string& name, const Terms& terms,
                       const Unpublished& pair, bool replace) const {
    const std::string& serial = pair.certificate.serial();
    const Dict row = describeRow(pair.certificate)
                         .put("name", name)
                         .put("profile", terms.profile->name)
                         .put("certificate", pair.chain)
                         .put("at", terms.now);
    call({text("put"), Reference(row.get()), text(replace ? "1" : "0")});
    try {
        const Stored stored = publishPair(directory, name, pair, replace, true);
        call({text("published"), text(serial)});
        return stored;
    } catch (const Error& error) {
        call({text("abandon"), text(serial), text(error.what())});
        throw;
    }
}

void Record::note(const std::string& action, const std::string& object) const {
    call({text("noteAuthority"), text(action), text(object)});
}

void Record::requireRetired(std::int64_t now) const {
    call({text("requireRetired"), text(std::to_string(now))});
}

Answer Record::noted(Tcl_Interp* interp, const std::string& directory, const std::string& action,
                     Answer answer) {
    return [interp, directory, action, answer = std::move(answer)] {
        const Reference result = answer();
        if (const auto record = ifOpen(interp, directory)) {
            record->note(action, kCaName);
        }
        return result;
    };
}

}  // namespace sslkeys
