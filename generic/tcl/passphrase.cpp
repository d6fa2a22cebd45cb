// See passphrase.h.
#include "tcl/passphrase.h"

#include "pki/error.h"
#include "pki/key.h"
#include "store/files.h"
#include "tcl/trace.h"

#include <algorithm>

namespace sslkeys {
namespace {

// Of a file only the first line is wanted; a longer one is none of passphrases.
constexpr std::size_t kLongestFile = std::size_t{64} * 1024;

Secret readFirstLine(const Word& path) {
    Secret text = readFile(path.path(), kLongestFile);
    text.erase(std::find(text.begin(), text.end(), '\n'), text.end());
    if (!text.empty() && text.back() == '\r') {
        text.pop_back();
    }
    return text;
}

[[noreturn]] void refuseSource(const Word& source, const char* kind, const std::string& why) {
    throw Error(Code::ArgsPassphrase, std::string(source.name()) + ": " + why,
                {{"option", source.name()}, {"source", kind}});
}

// The octets that the process was given: Tcl decoded them by the system's encoding.
Secret readVariable(const Word& source, const Word& name) {
    Tcl_Obj* value = Tcl_GetVar2Ex(source.interp(), "::env", name.text().c_str(), TCL_GLOBAL_ONLY);
    if (value == nullptr) {
        refuseSource(source, "env", "the environment has no variable " + quote(name.text()));
    }
    return nativeOf(value);
}

// Errors of the command end here: its message may be what it read.
Secret callCommand(const Word& source, const Word& prefix) {
    Tcl_Interp* interp = source.interp();
    Tcl_Size words = 0;
    if (Tcl_ListObjLength(nullptr, prefix.object(), &words) != TCL_OK || words == 0) {
        source.refuseForm("takes {command prefix}, and the prefix is empty or no list");
    }
    const Reference script(Tcl_DuplicateObj(prefix.object()));
    Tcl_Preserve(interp);
    const int code = Tcl_EvalObjEx(interp, script.get(), TCL_EVAL_GLOBAL | TCL_EVAL_DIRECT);
    Secret result = code == TCL_OK ? secretOf(Tcl_GetObjResult(interp)) : Secret();
    Tcl_ResetResult(interp);
    if (code != TCL_OK) {
        forgetError(interp);
    }
    Tcl_Release(interp);
    if (code != TCL_OK) {
        refuseSource(source, "command",
                     "the command failed; what it says is not shown, since it may be the "
                     "passphrase");
    }
    return result;
}

constexpr const char* kForms = "takes {file path}, {env name} or {command prefix}";

Secret ask(const Word& source) {
    Tcl_Size count = 0;
    Tcl_Obj** items = nullptr;
    if (Tcl_ListObjGetElements(nullptr, source.object(), &count, &items) != TCL_OK || count != 2) {
        source.refuseForm(kForms);
    }
    const std::string kind = textOf(items[0]);
    const Reference value(items[1]);  // outlives what a command does to the list
    const Word word(source.interp(), value.get(), source.name());
    if (kind == "file") {
        return readFirstLine(word);
    }
    if (kind == "env") {
        return readVariable(source, word);
    }
    if (kind == "command") {
        return callCommand(source, word);
    }
    source.refuseForm(kForms);
}

}  // namespace

std::optional<Secret> passphraseOf(const std::optional<Secret>& given,
                                   const std::optional<Word>& source) {
    if (!source) {
        return given;
    }
    if (given) {
        const std::string name = source->name();
        throw Error(Code::ArgsConflict,
                    "give " + name.substr(0, name.size() - 4) + " or " + name + ", not both",
                    {{"option", name}});
    }
    Secret text = ask(*source);
    if (text.empty() || text.size() > kLongestPassword) {
        throw Error(Code::ArgsRange,
                    std::string(source->name()) + ": a passphrase has 1 to " +
                        std::to_string(kLongestPassword) + " octets",
                    {{"option", source->name()}});
    }
    return text;
}

}  // namespace sslkeys
