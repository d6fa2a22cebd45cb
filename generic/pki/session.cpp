// See session.h.
#include "pki/session.h"

#include "pki/libssl.h"
#include "pki/path.h"

#include <algorithm>
#include <mutex>
#include <set>

namespace sslkeys {
namespace {

// What is ours in a session; OpenSSL frees it with the session.
struct Ours {
    std::uint64_t number;
    Side side;
    SessionTerms terms;
    int judged = 0;
};

struct OpenSessions {
    std::mutex mutex;
    std::set<std::uint64_t> numbers;
    std::uint64_t last = 0;
};

// Never destroyed: threads may still close sessions while the process ends.
OpenSessions& openSessions() {
    static auto* const open = std::make_unique<OpenSessions>().release();
    return *open;
}

SessionWatch*& watchOfThread() {
    thread_local SessionWatch* watch = nullptr;
    return watch;
}

// OpenSSL calls it from SSL_new, when the session is not whole yet: only to be remembered.
void notice(void* parent, void* /*value*/, CRYPTO_EX_DATA* /*data*/, int /*index*/, long /*argl*/,
            void* /*argp*/) noexcept {
    if (SessionWatch* watch = watchOfThread(); watch != nullptr) {
        watch->begins(static_cast<SSL*>(parent));
    }
}

// From SSL_dup: what is ours has one owner, and the copy, without it, lets no certificate in.
int keepBack(CRYPTO_EX_DATA* /*to*/, const CRYPTO_EX_DATA* /*from*/, void** value, int /*index*/,
             long /*argl*/, void* /*argp*/) noexcept {
    *value = nullptr;
    return 1;
}

// From SSL_free, in any thread, for every session of the process.
void forget(void* parent, void* value, CRYPTO_EX_DATA* /*data*/, int /*index*/, long /*argl*/,
            void* /*argp*/) noexcept {
    if (SessionWatch* watch = watchOfThread(); watch != nullptr) {
        watch->ends(static_cast<SSL*>(parent));
    }
    const std::unique_ptr<Ours> ours(static_cast<Ours*>(value));
    if (ours != nullptr) {
        OpenSessions& open = openSessions();
        const std::lock_guard<std::mutex> guard(open.mutex);
        open.numbers.erase(ours->number);
    }
}

int indexOfOurs() {
    static const int index =
        CRYPTO_get_ex_new_index(CRYPTO_EX_INDEX_SSL, 0, nullptr, notice, keepBack, forget);
    return index;
}

Ours* oursIn(const SSL* session) {
    return static_cast<Ours*>(libssl()->getData(session, indexOfOurs()));
}

// Take the certificate a peer has shown into our keeping.
Certificate taken(X509* shown) {
    require(X509_up_ref(shown), "could not take the peer's certificate");
    return Certificate::parsed(OwnedCertificate(shown));
}

// No chain that anybody means is longer; what a stranger sends beyond is not even looked at.
constexpr int kMostSent = 10;

// What the peer sent to lead from its certificate to its root.
std::vector<Certificate> sentBeside(const X509* leaf, X509_STORE_CTX* context) {
    std::vector<Certificate> sent;
    STACK_OF(X509)* shown = X509_STORE_CTX_get0_untrusted(context);
    for (int place = 0; place < std::min(sk_X509_num(shown), kMostSent); ++place) {
        if (sk_X509_value(shown, place) != leaf) {
            sent.push_back(taken(sk_X509_value(shown, place)));
        }
    }
    return sent;
}

bool judgeChain(const Ours& ours, X509* shown, X509_STORE_CTX* context) {
    try {
        const Certificate leaf = taken(shown);
        const std::int64_t now = ours.terms.clock();
        const bool isLate = now > leaf.notAfter() && now - leaf.notAfter() <= ours.terms.grace;
        const Proven proven{
            leaf,
            verify(leaf, {ours.terms.trusted, ours.terms.host, ours.terms.purpose,
                          isLate ? leaf.notAfter() - 1 : now, sentBeside(shown, context)}),
            isLate};
        if (!ours.terms.judge(&proven, nullptr)) {
            return false;
        }
        X509_STORE_CTX_set_error(context, X509_V_OK);
        return true;
    } catch (const Error& refusal) {
        X509_STORE_CTX_set_error(context, opensslReason(refusal));
        return ours.terms.judge(nullptr, &refusal);
    }
}

// Stands in for X509_verify_cert: whoever set up the session decides, and nobody is asked twice. A
// judge that lets the event loop run could find itself within the handshake that waits for it, and
// OpenSSL would begin with the same certificate again: that ends the session.
int judgePeer(X509_STORE_CTX* context, void* /*unused*/) noexcept {
    X509_STORE_CTX_set_error(context, X509_V_ERR_UNSPECIFIED);
    try {
        const auto* session =
            static_cast<SSL*>(X509_STORE_CTX_get_ex_data(context, libssl()->indexInStore()));
        X509* shown = X509_STORE_CTX_get0_cert(context);
        Ours* ours = session == nullptr ? nullptr : oursIn(session);
        if (ours == nullptr || ++ours->judged > 1 || shown == nullptr) {
            return 0;
        }
        const bool goesOn = judgeChain(*ours, shown, context);
        return goesOn && ours->judged == 1 ? 1 : 0;
    } catch (...) {
        return 0;
    }
}

// Pass on what the tls package would tell, but only what the peer said last: it calls Tcl for each
// of twenty steps.
void tellAlert(const SSL* session, int where, int value) noexcept {
    if ((where & SSL_CB_ALERT) != 0 && (where & SSL_CB_READ) != 0) {
        const auto tell = libssl()->infoCallbackOf(libssl()->contextOf(session));
        if (tell != nullptr) {
            tell(session, where, value);
        }
    }
}

// Send the certificate, and the CAs between it and its root, which the peer has.
void setPair(SSL* session, const SessionTerms::Pair& pair, const Trust& trusted) {
    const char* failure = "could not set up TLS";
    require(libssl()->useCertificate(session, pair.chain.front().get()), failure);
    require(libssl()->useKey(session, pair.key.get()), failure);
    // Else OpenSSL would look for them in every handshake.
    libssl()->ctrl(session, SSL_CTRL_MODE, SSL_MODE_NO_AUTO_CHAIN, nullptr);
    std::vector<Certificate> pool(pair.chain.begin() + 1, pair.chain.end());
    pool.insert(pool.end(), trusted.certificates().begin(), trusted.certificates().end());
    const std::vector<Certificate> path = withoutRoot(pathFrom(pair.chain.front(), pool));
    for (std::size_t place = 1; place < path.size(); ++place) {
        require(
            static_cast<int>(libssl()->ctrl(session, SSL_CTRL_CHAIN_CERT, 1, path[place].get())),
            "could not take the CA's certificate");
    }
}

}  // namespace

SessionWatch::SessionWatch() : outer_(watchOfThread()) {
    indexOfOurs();
    watchOfThread() = this;
}

SessionWatch::~SessionWatch() { watchOfThread() = outer_; }

void SessionWatch::begins(ssl_st* session) noexcept {
    ++made_;
    found_ = session;
}

void SessionWatch::ends(const ssl_st* session) noexcept {
    for (SessionWatch* watch = this; watch != nullptr; watch = watch->outer_) {
        watch->found_ = watch->found_ == session ? nullptr : watch->found_;
    }
}

ssl_st* SessionWatch::found(Side side) const {
    const Libssl* ssl = libssl();
    const bool waits = made_ == 1 && found_ != nullptr && ssl != nullptr &&
                       ssl->isServer(found_) == (side == Side::kServer ? 1 : 0) &&
                       ssl->isBefore(found_) == 1;
    return waits ? found_ : nullptr;
}

std::uint64_t setUp(ssl_st* session, Side side, SessionTerms terms) {
    const char* failure = "could not set up TLS";
    const Libssl& ssl = *require(libssl(), failure);
    SSL_CTX* context = ssl.contextOf(session);
    // First, so that whatever fails below leaves nothing that the package's judgement lets in.
    ssl.setCertVerifyCallback(context, judgePeer, nullptr);
    ssl.setTickets(session, 0);
    ssl.setOptions(session, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
    ssl.setInfoCallback(session, tellAlert);
    ssl.setVerify(session,
                  SSL_VERIFY_PEER | SSL_VERIFY_CLIENT_ONCE |
                      (terms.required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
                  nullptr);
    ssl.contextCtrl(context, SSL_CTRL_SET_SESS_CACHE_MODE, SSL_SESS_CACHE_OFF, nullptr);
    if (side == Side::kServer) {
        for (const Certificate& trusted : terms.trusted.certificates()) {
            require(ssl.addClientCa(session, trusted.get()), failure);
        }
    }
    if (terms.pair) {
        setPair(session, *terms.pair, terms.trusted);
    }
    auto owned = std::make_unique<Ours>(Ours{0, side, std::move(terms)});
    require(ssl.setData(session, indexOfOurs(), owned.get()), failure);
    Ours* ours = owned.release();
    drainOpenSsl();
    OpenSessions& open = openSessions();
    const std::lock_guard<std::mutex> guard(open.mutex);
    ours->number = ++open.last;
    open.numbers.insert(ours->number);
    return ours->number;
}

bool isOpen(std::uint64_t number) {
    OpenSessions& open = openSessions();
    const std::lock_guard<std::mutex> guard(open.mutex);
    return open.numbers.count(number) == 1;
}

}  // namespace sslkeys
