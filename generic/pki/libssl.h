// libssl as this process has it: the tls package's. We bring none ourselves, since that would cost
// every program that speaks no TLS two milliseconds of its start.
#pragma once

#include <openssl/ssl.h>

namespace sslkeys {

struct Libssl {
    decltype(&SSL_add_client_CA) addClientCa;
    decltype(&SSL_ctrl) ctrl;
    decltype(&SSL_get_SSL_CTX) contextOf;
    decltype(&SSL_get_ex_data) getData;
    decltype(&SSL_get_ex_data_X509_STORE_CTX_idx) indexInStore;
    decltype(&SSL_in_before) isBefore;
    decltype(&SSL_is_server) isServer;
    decltype(&SSL_set_ex_data) setData;
    decltype(&SSL_set_info_callback) setInfoCallback;
    decltype(&SSL_set_num_tickets) setTickets;
    decltype(&SSL_set_options) setOptions;
    decltype(&SSL_set_verify) setVerify;
    decltype(&SSL_use_PrivateKey) useKey;
    decltype(&SSL_use_certificate) useCertificate;
    decltype(&SSL_CTX_ctrl) contextCtrl;
    decltype(&SSL_CTX_get_info_callback) infoCallbackOf;
    decltype(&SSL_CTX_set_cert_verify_callback) setCertVerifyCallback;
};

// Give its functions; null as long as nobody has loaded the libssl of our libcrypto's version.
const Libssl* libssl();

}  // namespace sslkeys
