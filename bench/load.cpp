// The load on a TLS server: some processes that ask and count what is answered well.
//
//     load connect PORT SECONDS PROCESSES CA CERT KEY       a new connection and a full handshake
//     for every GET / load kept PORT SECONDS PROCESSES CA CERT KEY CONNS    GET / on connections
//     that stay, each asked serially load enrol PORT SECONDS PROCESSES CA                  a new
//     connection for every certificate of the line protocol
//     load est PORT SECONDS PROCESSES CA - - CONNS          a key, a request and an answer of EST
//     for every certificate, on connections that stay
//
// Prints good answers per second, and the microseconds of processor time that an answer took on
// this side. The server's certificate is verified, no session is resumed, and any other answer than
// a good one ends it all.
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <arpa/inet.h>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

void must(bool good, const std::string& what) {
    if (!good) {
        std::fprintf(stderr, "load: %s failed\n", what.c_str());
        ERR_print_errors_fp(stderr);
        std::_Exit(1);
    }
}

struct Target {
    int port;
    SSL_CTX* context;
};

Target makeTarget(int port, const char* ca, const char* certificate, const char* key) {
    SSL_CTX* context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    must(SSL_CTX_load_verify_locations(context, ca, nullptr) == 1, "reading the CA");
    if (certificate != nullptr) {
        must(SSL_CTX_use_certificate_file(context, certificate, SSL_FILETYPE_PEM) == 1 &&
                 SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) == 1,
             "reading the pair");
    }
    return {port, context};
}

// A connection that gives up when the server says nothing for ten seconds.
class Connection {
  public:
    explicit Connection(const Target& target) : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
        const timeval patience{10, 0};
        const int on = 1;
        setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(static_cast<uint16_t>(target.port));
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        must(connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0,
             "connecting");
        ssl_ = SSL_new(target.context);
        SSL_set_fd(ssl_, socket_);
        must(SSL_connect(ssl_) == 1, "the handshake");
        must(SSL_session_reused(ssl_) == 0, "having a full handshake");
    }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection() {
        SSL_free(ssl_);
        close(socket_);
    }

    void send(const std::string& text) {
        must(SSL_write(ssl_, text.data(), static_cast<int>(text.size())) > 0, "sending");
    }

    // Read up to the mark, and then so many octets as what stands before it says.
    template <class Length> std::string receive(const char* mark, const Length& lengthOf) {
        std::string text;
        std::size_t whole = std::string::npos;
        while (text.size() < whole) {
            char bytes[8192];
            const int count = SSL_read(ssl_, bytes, sizeof bytes);
            must(count > 0, "reading an answer");
            text.append(bytes, static_cast<std::size_t>(count));
            const std::size_t end = text.find(mark);
            if (whole == std::string::npos && end != std::string::npos) {
                whole = end + std::string(mark).size() + lengthOf(text);
            }
        }
        must(text.size() == whole, "an answer that is as long as it says");
        return text;
    }

    std::string receiveHttp() {
        return receive("\r\n\r\n", [](const std::string& head) {
            const std::size_t field = head.find("Content-Length: ");
            const std::size_t tclhttpd =
                field == std::string::npos ? head.find("Content-length: ") : field;
            must(tclhttpd != std::string::npos, "an answer with a length; " + head);
            return static_cast<std::size_t>(std::atoi(head.c_str() + tclhttpd + 16));
        });
    }

    void receiveCertificate() {
        const std::string answer = receiveHttp();
        must(answer.rfind("HTTP/1.1 200", 0) == 0 &&
                 answer.find("application/pkcs7-mime") != std::string::npos,
             "a certificate; " + answer);
    }

    void receivePage() {
        const std::string answer = receiveHttp();
        must(answer.rfind("HTTP/1.1 200", 0) == 0 || answer.rfind("HTTP/1.0 200", 0) == 0,
             "status 200; " + answer);
        must(answer.find("\r\n\r\nClock: ") != std::string::npos &&
                 answer.find("Client: ") != std::string::npos,
             "the page; " + answer);
    }

    void receivePair() {
        const std::string answer = receive("\n", [](const std::string& line) {
            int key = 0;
            int certificate = 0;
            must(std::sscanf(line.c_str(), "true %d %d\n", &key, &certificate) == 2,
                 "a certificate; " + line);
            return static_cast<std::size_t>(key) + static_cast<std::size_t>(certificate);
        });
        must(answer.find("BEGIN CERTIFICATE") != std::string::npos, "a certificate; " + answer);
    }

  private:
    int socket_;
    SSL* ssl_ = nullptr;
};

const char kAskOnce[] = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
const char kAsk[] = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

long connectAgain(const Target& target, Clock::time_point end) {
    long count = 0;
    for (; Clock::now() < end; ++count) {
        Connection connection(target);
        connection.send(kAskOnce);
        connection.receivePage();
    }
    return count;
}

