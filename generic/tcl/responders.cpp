// See responders.h.
#include "tcl/responders.h"

#include "pki/error.h"
#include "pki/validity.h"
#include "store/pemfile.h"
#include "tcl/value.h"

#include <algorithm>
#include <deque>
#include <mutex>

namespace sslkeys {
namespace {

// Holds what a responder is made of, so that no other can come to lie at the same address.
struct KeptResponder {
    Certificate ca;
    Certificate signer;
    Key key;
    std::shared_ptr<const ocsp::Responder> responder;

    bool isOf(const Certificate& otherCa, const Certificate& otherSigner, const Key& other) const {
        return ca.get() == otherCa.get() && signer.get() == otherSigner.get() &&
               key.get() == other.get();
    }
};

class KeptResponders {
  public:
    // Never destroyed: a thread may still answer while the process ends.
    static KeptResponders& all() {
        static auto* const kept = std::make_unique<KeptResponders>().release();
        return *kept;
    }

    template <class Make>
    std::shared_ptr<const ocsp::Responder> find(const Certificate& ca, const Certificate& signer,
                                                const Key& key, Make make) {
        const std::lock_guard<std::mutex> guard(mutex_);
        const auto found = std::find_if(kept_.begin(), kept_.end(), [&](const KeptResponder& each) {
            return each.isOf(ca, signer, key);
        });
        if (found != kept_.end()) {
            return found->responder;
        }
        auto responder = std::make_shared<const ocsp::Responder>(make());
        kept_.push_front({ca, signer, key, responder});
        if (kept_.size() > kMost) {
            kept_.pop_back();
        }
        return responder;
    }

