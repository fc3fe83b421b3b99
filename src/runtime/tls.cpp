#include "runtime/tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "core/assert.h"

namespace tandem::runtime {

namespace {

constexpr char kTls12Ciphers[] = "ECDHE+AESGCM:ECDHE+CHACHA20";
constexpr unsigned char kAlpn[] = "\x08http/1.1";
constexpr unsigned int kAlpnBytes = sizeof kAlpn - 1;
/// Sessions the server remembers for clients without tickets.
constexpr long kMaxCachedSessions = 20'000;

SSL_CTX* new_context(const SSL_METHOD* method) {
  SSL_CTX* context = SSL_CTX_new(method);
  TANDEM_ASSERT(context != nullptr);
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(context, kTls12Ciphers);
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  // A write may be repeated from another place, and idle connections hold no buffers.
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
  return context;
}

int choose_alpn(SSL* /*ssl*/, const unsigned char** out, unsigned char* out_size,
                const unsigned char* in, unsigned int in_size, void* /*argument*/) {
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_size, kAlpn, kAlpnBytes, in, in_size) !=
      OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_NOACK;
  }
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

std::string take_tls_error() {
  const unsigned long code = ERR_peek_last_error();
  ERR_clear_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason == nullptr ? "unknown TLS error" : reason;
}

TlsContext::~TlsContext() { SSL_CTX_free(context_); }

Result<std::shared_ptr<TlsContext>> TlsContext::server(const std::string& cert_file,
                                                       const std::string& key_file) {
  std::shared_ptr<TlsContext> result(new TlsContext(new_context(TLS_server_method())));
  SSL_CTX* context = result->context_;
  if (SSL_CTX_use_certificate_chain_file(context, cert_file.c_str()) != 1) {
    return fail("cannot use the certificate " + cert_file + ": " + take_tls_error());
  }
  if (SSL_CTX_use_PrivateKey_file(context, key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    return fail("cannot use the key " + key_file + ": " + take_tls_error());
  }
  if (SSL_CTX_check_private_key(context) != 1) {
    return fail("the key " + key_file + " does not belong to " + cert_file);
  }
  static constexpr unsigned char kSessionScope[] = "tandem";
  SSL_CTX_set_session_id_context(context, kSessionScope, sizeof kSessionScope - 1);
  SSL_CTX_sess_set_cache_size(context, kMaxCachedSessions);
  SSL_CTX_set_alpn_select_cb(context, choose_alpn, nullptr);
  return result;
}

Result<std::shared_ptr<TlsContext>> TlsContext::client(const std::string& extra_ca_file,
                                                       Speaks speaks) {
  std::shared_ptr<TlsContext> result(new TlsContext(new_context(TLS_client_method())));
  SSL_CTX* context = result->context_;
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  if (SSL_CTX_set_default_verify_paths(context) != 1) {
    return fail("cannot use the system's certificate authorities: " + take_tls_error());
  }
  if (!extra_ca_file.empty() &&
      SSL_CTX_load_verify_locations(context, extra_ca_file.c_str(), nullptr) != 1) {
    return fail("cannot read certificate authorities from " + extra_ca_file + ": " +
                take_tls_error());
  }
  // Sessions are kept by who connects, one a target.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  if (speaks == Speaks::Http) SSL_CTX_set_alpn_protos(context, kAlpn, kAlpnBytes);
  return result;
}

}  // namespace tandem::runtime
