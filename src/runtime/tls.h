#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/result.h"

typedef struct ssl_ctx_st SSL_CTX;

namespace tandem::runtime {

/// One SSL_CTX, made once per purpose and shared (a context a call would re-read the CA bundle).
/// TLS 1.2 and newer, forward-secret AEAD ciphers only, session resumption on both sides.
class TlsContext {
 public:
  /// Server side: certificate chain and key as PEM files. Speaks "http/1.1" in ALPN.
  static Result<std::shared_ptr<TlsContext>> server(const std::string& cert_file,
                                                    const std::string& key_file);
  /// What is spoken inside: HTTP names itself in ALPN, others name nothing.
  enum class Speaks { Http, Other };
  /// Client side: verifies against the system's roots, plus `extra_ca_file` when given.
  static Result<std::shared_ptr<TlsContext>> client(const std::string& extra_ca_file = {},
                                                    Speaks speaks = Speaks::Http);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  SSL_CTX* get() const { return context_; }

 private:
  explicit TlsContext(SSL_CTX* context) : context_(context) {}
  SSL_CTX* context_;
};

/// Makes a self-signed P-256 certificate for `host` valid ten years, as PEM files, unless both
/// exist. The key file is readable by its owner only.
Result<void> make_self_signed(const std::string& host, const std::string& cert_file,
                              const std::string& key_file);

/// Until when the first certificate of a PEM file is good, in seconds since 1970.
Result<int64_t> certificate_end(const std::string& cert_file);

/// The newest reason in OpenSSL's error queue as text; empties the queue.
std::string take_tls_error();

}  // namespace tandem::runtime