  private:
    static constexpr std::size_t kMost = 8;  // a CA, the one before it, and those of a few tests
    std::mutex mutex_;
    std::deque<KeptResponder> kept_;
};

bool hasSigner(const ResponderArgs& args) {
    return args.signer || !args.signerFile.empty() || args.signerKey ||
           !args.signerKeyFile.empty() || args.signerPassword;
}

[[noreturn]] void refuseBoth(const char* option) {
    throw Error(Code::ArgsConflict,
                std::string("give the CA's key or another signer, not both: ") + option,
                {{"option", option}});
}

Key signerKeyOf(const ResponderArgs& args) {
    requireOne(args.signerKey.has_value(), !args.signerKeyFile.empty(), "-signerkey");
    const Secret* password = args.signerPassword ? &*args.signerPassword : nullptr;
    if (args.signerKey) {
        return password == nullptr
                   ? valueOf<Key>(args.signerKey->object())
                   : Key::fromPem(view(secretOf(args.signerKey->object())), password);
    }
    return keyOfFile(args.signerKeyFile, password);
}

// Ends a walk through a dict where it is.
void endSearch(Tcl_DictSearch* search) noexcept { Tcl_DictObjDone(search); }

// Walk through a dict.
template <class Each>
void forEachPair(Tcl_Interp* interp, Tcl_Obj* dict, const char* what, Each each) {
    Tcl_DictSearch search{};
    Tcl_Obj* key = nullptr;
    Tcl_Obj* value = nullptr;
    int done = 0;
    if (Tcl_DictObjFirst(nullptr, dict, &search, &key, &value, &done) != TCL_OK) {
        Tcl_SetObjResult(interp, newText(std::string(what) + " is not a dict"));
        Tcl_SetErrorCode(interp, "TCL", "VALUE", "DICTIONARY", nullptr);
        throw Reported{};
    }
    const std::unique_ptr<Tcl_DictSearch, Deleter<endSearch>> ended(&search);
    for (; done == 0; Tcl_DictObjNext(&search, &key, &value, &done)) {
        each(key, value);
    }
}

Revocation revocationOf(Tcl_Interp* interp, const std::string& serial, Tcl_Obj* entry) {
    Revocation revocation;
    bool hasTime = false;
    forEachPair(interp, entry, "an entry of -revoked", [&](Tcl_Obj* key, Tcl_Obj* value) {
        const std::string name = textOf(key);
        if (name == "time") {
            revocation.time = Word(interp, value, "time").integer(0, kEndOfTime);
            hasTime = true;
        } else if (name == "invaliditydate") {
            revocation.invalidityDate =
                Word(interp, value, "invaliditydate").integer(0, kEndOfTime);
        } else if (name == "reason") {
            revocation.reason = findReason(textOf(value));
            if (!revocation.reason) {
                Tcl_SetObjResult(interp,
                                 newText("unknown reason of revocation " + quote(textOf(value))));
                Tcl_SetErrorCode(interp, "TCL", "LOOKUP", "INDEX", "reason",
                                 redact(textOf(value)).c_str(), nullptr);
                throw Reported{};
            }
        }
    });
    if (!hasTime) {
        throw Error(Code::ArgsMissing, "-revoked: the entry of " + serial + " has no time",
                    {{"option", "-revoked"}});
    }
    return revocation;
}

std::string normalise(const std::string& serial) {
    return ocsp::printSerial(ocsp::parseSerial(serial));
}

}  // namespace

const std::vector<Option<ResponderArgs>>& signerOptions() {
    static const std::vector<Option<ResponderArgs>> rows = {
        {"-signer", "certificate",
         [](ResponderArgs& args, const Word& word) { args.signer = word; }},
        {"-signerfile", "path",
         [](ResponderArgs& args, const Word& word) { args.signerFile = word.path(); }},
        {"-signerkey", "key", [](ResponderArgs& args, const Word& word) { args.signerKey = word; }},
        {"-signerkeyfile", "path",
         [](ResponderArgs& args, const Word& word) { args.signerKeyFile = word.path(); }},
        {"-signerkeypassword", "passphrase",
         [](ResponderArgs& args, const Word& word) { args.signerPassword = word.password(); }},
    };
    return rows;
}

Certificate certificateOf(const std::optional<Word>& value, const std::string& file,
                          const std::string& name) {
    requireOne(value.has_value(), !file.empty(), name);
    return value ? certificatesOf(value->object()).front() : certificatesOfFile(file).front();
}

std::shared_ptr<const ocsp::Responder> responderOf(const ResponderArgs& args, std::int64_t now) {
    KeptResponders& kept = KeptResponders::all();
    if (!hasSigner(args)) {
        const Ca ca = loadCa(args);
        const Key key = ca.openKey();
        const auto make = [&] { return ocsp::Responder(ca.certificate, key, now); };
        return args.caPassword ? std::make_shared<const ocsp::Responder>(make())
                               : kept.find(ca.certificate, ca.certificate, key, make);
    }
    if (args.caKey || !args.caKeyFile.empty() || args.caPassword) {
        refuseBoth("-cakey");
    }
    const Certificate ca = certificateOf(args.ca, args.caFile, "-ca");
    const Certificate signer = certificateOf(args.signer, args.signerFile, "-signer");
    const Key key = signerKeyOf(args);
    const auto make = [&] { return ocsp::Responder(ca, signer, key, now); };
    return args.signerPassword ? std::make_shared<const ocsp::Responder>(make())
                               : kept.find(ca, signer, key, make);
}

const std::vector<Option<StandingArgs>>& standingOptions() {
    static const std::vector<Option<StandingArgs>> rows = {
        {"-revoked", "dict", [](StandingArgs& args, const Word& word) { args.revoked = word; }},
        {"-known", "serials", [](StandingArgs& args, const Word& word) { args.known = word; }},
    };
    return rows;
}

Standings standingsOf(const StandingArgs& args, const ocsp::Request& request, Tcl_Interp* interp) {
    Standings standings;
    const ocsp::Status otherwise = args.known ? ocsp::Status::kUnknown : ocsp::Status::kGood;
    for (const ocsp::CertId& id : request.certificates()) {
        standings[ocsp::printSerial(id.serial)] = {otherwise, {}};
    }
    if (args.known) {
        for (const std::string& serial : args.known->list()) {
            const auto asked = standings.find(normalise(serial));
            if (asked != standings.end()) {
                asked->second.status = ocsp::Status::kGood;
            }
        }
    }
    if (args.revoked) {
        forEachPair(interp, args.revoked->object(), "-revoked", [&](Tcl_Obj* key, Tcl_Obj* value) {
            const auto asked = standings.find(normalise(textOf(key)));
            if (asked != standings.end()) {
                asked->second = {ocsp::Status::kRevoked, revocationOf(interp, asked->first, value)};
            }
        });
    }
    return standings;
}

}  // namespace sslkeys
