// A TLS session that somebody else's code has made, either side of it: the tls package, which reads
// key, certificate and CA from files for every connection, and trusts the system's CAs. What it
// made gets what we keep, and our judgement in place of its own, before its handshake begins. RFC
// 8446.
#pragma once

#include "pki/chain.h"
#include "pki/error.h"
#include "pki/key.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

struct ssl_st;

namespace sslkeys {

enum class Side { kServer, kClient };

// Notices the session that is made in this thread while it lives. A watch within another's life
// has what is made to itself.
class SessionWatch {
  public:
    SessionWatch();
    SessionWatch(const SessionWatch&) = delete;
    SessionWatch& operator=(const SessionWatch&) = delete;
    ~SessionWatch();

    // The one that was made for a side and has not begun; null when there was none, two, one that
    // has ended or has begun, or one of another OpenSSL than ours.
    ssl_st* found(Side side) const;

    // What OpenSSL tells of the session that it makes or frees.
    void begins(ssl_st* session) noexcept;
    void ends(const ssl_st* session) noexcept;

  private:
    SessionWatch* const outer_;
    int made_ = 0;
    ssl_st* found_ = nullptr;
};

// A peer whose chain is good.
struct Proven {
    Certificate certificate;
    std::string issuerKey;  // as verify() has it
    bool isLate;            // its time is over, and was not long ago
};

struct SessionTerms {
    struct Pair {
        std::vector<Certificate> chain;  // the certificate, then those that lead to its root
        Key key;
    };
    std::optional<Pair> pair;
    Trust trusted;
    bool required;                    // a server's: whether who shows no certificate is refused
    std::optional<std::string> host;  // a client's: the host that the server must be
    Purpose purpose;                  // what the peer's certificate must be meant for
    std::int64_t (*clock)();          // the time to judge by, Unix seconds
    std::int64_t grace;  // for how many seconds after its end a peer is let in, as late

    // Called in the handshake, in whatever thread that runs, with the peer whose chain is good, or
    // with why it is refused; the other is null. It must not end the session.
    //   out  whether the handshake goes on; an exception is a no
    std::function<bool(const Proven*, const Error*)> judge;
};

// Set up a session. It has no tickets: each connection is judged, once. What the peer sends between
// its certificate and what is trusted helps to build the chain. Our own certificate goes out with
// those between it and its root, from its pair or from what is trusted.
//   in      session  no handshake has begun, and nobody else shares its SSL_CTX
//   out     a number that no other session has, for isOpen
//   errors  INTERNAL OPENSSL; the session then lets no certificate in
std::uint64_t setUp(ssl_st* session, Side side, SessionTerms terms);

// Tell whether a session that was set up still stands.
bool isOpen(std::uint64_t number);

}  // namespace sslkeys
