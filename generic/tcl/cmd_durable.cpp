// sslkeys::durable: see store/pair.h and store/lock.h. For library/, which writes no file that
// counts in any other way.
#include "pki/error.h"
#include "pki/path.h"
#include "store/files.h"
#include "store/lock.h"
#include "store/pair.h"
#include "tcl/command.h"
#include "tcl/terms.h"
#include "tcl/value.h"

namespace sslkeys {
namespace {

struct WriteArgs {
    std::optional<mode_t> mode;  // none: that of the file that is there, else kPublicMode
    bool exclusive = false;
};
const Options<WriteArgs>& writeOptions() {
    static const std::vector<Option<WriteArgs>> rows = {
        {"-mode", "permissions",
         [](WriteArgs& args, const Word& word) {
             args.mode = static_cast<mode_t>(word.permissions());
         }},
        {"-exclusive", "boolean",
         [](WriteArgs& args, const Word& word) { args.exclusive = word.boolean(); }},
    };
    static const Options<WriteArgs> options(rows);
    return options;
}

// sslkeys::durable write path data ?-mode permissions? ?-exclusive boolean?
void write(Call& call) {
    WriteArgs args;
    call.read(args, writeOptions());
    const std::string path = call.word(0, "path").path();
    const Secret data = call.word(1, "data").octets();
    writeDurably(path, view(data), args.mode, args.exclusive);
}

struct PairArgs {
    std::optional<Word> key, certificate;
    bool replace = false;
};
const Options<PairArgs>& pairOptions() {
    static const std::vector<Option<PairArgs>> rows = {
        {"-key", "key", [](PairArgs& args, const Word& word) { args.key = word; }},
        {"-certificate", "certificate",
         [](PairArgs& args, const Word& word) { args.certificate = word; }},
        {"-force", "boolean",
         [](PairArgs& args, const Word& word) { args.replace = word.boolean(); }},
    };
    static const Options<PairArgs> options =
        Options<PairArgs>(rows).need("-key").need("-certificate");
    return options;
}

void answerPaths(Call& call, const PairPaths& paths) {
    call.answer(Dict().put("keyfile", paths.key).put("certfile", paths.certificate));
}

// sslkeys::durable pair directory name -key key -certificate certificate ?-force boolean?
void pair(Call& call) {
    PairArgs args;
    call.read(args, pairOptions());
    const std::string directory = call.word(0, "directory").path();
    const Secret keyText = secretOf(args.key->object());
    const std::vector<Certificate> chain = certificatesOf(*args.certificate);
    if (!isEncryptedKey(view(keyText)) && !chain.front().matches(valueOf<Key>(*args.key).get())) {
        throw Error(Code::StoreMismatch, "the key and the certificate do not belong together",
                    {{"name", call.text(1)}});
    }
    commitPair(directory, call.text(1), keyText, writeAll(chain), args.replace);
    answerPaths(call, pairPaths(directory, call.text(1)));
}

// sslkeys::durable settle directory name
void settleName(Call& call) {
    answerPaths(call, settlePair(call.word(0, "directory").path(), call.text(1)));
}

// sslkeys::durable lock directory script
void lock(Call& call) {
    const DirectoryLock held(call.word(0, "directory").path(), DirectoryLock::Mode::kExclusive);
    call.finish(Tcl_EvalObjEx(call.interp(), call.object(1), 0));
}

}  // namespace

std::vector<Command> durableCommands() {
    return {
        {"durable", "write", "path data", writeOptions().rows(), false, write},
        {"durable", "pair", "directory name", pairOptions().rows(), false, pair},
        {"durable", "settle", "directory name", {}, false, settleName},
        {"durable", "lock", "directory script", {}, false, lock},
    };
}

}  // namespace sslkeys
