// sslkeys::about: what this build is and can, for programs, tests and the manual.
#include "pki/error.h"
#include "pki/profile.h"
#include "tcl/command.h"

#include <openssl/crypto.h>

#include <algorithm>

namespace sslkeys {
namespace {

// sslkeys::about version
void version(Call& call) { call.answer(PACKAGE_VERSION); }

// sslkeys::about features
void features(Call& call) {
    const std::vector<std::string> keyTypes = {"ec", "rsa", "ed25519"};
    const std::vector<std::string> curves = {"P-256", "P-384", "P-521"};
    call.answer(Dict()
                    .put("openssl", OpenSSL_version(OPENSSL_VERSION))
                    .put("keytypes", newList(keyTypes))
                    .put("curves", newList(curves))
                    .put("profiles", newList(profiles(), [](const Profile& profile) {
                             return newText(profile.name);
                         })));
}

Tcl_Obj* newOption(const OptionRow& row) {
    Tcl_Obj* pair[] = {newText(row.name), newText(row.value)};
    return Tcl_NewListObj(2, pair);
}

// The options of which a call has to give one, group by group.
Tcl_Obj* newNeeds(const std::vector<OptionRow>& rows) {
    Tcl_Obj* groups = Tcl_NewListObj(0, nullptr);
    for (auto row = rows.begin(); row != rows.end(); ++row) {
        if (row->isNeeded) {
            const auto end = std::find_if(
                row + 1, rows.end(), [](const OptionRow& each) { return !each.isAlternative; });
            Tcl_ListObjAppendElement(
                nullptr, groups,
                newList(std::vector<OptionRow>(row, end),
                        [](const OptionRow& each) { return newText(each.name); }));
        }
    }
    return groups;
}

// sslkeys::about commands
void listCommands(Call& call) {
    call.answer(newList(commands(), [](const Command& command) {
        Dict row;
        row.put("command", fullName(command))
            .put("words", command.words)
            .put("options", newList(command.options, newOption))
            .put("needed", newNeeds(command.options))
            .put("attributes", command.takesAttributes)
            .put("synopsis", synopsis(command));
        return Tcl_DuplicateObj(row.get());
    }));
}

// sslkeys::about errors
void errors(Call& call) {
    call.answer(newList(codeRows(), [](const CodeRow& row) {
        Tcl_Obj* words[] = {newText(row.cls), newText(row.reason), newText(row.meaning)};
        return Tcl_NewListObj(3, words);
    }));
}

}  // namespace

std::vector<Command> aboutCommands() {
    return {
        {"about", "version", "", {}, false, version},
        {"about", "features", "", {}, false, features},
        {"about", "commands", "", {}, false, listCommands},
        {"about", "errors", "", {}, false, errors},
    };
}

}  // namespace sslkeys
