// sslkeys::ocsp: see pki/ocsp_request.h, ocsp_response.h, ocsp_responder.h and ocsp_verify.h. What
// goes over the network is a byte array.
#include "pki/digest.h"
#include "pki/error.h"
#include "pki/ocsp_verify.h"
#include "pki/serial.h"
#include "pki/validity.h"
#include "tcl/command.h"
#include "tcl/responders.h"
#include "tcl/revoked.h"
#include "tcl/value.h"

namespace sslkeys {
namespace {

// The octets of a word, which the caller keeps.
class Octets {
  public:
    explicit Octets(const Word& word) : octets_(word.octets()) {}
    der::View view() const {
        return {reinterpret_cast<const unsigned char*>(octets_.data()), octets_.size()};
    }

  private:
    Secret octets_;
};

ocsp::Request requestOf(const Word& word) { return ocsp::Request::fromDer(Octets(word).view()); }

Tcl_Obj* newOctets(const der::Octets& octets) {
    return Tcl_NewByteArrayObj(octets.data(), static_cast<Tcl_Size>(octets.size()));
}

std::string printOctets(der::View octets) { return printHex(octets.begin(), octets.size()); }

struct AskArgs {
    std::optional<Word> ca, certificates;
    std::string caFile;
    std::vector<std::string> serials;
    ocsp::Digest digest = ocsp::Digest::kSha1;
    bool hasNonce = true;
};
const Options<AskArgs>& askOptions() {
    static const std::vector<Option<AskArgs>> rows = {
        {"-ca", "certificate", [](AskArgs& args, const Word& word) { args.ca = word; }},
        {"-cafile", "path", [](AskArgs& args, const Word& word) { args.caFile = word.path(); }},
        {"-certificate", "certificates",
         [](AskArgs& args, const Word& word) { args.certificates = word; }},
        {"-serials", "list", [](AskArgs& args, const Word& word) { args.serials = word.list(); }},
        {"-digest", "sha1|sha256",
         [](AskArgs& args, const Word& word) {
             constexpr ocsp::Digest kChoices[] = {ocsp::Digest::kSha1, ocsp::Digest::kSha256};
             args.digest = kChoices[word.choice({"sha1", "sha256"})];
         }},
        {"-nonce", "boolean",
         [](AskArgs& args, const Word& word) { args.hasNonce = word.boolean(); }},
    };
    static const Options<AskArgs> options = Options<AskArgs>(rows).need("-ca", "-cafile");
    return options;
}

// sslkeys::ocsp request -ca certificate|-cafile path ?-certificate certificates? ?-serials list?
// ?-digest name? ?-nonce boolean?
void ask(Call& call) {
    AskArgs args;
    call.read(args, askOptions());
    const Certificate ca = certificateOf(args.ca, args.caFile, "-ca");
    std::vector<der::Octets> serials;
    if (args.certificates) {
        for (const Certificate& certificate : certificatesOf(*args.certificates)) {
            ocsp::requireIssued(certificate, ca);
            serials.push_back(encodeSerial(X509_get0_serialNumber(certificate.get())));
        }
    }
    for (const std::string& serial : args.serials) {
        serials.push_back(serialOf(serial));
    }
    if (serials.empty()) {
        throw Error(Code::ArgsMissing, "give what to ask about: -certificate or -serials",
                    {{"option", "-certificate"}});
    }
    const std::optional<der::Octets> nonce =
        args.hasNonce ? std::optional(ocsp::drawNonce()) : std::nullopt;
    call.answer(newOctets(
        ocsp::Request::create(ocsp::Issuer(ca), args.digest, serials, nonce ? &*nonce : nullptr)));
}

struct RespondArgs : ResponderArgs, StandingArgs {
    std::int64_t now = Call::now();
    std::optional<std::int64_t> nextUpdate;
    std::optional<std::int64_t> hours;
};
const Options<RespondArgs>& respondOptions() {
    constexpr std::int64_t kMostHours = 87600;
    static const std::vector<Option<RespondArgs>> rows = {
        {"-nextupdate", "seconds",
         [](RespondArgs& args, const Word& word) {
             args.nextUpdate = word.integer(0, kEndOfTime);
         }},
        {"-hours", "1..87600",
         [](RespondArgs& args, const Word& word) { args.hours = word.integer(1, kMostHours); }},
        {"-now", "seconds",
         [](RespondArgs& args, const Word& word) { args.now = word.integer(0, kEndOfTime); }},
    };
    static const Options<RespondArgs> options =
        Options<RespondArgs>(caOptions(), signerOptions(), standingOptions(), rows)
            .need("-ca", "-cafile");
    return options;
}

// When an answer ends: an hour from now, unless something else is said.
std::int64_t endOf(const RespondArgs& args) {
    constexpr std::int64_t kHour = 3600;
    if (args.nextUpdate && args.hours) {
        throw Error(Code::ArgsConflict, "give -nextupdate or -hours, not both",
                    {{"option", "-nextupdate"}});
    }
    if (args.nextUpdate && *args.nextUpdate < args.now) {
        throw Error(Code::ArgsRange,
                    "-nextupdate " + std::to_string(*args.nextUpdate) + " is before now",
                    {{"option", "-nextupdate"},
                     {"value", std::to_string(*args.nextUpdate)},
                     {"least", std::to_string(args.now)},
                     {"most", std::to_string(kEndOfTime)}});
    }
    return args.nextUpdate.value_or(
        std::min(args.now + args.hours.value_or(1) * kHour, kEndOfTime));
}

// sslkeys::ocsp respond request -ca certificate|-cafile path -cakey key|... |-signer certificate
// -signerkey key|... ?-revoked dict|-crl crl? ?-known serials? ?-nextupdate seconds|-hours n? ?-now
// seconds?
void respond(Call& call) {
    RespondArgs args;
    call.read(args, respondOptions());
    const std::int64_t end = endOf(args);
    const ocsp::Request request = requestOf(call.word(0, "request"));
    const std::optional<Crl> list = listOf(args, args, args.now);
    const Standings standings = standingsOf(args, list, request);
    const auto responder = responderOf(args, args.now);
    call.answer(newOctets(
        responder->answer(request, [&](const std::string& serial) { return standings.at(serial); },
                          {args.now, list ? list->thisUpdate() : args.now,
                           list ? std::min(end, *list->nextUpdate()) : end})));
}

// sslkeys::ocsp refuse reason
void refuse(Call& call) {
    constexpr ocsp::Outcome kOutcomes[] = {
        ocsp::Outcome::kMalformedRequest, ocsp::Outcome::kInternalError, ocsp::Outcome::kTryLater,
        ocsp::Outcome::kSigRequired, ocsp::Outcome::kUnauthorized};
    const std::size_t chosen = call.word(0, "reason")
                                   .choice({"malformedrequest", "internalerror", "trylater",
                                            "sigrequired", "unauthorized"});
    call.answer(newOctets(ocsp::refuseToAnswer(kOutcomes[chosen])));
}

void describeId(Dict& dict, const ocsp::CertId& id) {
    dict.put("digest", id.digest ? ocsp::nameOf(*id.digest) : "")
        .put("issuernamehash", printOctets(id.nameHash))
        .put("issuerkeyhash", printOctets(id.keyHash));
}

Dict describeAnswers(const std::vector<ocsp::Answer>& answers) {
    Dict dict;
    for (const ocsp::Answer& answer : answers) {
        Dict told;
        const Revocation& revocation = answer.standing.revocation;
        told.put("status", ocsp::nameOf(answer.standing.status));
        if (answer.standing.status == ocsp::Status::kRevoked) {
            putRevocation(told, revocation);
        }
        told.put("thisupdate", answer.thisUpdate);
        if (answer.nextUpdate) {
            told.put("nextupdate", *answer.nextUpdate);
        }
        describeId(told, answer.id);
        dict.put(printSerial(answer.id.serial).c_str(), told.get());
    }
    return dict;
}

Dict describeRequest(const ocsp::Request& request) {
    const auto serialOf = [](const ocsp::CertId& id) { return newText(printSerial(id.serial)); };
    Dict dict;
    dict.put("kind", "request").put("serials", newList(request.certificates(), serialOf));
    describeId(dict, request.certificates().front());
    return dict.put("nonce", request.nonce() ? printOctets(*request.nonce()) : "")
        .put("signed", request.isSigned());
}

Dict describeResponse(const ocsp::Response& response) {
    Dict dict;
    dict.put("kind", "response").put("status", ocsp::nameOf(response.outcome()));
    if (response.outcome() != ocsp::Outcome::kSuccessful) {
        return dict;
    }
    const ocsp::ResponderId& responder = response.responder();
    return dict.put("respondername", responder.printName())
        .put("responderkeyhash", printOctets(responder.keyHash))
        .put("producedat", response.producedAt())
        .put("nonce", response.nonce() ? printOctets(*response.nonce()) : "")
        .put("certificates", std::int64_t(response.certificates().size()))
        .put("answers", describeAnswers(response.answers()).get());
}

// sslkeys::ocsp info data
void info(Call& call) {
    const Octets data(call.word(0, "data"));
    call.answer(ocsp::looksLikeResponse(data.view())
                    ? describeResponse(ocsp::Response::fromDer(data.view()))
                    : describeRequest(ocsp::Request::fromDer(data.view())));
}

struct VerifyArgs {
    std::optional<Word> ca, request, certificates;
    std::string caFile;
    std::int64_t now = Call::now();
};
const Options<VerifyArgs>& verifyOptions() {
    static const std::vector<Option<VerifyArgs>> rows = {
        {"-ca", "certificate", [](VerifyArgs& args, const Word& word) { args.ca = word; }},
        {"-cafile", "path", [](VerifyArgs& args, const Word& word) { args.caFile = word.path(); }},
        {"-request", "request", [](VerifyArgs& args, const Word& word) { args.request = word; }},
        {"-certificate", "certificates",
         [](VerifyArgs& args, const Word& word) { args.certificates = word; }},
        {"-now", "seconds",
         [](VerifyArgs& args, const Word& word) { args.now = word.integer(0, kEndOfTime); }},
    };
    static const Options<VerifyArgs> options = Options<VerifyArgs>(rows).need("-ca", "-cafile");
    return options;
}

// sslkeys::ocsp verify response -ca certificate|-cafile path ?-request request? ?-certificate
// certificates? ?-now seconds?
void verifyResponse(Call& call) {
    VerifyArgs args;
    call.read(args, verifyOptions());
    const Certificate ca = certificateOf(args.ca, args.caFile, "-ca");
    const std::vector<Certificate> certificates =
        args.certificates ? certificatesOf(*args.certificates) : std::vector<Certificate>();
    const std::optional<ocsp::Request> request =
        args.request ? std::optional(requestOf(*args.request)) : std::nullopt;
    const auto response = ocsp::Response::fromDer(Octets(call.word(0, "response")).view());
    call.answer(describeAnswers(
        ocsp::verify(response, {ca, request ? &*request : nullptr, certificates, args.now})));
}

}  // namespace

std::vector<Command> ocspCommands() {
    return {
        {"ocsp", "request", "", askOptions().rows(), false, ask},
        {"ocsp", "respond", "request", respondOptions().rows(), false, respond},
        {"ocsp", "refuse", "reason", {}, false, refuse},
        {"ocsp", "info", "data", {}, false, info},
        {"ocsp", "verify", "response", verifyOptions().rows(), false, verifyResponse},
    };
}

}  // namespace sslkeys
