// sslkeys::key: see pki/key.h.
#include "pki/error.h"
#include "pki/key.h"
#include "tcl/command.h"
#include "tcl/job.h"
#include "tcl/terms.h"
#include "tcl/value.h"

namespace sslkeys {
namespace {

struct PasswordArgs {
    std::optional<Secret> password;
};

struct GenerateArgs : KeyArgs, CommandArgs {};
const Options<GenerateArgs>& generateOptions() {
    static const Options<GenerateArgs> options(keyOptions(), commandOptions());
    return options;
}

const Options<PasswordArgs>& passwordOptions() {
    static const std::vector<Option<PasswordArgs>> rows = {
        {"-password", "passphrase",
         [](PasswordArgs& args, const Word& word) { args.password = word.password(); }}};
    static const Options<PasswordArgs> options(rows);
    return options;
}

Key readKey(const Call& call, const std::optional<Secret>& password) {
    return password ? Key::fromPem(view(secretOf(call.object(0))), &*password)
                    : valueOf<Key>(call.object(0));
}

// sslkeys::key generate ?-keytype ec|rsa|ed25519? ?-bits n? ?-curve name? ?-password text?
// ?-command prefix?
void generate(Call& call) {
    GenerateArgs args;
    call.read(args, generateOptions());
    perform(call, args, [terms = settle(args)](const Stop* stop) -> Answer {
        const Key key = Key::generate(terms.spec, stop);
        return [text = sealKey(key, terms.password)] { return Reference(newKeyValue(text)); };
    });
}

// sslkeys::key public key ?-password text?
void publicKey(Call& call) {
    PasswordArgs args;
    call.read(args, passwordOptions());
    call.answer(readKey(call, args.password).publicPem());
}

// sslkeys::key info key ?-password text?
void info(Call& call) {
    PasswordArgs args;
    call.read(args, passwordOptions());
    const Key key = readKey(call, args.password);
    const KeySpec spec = describe(key.get());
    call.answer(Dict()
                    .put("keytype", spec.type)
                    .put("bits", std::int64_t{spec.bits})
                    .put("curve", spec.curve)
                    .put("keyfingerprint", printKeyFingerprint(key.get()))
                    .put("encrypted", isEncryptedKey(view(secretOf(call.object(0))))));
}

void requirePassword(const PasswordArgs& args) {
    if (!args.password) {
        throw Error(Code::ArgsMissing, "give the passphrase with -password",
                    {{"option", "-password"}});
    }
}

// sslkeys::key encrypt key -password text
void encrypt(Call& call) {
    PasswordArgs args;
    call.read(args, passwordOptions());
    requirePassword(args);
    call.answer(newKeyValue(sealKey(valueOf<Key>(call.object(0)), args.password)));
}

// sslkeys::key decrypt key -password text
void decrypt(Call& call) {
    PasswordArgs args;
    call.read(args, passwordOptions());
    requirePassword(args);
    if (!isEncryptedKey(view(secretOf(call.object(0))))) {
        valueOf<Key>(call.object(0));
        throw Error(Code::KeyPlain, "the key is not encrypted");
    }
    call.answer(newValue(readKey(call, args.password)));
}

}  // namespace

std::vector<Command> keyCommands() {
    return {
        {"key", "generate", "", generateOptions().rows(), false, generate},
        {"key", "public", "key", passwordOptions().rows(), false, publicKey},
        {"key", "info", "key", passwordOptions().rows(), false, info},
        {"key", "encrypt", "key", passwordOptions().rows(), false, encrypt},
        {"key", "decrypt", "key", passwordOptions().rows(), false, decrypt},
    };
}

}  // namespace sslkeys
