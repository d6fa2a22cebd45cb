// See libssl.h.
#include "pki/libssl.h"

#include <openssl/opensslv.h>

#include <dlfcn.h>
#include <mutex>
#include <optional>
#include <string>

namespace sslkeys {
namespace {

std::string fileName() {
    const std::string version = std::to_string(OPENSSL_SHLIB_VERSION);
#ifdef __APPLE__
    return "libssl." + version + ".dylib";
#else
    return "libssl.so." + version;
#endif
}

// Looks functions up, and notices when one is not there.
class Finder {
  public:
    explicit Finder(void* library) : library_(library) {}
    template <class Function> void find(Function& function, const char* name) {
        function = reinterpret_cast<Function>(dlsym(library_, name));
        isWhole_ = isWhole_ && function != nullptr;
    }
    bool isWhole() const { return isWhole_; }

  private:
    void* library_;
    bool isWhole_ = true;
};

std::optional<Libssl> find() {
    // Found, it stays loaded: what is set up in its sessions points to us and we to it.
    void* library = dlopen(fileName().c_str(), RTLD_LAZY | RTLD_NOLOAD);
    if (library == nullptr) {
        return std::nullopt;
    }
    Libssl found{};
    Finder finder(library);
    finder.find(found.addClientCa, "SSL_add_client_CA");
    finder.find(found.ctrl, "SSL_ctrl");
    finder.find(found.contextOf, "SSL_get_SSL_CTX");
    finder.find(found.getData, "SSL_get_ex_data");
    finder.find(found.indexInStore, "SSL_get_ex_data_X509_STORE_CTX_idx");
    finder.find(found.isBefore, "SSL_in_before");
    finder.find(found.isServer, "SSL_is_server");
    finder.find(found.setData, "SSL_set_ex_data");
    finder.find(found.setInfoCallback, "SSL_set_info_callback");
    finder.find(found.setTickets, "SSL_set_num_tickets");
    finder.find(found.setOptions, "SSL_set_options");
    finder.find(found.setVerify, "SSL_set_verify");
    finder.find(found.useKey, "SSL_use_PrivateKey");
    finder.find(found.useCertificate, "SSL_use_certificate");
    finder.find(found.contextCtrl, "SSL_CTX_ctrl");
    finder.find(found.infoCallbackOf, "SSL_CTX_get_info_callback");
    finder.find(found.setCertVerifyCallback, "SSL_CTX_set_cert_verify_callback");
    return finder.isWhole() ? std::optional<Libssl>(found) : std::nullopt;
}

}  // namespace

const Libssl* libssl() {
    static std::mutex mutex;
    static std::optional<Libssl> found;
    const std::lock_guard<std::mutex> guard(mutex);
    if (!found) {
        found = find();
    }
    return found ? &*found : nullptr;
}

}  // namespace sslkeys
