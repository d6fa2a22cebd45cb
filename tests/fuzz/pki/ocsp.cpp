// Fuzzes OCSP: a request that is read gets an answer that its asker believes; a response that is
// believed OpenSSL believes, too; and either is, to OpenSSL, the same octets written.
#include "mutate.h"
#include "pki/ocsp_responder.h"
#include "pki/ocsp_verify.h"
#include "pki/pem.h"
#include "pki/serial.h"
#include "property.h"

#include <openssl/ocsp.h>

using namespace sslkeys;

namespace {

constexpr std::int64_t kHour = 3600;

der::View octetsOf(std::string_view input) {
    return {reinterpret_cast<const unsigned char*>(input.data()), input.size()};
}

const ocsp::Responder& responder() {
    static const ocsp::Responder ours(fuzz::caCertificate(), fuzz::caKey(), fuzz::kNow);
    return ours;
}

// What the CA says: a different thing for each third of its serial numbers.
ocsp::Standing tell(const std::string& serial) {
    switch (serial.back() % 3) {
    case 0: return {ocsp::Status::kGood, {}};
    case 1: return {ocsp::Status::kUnknown, {}};
    default: return {ocsp::Status::kRevoked, {fuzz::kNow - kHour, Reason::kSuperseded, fuzz::kNow}};
    }
}

// OpenSSL reads BER as well: what it reads has to be what was read by us.
template <class T>
void checkSameToOpenSsl(der::View input, T* read, int (*encode)(const T*, unsigned char**)) {
    fuzz::check(read != nullptr && isWrittenAs(input.begin(), input.size(), encode, read),
                "what is read is DER to OpenSSL as well");
    drainOpenSsl();
}

void checkRequest(std::string_view input) {
    const auto request = fuzz::attempt(input, fuzz::kQuoted, {Code::OcspRequest},
                                       [&] { return ocsp::Request::fromDer(octetsOf(input)); });
    if (!request) {
        return;
    }
    for (const ocsp::CertId& id : request->certificates()) {
        const std::string serial = printSerial(id.serial);
        fuzz::check(fuzz::isMadeOf(serial, "0123456789abcdef-"), "a serial number is hexadecimal");
    }
    const auto response = fuzz::attempt(input, fuzz::kQuoted, {Code::OcspRequest}, [&] {
        return responder().answer(*request, tell, {fuzz::kNow, fuzz::kNow, fuzz::kNow + kHour});
    });
    if (!response) {
        return;
    }
    const std::vector<Certificate> none;
    const auto answers =
        fuzz::attempt(input, fuzz::kQuoted, {Code::OcspIssuer, Code::OcspAbsent}, [&] {
            const auto read = ocsp::Response::fromDer(*response);
            std::vector<std::pair<std::string, ocsp::Status>> told;
            for (const ocsp::Answer& answer :
                 ocsp::verify(read, {fuzz::caCertificate(), &*request, none, fuzz::kNow})) {
                told.emplace_back(printSerial(answer.id.serial), answer.standing.status);
            }
            return told;
        });
    for (std::size_t index = 0; answers && index < answers->size(); ++index) {
        const auto& [serial, status] = (*answers)[index];
        fuzz::check(status == tell(serial).status, "what the CA says is what the asker is told");
    }
    const unsigned char* next = response->data();
    const Owned<OCSP_RESPONSE, OCSP_RESPONSE_free> theirs(
        d2i_OCSP_RESPONSE(nullptr, &next, static_cast<long>(response->size())));
    checkSameToOpenSsl<OCSP_RESPONSE>(*response, theirs.get(), i2d_OCSP_RESPONSE);
}

// Ask OpenSSL what it thinks of a response that we believe.
void checkBelieved(std::string_view input) {
    const der::View octets = octetsOf(input);
    const unsigned char* next = octets.begin();
    const Owned<OCSP_RESPONSE, OCSP_RESPONSE_free> response(
        d2i_OCSP_RESPONSE(nullptr, &next, static_cast<long>(octets.size())));
    fuzz::check(response != nullptr, "OpenSSL reads what we believe");
    const Owned<OCSP_BASICRESP, OCSP_BASICRESP_free> basic(
        OCSP_response_get1_basic(response.get()));
    const OwnedStore store(X509_STORE_new());
    X509_STORE_add_cert(store.get(), fuzz::caCertificate().get());
    X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store.get()), static_cast<time_t>(fuzz::kNow));
    STACK_OF(X509)* others = sk_X509_new_null();
    sk_X509_push(others, fuzz::caCertificate().get());
    const bool isBelieved =
        basic != nullptr && OCSP_basic_verify(basic.get(), others, store.get(), 0) == 1;
    sk_X509_free(others);
    drainOpenSsl();
    fuzz::check(isBelieved, "OpenSSL believes what we believe");
}

void checkResponse(std::string_view input) {
    const auto response = fuzz::attempt(input, fuzz::kQuoted, {Code::OcspResponse},
                                        [&] { return ocsp::Response::fromDer(octetsOf(input)); });
    if (!response) {
        return;
    }
    response->responder().printName();
    const std::vector<Certificate> none;
    const auto answers = fuzz::attempt(
        input, fuzz::kQuoted,
        {Code::OcspStatus, Code::OcspResponse, Code::OcspSigner, Code::OcspSignature,
         Code::OcspExpired, Code::OcspNotYetValid, Code::OcspAbsent},
        [&] {
            return ocsp::verify(*response, {fuzz::caCertificate(), nullptr, none, fuzz::kNow});
        });
    if (!answers) {
        return;
    }
    fuzz::check(!answers->empty(), "what is believed says something");
    // OpenSSL wants all answers to be about one CA, where we pass over those about others; and
    // takes the first certificate of the responder's key, where we go on to one that the CA signed.
    const ocsp::Issuer issuer(fuzz::caCertificate());
    const bool isOfOneCa =
        std::all_of(response->answers().begin(), response->answers().end(),
                    [&](const ocsp::Answer& answer) { return issuer.fits(answer.id); });
    if (isOfOneCa && response->certificates().size() <= 1) {
        checkBelieved(input);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input = fuzz::view(data, size);
    if (ocsp::looksLikeResponse(octetsOf(input))) {
        checkResponse(input);
    } else {
        checkRequest(input);
    }
    fuzz::check(ERR_peek_error() == 0, "OpenSSL's error queue is empty afterwards");
    return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t room, unsigned seed) {
    return fuzz::mutateElement(data, size, room, seed, fuzz::signResponse);
}
