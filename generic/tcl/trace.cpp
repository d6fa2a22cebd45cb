// See trace.h.
#include "tcl/trace.h"

#include <string_view>

namespace sslkeys {
namespace {

constexpr const char* kHidden = "...";

// One of the return options; null when it is not there.
Tcl_Obj* optionOf(Tcl_Obj* options, const char* name) {
    const Reference key(Tcl_NewStringObj(name, -1));
    Tcl_Obj* value = nullptr;
    Tcl_DictObjGet(nullptr, options, key.get(), &value);
    return value;
}

int report(Tcl_Interp* interp, const Reference& message, const Reference& errorCode,
           const Reference& errorInfo, const Reference& errorStack) {
    Tcl_ResetResult(interp);
    Tcl_SetObjResult(interp, message.get());
    return Tcl_SetReturnOptions(interp, Dict()
                                            .put("-code", std::int64_t{TCL_ERROR})
                                            .put("-level", std::int64_t{0})
                                            .put("-errorcode", errorCode.get())
                                            .put("-errorinfo", errorInfo.get())
                                            .put("-errorstack", errorStack.get())
                                            .get());
}

int reportCommand(Tcl_Interp* interp, const std::string& name, const Reference& message,
                  const Reference& errorCode) {
    const Reference info(Tcl_DuplicateObj(message.get()));
    Tcl_AppendStringsToObj(info.get(), "\n    while executing\n\"", name.c_str(), "\"", nullptr);
    Tcl_Obj* stack[] = {Tcl_NewStringObj("INNER", -1), Tcl_NewStringObj(name.c_str(), -1)};
    return report(interp, message, errorCode, info, Reference(Tcl_NewListObj(2, stack)));
}

// Cut errorInfo where it quotes our call, which is what it ends with.
//   in  prefix  as Tcl writes it, a list
std::string hideInInfo(const std::string& info, const std::string& prefix) {
    const std::size_t at = info.rfind("\n\"" + prefix + " ");
    return at == std::string::npos ? info
                                   : info.substr(0, at) + "\n\"" + prefix + " " + kHidden + "\"";
}

bool endsWith(Tcl_Size count, Tcl_Obj* const* items, const std::vector<Reference>& words) {
    const auto length = static_cast<Tcl_Size>(words.size());
    for (Tcl_Size index = 0; index < length && length <= count; ++index) {
        Tcl_Obj* word = words[static_cast<std::size_t>(index)].get();
        Tcl_Obj* item = items[count - length + index];
        if (item != word && textOf(item) != textOf(word)) {
            return false;
        }
    }
    return length <= count;
}

// Take our words out of each call that errorStack lists.
Reference hideInStack(Tcl_Obj* stack, const std::vector<Reference>& words) {
    const Reference hidden(Tcl_NewListObj(0, nullptr));
    Tcl_Size count = 0;
    Tcl_Obj** entries = nullptr;
    Tcl_ListObjGetElements(nullptr, stack, &count, &entries);
    for (Tcl_Size index = 0; index < count; ++index) {
        Tcl_Size length = 0;
        Tcl_Obj** call = nullptr;
        Tcl_Obj* entry = entries[index];
        if (Tcl_ListObjGetElements(nullptr, entry, &length, &call) == TCL_OK &&
            endsWith(length, call, words)) {
            entry = Tcl_NewListObj(length - static_cast<Tcl_Size>(words.size()), call);
            Tcl_ListObjAppendElement(nullptr, entry, Tcl_NewStringObj(kHidden, -1));
        }
        Tcl_ListObjAppendElement(nullptr, hidden.get(), entry);
    }
    return hidden;
}

// A list whose text is that of its elements, however it was typed.
Reference copyList(const Reference& list) {
    Tcl_Size count = 0;
    Tcl_Obj** items = nullptr;
    Tcl_ListObjGetElements(nullptr, list.get(), &count, &items);
    return Reference(Tcl_NewListObj(count, items));
}

bool showsPem(const std::string& text) { return text.find("-----BEGIN") != std::string::npos; }

// An alias or an ensemble in between writes our words in other places: then there is no trace.
void hideWords(Tcl_Interp* interp, const Reference& prefix, const std::vector<Reference>& words) {
    const Reference options(Tcl_GetReturnOptions(interp, TCL_ERROR));
    const Reference message(Tcl_GetObjResult(interp));
    Tcl_Obj* givenInfo = optionOf(options.get(), "-errorinfo");
    Tcl_Obj* givenStack = optionOf(options.get(), "-errorstack");
    std::string info =
        givenInfo == nullptr ? "" : hideInInfo(textOf(givenInfo), textOf(prefix.get()));
    Reference stack =
        givenStack == nullptr ? Reference(Tcl_NewObj()) : hideInStack(givenStack, words);
    if (showsPem(info)) {
        info = textOf(message.get());
    }
    if (showsPem(textOf(stack.get()))) {
        stack = Reference(Tcl_NewObj());
    }
    report(interp, message, reportedCode(interp), Reference(newText(info)), stack);
}

}  // namespace

Reference reportedCode(Tcl_Interp* interp) {
    const Reference options(Tcl_GetReturnOptions(interp, TCL_ERROR));
    Tcl_Obj* code = optionOf(options.get(), "-errorcode");
    return Reference(code == nullptr ? Tcl_NewStringObj("NONE", -1) : code);
}

Tcl_Obj* newErrorCode(Tcl_Interp* interp, const Error& error) {
    if (error.errorNumber() != 0) {
        Tcl_SetErrno(error.errorNumber());
        Tcl_PosixError(interp);
        return Tcl_DuplicateObj(reportedCode(interp).get());
    }
    Tcl_Obj* words = Tcl_NewListObj(0, nullptr);
    const auto append = [&](std::string_view word) {
        Tcl_ListObjAppendElement(nullptr, words, newText(word));
    };
    append("SSLKEYS");
    append(error.row().cls);
    append(error.row().reason);
    for (const auto& [name, value] : error.data()) {
        append(name);
        append(value);
    }
    return words;
}

int reportError(Tcl_Interp* interp, const std::string& name, const Error& error) {
    return reportCommand(interp, name, Reference(newText(error.what())),
                         Reference(newErrorCode(interp, error)));
}

int reportTcl(Tcl_Interp* interp, const std::string& name) {
    return reportCommand(interp, name, Reference(Tcl_DuplicateObj(Tcl_GetObjResult(interp))),
                         reportedCode(interp));
}

void forgetError(Tcl_Interp* interp) {
    const Reference nothing(Tcl_NewObj());
    report(interp, nothing, Reference(Tcl_NewStringObj("NONE", -1)), nothing,
           Reference(Tcl_NewListObj(0, nullptr)));
    Tcl_ResetResult(interp);
}

void callBack(Tcl_Interp* interp, const Reference& prefix, const std::vector<Reference>& words) {
    Tcl_Preserve(interp);
    {
        const Reference script = copyList(prefix);
        for (const Reference& word : words) {
            Tcl_ListObjAppendElement(nullptr, script.get(), word.get());
        }
        const int code = Tcl_EvalObjEx(interp, script.get(), TCL_EVAL_GLOBAL | TCL_EVAL_DIRECT);
        if (code == TCL_ERROR) {
            hideWords(interp, copyList(prefix), words);
        }
        if (code != TCL_OK) {
            Tcl_BackgroundException(interp, code);
        }
        Tcl_ResetResult(interp);
    }
    Tcl_Release(interp);
}

}  // namespace sslkeys
