// sslkeys::token: see pki/token.h.
#include "pki/pem.h"
#include "pki/token.h"
#include "tcl/command.h"

namespace sslkeys {
namespace {

// sslkeys::token draw
void draw(Call& call) { call.answer(drawToken()); }

// sslkeys::token hash token
void hash(Call& call) {
    const Secret token = call.word(0, "token").password();
    call.answer(hashToken(view(token)));
}

}  // namespace

std::vector<Command> tokenCommands() {
    return {
        {"token", "draw", "", {}, false, draw},
        {"token", "hash", "token", {}, false, hash},
    };
}

}  // namespace sslkeys
