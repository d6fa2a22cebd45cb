// See responders.h.
#include "tcl/responders.h"

#include "pki/crl_issuance.h"
#include "pki/error.h"
#include "pki/serial.h"
#include "store/pemfile.h"
#include "tcl/revoked.h"
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
           !args.signerKeyFile.empty() || args.signerPassword || args.signerPasswordFrom;
}

[[noreturn]] void refuseBoth(const char* option) {
    throw Error(Code::ArgsConflict,
                std::string("give the CA's key or another signer, not both: ") + option,
                {{"option", option}});
}

Key signerKeyOf(const ResponderArgs& args, const std::optional<Secret>& given) {
    requireOne(args.signerKey.has_value(), !args.signerKeyFile.empty(), "-signerkey");
    const Secret* password = given ? &*given : nullptr;
    if (args.signerKey) {
        return password == nullptr
                   ? valueOf<Key>(*args.signerKey)
                   : Key::fromPem(view(secretOf(args.signerKey->object())), password);
    }
    return ofFile(args.signerKeyFile,
                  [&](const std::string& path) { return keyOfFile(path, password); });
}

void requireCurrent(const Crl& list, std::int64_t now) {
    if (list.thisUpdate() > now) {
        throw Error(Code::CrlNotYetValid, "the revocation list is from the future");
    }
    const auto next = list.nextUpdate();
    if (!next || now >= *next) {
        throw Error(Code::CrlExpired, "the revocation list does not hold any more",
                    {{"nextupdate", next ? std::to_string(*next) : ""}});
    }
}

// A delegate that the list itself takes back answers nothing.
void requireNotListed(const Crl& list, const ResponderArgs& args) {
    if (!args.signer && args.signerFile.empty()) {
        return;
    }
    const Certificate signer = certificateOf(args.signer, args.signerFile, "-signer");
    if (list.find(encodeSerial(X509_get0_serialNumber(signer.get())))) {
        const std::string subject = printName(X509_get_subject_name(signer.get()));
        throw Error(Code::OcspSigner,
                    quote(subject) + " may not answer for the CA: its certificate was revoked",
                    {{"subject", subject}, {"reason", "REVOKED"}});
    }
}

void tellRevoked(Standings& standings, const std::string& serial,
                 const std::optional<CrlEntry>& entry) {
    if (entry) {
        standings[serial] = {ocsp::Status::kRevoked, entry->revocation};
    }
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
        {"-signerkeypasswordfrom", kPassphraseSource,
         [](ResponderArgs& args, const Word& word) { args.signerPasswordFrom = word; }},
    };
    return rows;
}

Certificate certificateOf(const std::optional<Word>& value, const std::string& file,
                          const std::string& name) {
    requireOne(value.has_value(), !file.empty(), name);
    return value ? leafOf(*value) : ofFile(file, certificatesOfFile).front();
}

std::shared_ptr<const ocsp::Responder> responderOf(const ResponderArgs& args, std::int64_t now) {
    KeptResponders& kept = KeptResponders::all();
    if (!hasSigner(args)) {
        const Ca ca = loadCa(args);
        const Key key = ca.openKey();
        const auto make = [&] { return ocsp::Responder(ca.certificate, key, now); };
        return ca.hasPassword ? std::make_shared<const ocsp::Responder>(make())
                              : kept.find(ca.certificate, ca.certificate, key, make);
    }
    if (args.caKey || !args.caKeyFile.empty() || args.caPassword || args.caPasswordFrom) {
        refuseBoth("-cakey");
    }
    const Certificate ca = certificateOf(args.ca, args.caFile, "-ca");
    const Certificate signer = certificateOf(args.signer, args.signerFile, "-signer");
    const std::optional<Secret> password =
        passphraseOf(args.signerPassword, args.signerPasswordFrom);
    const Key key = signerKeyOf(args, password);
    const auto make = [&] { return ocsp::Responder(ca, signer, key, now); };
    return password ? std::make_shared<const ocsp::Responder>(make())
                    : kept.find(ca, signer, key, make);
}

const std::vector<Option<StandingArgs>>& standingOptions() {
    static const std::vector<Option<StandingArgs>> rows = {
        {"-revoked", "dict", [](StandingArgs& args, const Word& word) { args.revoked = word; }},
        {"-crl", "crl", [](StandingArgs& args, const Word& word) { args.crl = word; }},
        {"-known", "serials", [](StandingArgs& args, const Word& word) { args.known = word; }},
    };
    return rows;
}

der::Octets serialOf(const std::string& text) {
    const auto serial = readSerial(text);
    if (!serial) {
        throw Error(Code::OcspSerial, quote(text) + " is not a serial number in hex",
                    {{"serial", text}});
    }
    return *serial;
}

std::optional<Crl> listOf(const StandingArgs& args, const ResponderArgs& responder,
                          std::int64_t now) {
    if (!args.crl) {
        return std::nullopt;
    }
    if (args.revoked) {
        throw Error(Code::ArgsConflict, "give -revoked or -crl, not both", {{"option", "-crl"}});
    }
    const auto list = valueOf<Crl>(*args.crl);
    requireListOf(list, certificateOf(responder.ca, responder.caFile, "-ca"));
    requireCurrent(list, now);
    requireNotListed(list, responder);
    return list;
}

Standings standingsOf(const StandingArgs& args, const std::optional<Crl>& list,
                      const ocsp::Request& request) {
    Standings standings;
    const ocsp::Status otherwise = args.known ? ocsp::Status::kUnknown : ocsp::Status::kGood;
    for (const ocsp::CertId& id : request.certificates()) {
        standings[printSerial(id.serial)] = {otherwise, {}};
    }
    if (args.known) {
        for (const std::string& text : args.known->list()) {
            const auto asked = standings.find(printSerial(der::View(serialOf(text))));
            if (asked != standings.end()) {
                asked->second.status = ocsp::Status::kGood;
            }
        }
    }
    const RevokedList revoked = args.revoked ? revokedListOf(*args.revoked) : RevokedList();
    requireNoneRemoved(revoked);
    for (const ocsp::CertId& id : request.certificates()) {
        tellRevoked(standings, printSerial(id.serial),
                    list ? list->find(id.serial) : revoked.find(id.serial));
    }
    return standings;
}

}  // namespace sslkeys
