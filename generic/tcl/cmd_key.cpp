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
    std::optional<Word> passwordFrom;
};

struct GenerateArgs : KeyArgs, CommandArgs {};
const Options<GenerateArgs>& generateOptions() {
    static const Options<GenerateArgs> options(keyOptions(), commandOptions());
    return options;
}

const Options<PasswordArgs>& passwordOptions() {
    static const std::vector<Option<PasswordArgs>> rows = {
        {"-password", "passphrase",
         [](PasswordArgs& args, const Word& word) { args.password = word.password(); }},
        {"-passwordfrom", kPassphraseSource,
         [](PasswordArgs& args, const Word& word) { args.passwordFrom = word; }}};
    static const Options<PasswordArgs> options(rows);
    return options;
}

const Options<PasswordArgs>& sealingOptions() {
    static const Options<PasswordArgs> options =
        Options<PasswordArgs>(passwordOptions()).need("-password", "-passwordfrom");
    return options;
}

// Read the options; what is answered has the passphrase wherever it came from.
std::optional<Secret> readPassword(const Call& call,
                                   const Options<PasswordArgs>& options = passwordOptions()) {
    PasswordArgs args;
    call.read(args, options);
    return passphraseOf(args.password, args.passwordFrom);
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

// sslkeys::key public key ?-password text? ?-passwordfrom source?
void publicKey(Call& call) {
    const auto password = readPassword(call);
    call.answer(readKey(call, password).publicPem());
}

// How a key is sealed, for anybody; what it is, for who can open it.
Dict describeKey(const std::optional<Key>& key, const std::optional<Sealing>& sealing) {
    const KeySpec spec = key ? describe(key->get()) : KeySpec{"", 0, ""};
    return Dict()
        .put("keytype", spec.type)
        .put("bits", std::int64_t{spec.bits})
        .put("curve", spec.curve)
        .put("keyfingerprint", key ? printKeyFingerprint(key->get()) : "")
        .put("encrypted", sealing.has_value())
        .put("kdf", sealing ? sealing->kdf : "")
        .put("cipher", sealing ? sealing->cipher : "")
        .put("rounds", sealing ? sealing->rounds : 0);
}

// sslkeys::key info key ?-password text? ?-passwordfrom source?
void info(Call& call) {
    const auto password = readPassword(call);
    const auto sealing = sealingOf(view(secretOf(call.object(0))));
    const bool isLocked = sealing && !password;
    call.answer(
        describeKey(isLocked ? std::nullopt : std::optional(readKey(call, password)), sealing));
}

// sslkeys::key encrypt key -password text|-passwordfrom source
void encrypt(Call& call) {
    const auto password = readPassword(call, sealingOptions());
    call.answer(newKeyValue(sealKey(valueOf<Key>(call.object(0)), password)));
}

// sslkeys::key decrypt key -password text|-passwordfrom source
void decrypt(Call& call) {
    const auto password = readPassword(call, sealingOptions());
    if (!isEncryptedKey(view(secretOf(call.object(0))))) {
        valueOf<Key>(call.object(0));
        throw Error(Code::KeyPlain, "the key is not encrypted");
    }
    call.answer(newValue(readKey(call, password)));
}

}  // namespace

std::vector<Command> keyCommands() {
    return {
        {"key", "generate", "", generateOptions().rows(), false, generate},
        {"key", "public", "key", passwordOptions().rows(), false, publicKey},
        {"key", "info", "key", passwordOptions().rows(), false, info},
        {"key", "encrypt", "key", sealingOptions().rows(), false, encrypt},
        {"key", "decrypt", "key", sealingOptions().rows(), false, decrypt},
    };
}

}  // namespace sslkeys
