// sslkeys::about: what this build is and can, for programs, tests and the manual.
#include "pki/error.h"
#include "pki/profile.h"
#include "tcl/command.h"

#include <openssl/crypto.h>

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

// sslkeys::about commands
void listCommands(Call& call) {
    call.answer(newList(commands(), [](const Command& command) {
        Dict row;
        row.put("command", fullName(command))
            .put("words", command.words)
            .put("options", newList(command.options, newOption))
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
