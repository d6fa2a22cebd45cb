// See command.h.
#include "tcl/command.h"

#include "pki/error.h"
#include "tcl/trace.h"

#include <openssl/err.h>

#include <algorithm>
#include <exception>

namespace sslkeys {
namespace {

const char* const kNamespace = "sslkeys::";

using Rows = std::vector<const Command*>;

const Command& findVerb(Tcl_Interp* interp, const Rows& rows, int objc, Tcl_Obj* const* objv) {
    const std::string noun = kNamespace + std::string(rows.front()->noun);
    if (objc < 2) {
        Tcl_SetObjResult(interp,
                         newText("wrong # args: should be \"" + noun + " subcommand ?arg ...?\""));
        Tcl_SetErrorCode(interp, "TCL", "WRONGARGS", nullptr);
        throw Reported{};
    }
    const std::string verb = textOf(objv[1]);
    const auto row = std::find_if(rows.begin(), rows.end(),
                                  [&](const Command* each) { return verb == each->verb; });
    if (row != rows.end()) {
        return **row;
    }
    std::string known;
    for (const Command* each : rows) {
        known += (known.empty() ? "" : ", ") + std::string(each->verb);
    }
    Tcl_SetObjResult(interp, newText("unknown subcommand " + quote(verb) + " of " + noun +
                                     ": must be one of " + known));
    Tcl_SetErrorCode(interp, "TCL", "LOOKUP", "SUBCOMMAND", redact(verb).c_str(), nullptr);
    throw Reported{};
}

// The only way from Tcl into C++.
int dispatch(ClientData clientData, Tcl_Interp* interp, int objc, Tcl_Obj* const objv[]) noexcept {
    const Rows& rows = *static_cast<Rows*>(clientData);
    const bool hasVerb = rows.front()->verb[0] != '\0';
    const Command* command = hasVerb ? nullptr : rows.front();
    const auto name = [&] {
        return command == nullptr ? kNamespace + std::string(rows.front()->noun)
                                  : fullName(*command);
    };
    try {
        if (hasVerb) {
            command = &findVerb(interp, rows, objc, objv);
        }
        Call call(interp, *command, hasVerb ? 2 : 1, objc, objv);
        command->run(call);
        return call.code();
    } catch (const Reported&) {
        return reportTcl(interp, name());
    } catch (const Error& error) {
        return reportError(interp, name(), error);
    } catch (const std::exception& exception) {
        ERR_clear_error();
        return reportError(interp, name(), Error(Code::InternalUnexpected, exception.what()));
    }
}

std::vector<Command> collect() {
    std::vector<Command> all;
    for (const auto& rowsOf :
         {authorityCommands, storeCommands, keyCommands, requestCommands, certificateCommands,
          crlCommands, ocspCommands, bundleCommands, durableCommands, jobCommands, tickerCommands,
          processCommands, sessionCommands, tokenCommands, aboutCommands}) {
        for (Command& row : rowsOf()) {
            all.push_back(std::move(row));
        }
    }
    return all;
}

}  // namespace

std::string fullName(const Command& command) {
    const std::string verb(command.verb);
    return kNamespace + std::string(command.noun) + (verb.empty() ? "" : " " + verb);
}

std::string synopsis(const Command& command) {
    std::string text = fullName(command);
    if (command.words[0] != '\0') {
        text += " " + std::string(command.words);
    }
    for (const OptionRow& option : command.options) {
        const std::string pair = std::string(option.name) + " " + option.value;
        text += option.isNeeded        ? " " + pair
                : option.isAlternative ? "|" + pair
                                       : " ?" + pair + "?";
    }
    return text + (command.takesAttributes ? " ?ATTR value ...?" : "");
}

const std::vector<Command>& commands() {
    static const std::vector<Command> all = collect();
    return all;
}

void createCommands(Tcl_Interp* interp) {
    // One Tcl command a noun; the rows live as long as the process.
    static const std::vector<std::pair<std::string, Rows>> nouns = [] {
        std::vector<std::pair<std::string, Rows>> grouped;
        for (const Command& command : commands()) {
            const bool standsAlone = command.verb[0] == '\0';
            if (standsAlone || grouped.empty() || grouped.back().first != command.noun) {
                grouped.emplace_back(command.noun, Rows());
            }
            grouped.back().second.push_back(&command);
        }
        return grouped;
    }();
    for (const auto& [noun, rows] : nouns) {
        Tcl_CreateObjCommand(interp, ("::sslkeys::" + noun).c_str(), dispatch,
                             const_cast<Rows*>(&rows), nullptr);
    }
}

}  // namespace sslkeys