// Ask on all, then read from all, so that the server has something to do while we are busy.
long askAgain(const Target& target, Clock::time_point end, int connections) {
    std::vector<std::unique_ptr<Connection>> kept;
    for (int index = 0; index < connections; ++index) {
        kept.push_back(std::make_unique<Connection>(target));
    }
    long count = 0;
    while (Clock::now() < end) {
        for (auto& connection : kept) {
            connection->send(kAsk);
        }
        for (auto& connection : kept) {
            connection->receivePage();
            ++count;
        }
    }
    return count;
}

long enrolAgain(const Target& target, Clock::time_point end) {
    const std::string prefix = "certificate load" + std::to_string(getpid()) + "-" +
                               std::to_string(Clock::now().time_since_epoch().count()) + "-";
    long count = 0;
    for (; Clock::now() < end; ++count) {
        Connection connection(target);
        connection.send(prefix + std::to_string(count) + " client@localhost\n");
        connection.receivePair();
    }
    return count;
}

// A request in base64 for a new key.
std::string makeRequest(const std::string& name) {
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("prime256v1"),
                                                                  EVP_PKEY_free);
    const std::unique_ptr<X509_REQ, decltype(&X509_REQ_free)> request(X509_REQ_new(),
                                                                      X509_REQ_free);
    X509_NAME_add_entry_by_txt(X509_REQ_get_subject_name(request.get()), "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    X509_REQ_set_pubkey(request.get(), key.get());
    must(X509_REQ_sign(request.get(), key.get(), EVP_sha256()) > 0, "signing a request");
    unsigned char* der = nullptr;
    const int size = i2d_X509_REQ(request.get(), &der);
    std::string text(static_cast<std::size_t>(4 * ((size + 2) / 3) + 1), '\0');
    text.resize(static_cast<std::size_t>(
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), der, size)));
    OPENSSL_free(der);
    return text;
}

long askEstAgain(const Target& target, Clock::time_point end, int connections) {
    std::vector<std::unique_ptr<Connection>> kept;
    for (int index = 0; index < connections; ++index) {
        kept.push_back(std::make_unique<Connection>(target));
    }
    const std::string prefix = "est" + std::to_string(getpid()) + "-" +
                               std::to_string(Clock::now().time_since_epoch().count()) + "-";
    long count = 0;
    long asked = 0;
    while (Clock::now() < end) {
        for (auto& connection : kept) {
            const std::string body = makeRequest(prefix + std::to_string(asked++));
            connection->send("POST /.well-known/est/simpleenroll HTTP/1.1\r\nHost: localhost\r\n"
                             "Content-Type: application/pkcs10\r\nContent-Length: " +
                             std::to_string(body.size()) + "\r\n\r\n" + body);
        }
        for (auto& connection : kept) {
            connection->receiveCertificate();
            ++count;
        }
    }
    return count;
}

}  // namespace

int main(int argc, char** argv) {
    // A server that hangs up is to be told as what failed.
    std::signal(SIGPIPE, SIG_IGN);
    const std::string kind = argc > 1 ? argv[1] : "";
    must((kind == "connect" && argc == 8) || ((kind == "kept" || kind == "est") && argc == 9) ||
             (kind == "enrol" && argc == 6),
         "usage: load connect|kept|enrol|est PORT SECONDS PROCESSES CA ?CERT KEY? ?CONNECTIONS?; "
         "reading it");
    const bool shows = kind == "connect" || kind == "kept";
    const Target target = makeTarget(std::atoi(argv[2]), argv[5], shows ? argv[6] : nullptr,
                                     shows ? argv[7] : nullptr);
    const auto start = Clock::now();
    const auto end =
        start + std::chrono::milliseconds(static_cast<long>(1000 * std::atof(argv[3])));
    const int processes = std::atoi(argv[4]);
    int counts[2];
    must(pipe(counts) == 0, "making a pipe");
    for (int index = 0; index < processes; ++index) {
        const pid_t child = fork();
        must(child >= 0, "making a process");
        if (child == 0) {
            const long count = kind == "connect" ? connectAgain(target, end)
                               : kind == "kept"  ? askAgain(target, end, std::atoi(argv[8]))
                               : kind == "est"   ? askEstAgain(target, end, std::atoi(argv[8]))
                                                 : enrolAgain(target, end);
            must(write(counts[1], &count, sizeof count) == sizeof count, "telling the count");
            std::_Exit(0);
        }
    }
    bool good = true;
    int status = 0;
    while (wait(&status) > 0) {
        good = good && status == 0;
    }
    must(good, "a process of the load");
    const std::chrono::duration<double> took = Clock::now() - start;
    long total = 0;
    for (int index = 0; index < processes; ++index) {
        long count = 0;
        must(read(counts[0], &count, sizeof count) == sizeof count, "reading a count");
        total += count;
    }
    must(total > 0, "any good answer");
    rusage used{};
    getrusage(RUSAGE_CHILDREN, &used);
    const double micros = 1e6 * static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
                          static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
    std::printf("%.1f %.0f\n", static_cast<double>(total) / took.count(),
                micros / static_cast<double>(total));
    return 0;
}
