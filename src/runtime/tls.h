#pragma once

#include <memory>
#include <string>

#include "core/result.h"

typedef struct ssl_ctx_st SSL_CTX;

namespace tandem::runtime {

/// One SSL_CTX, made once per purpose and shared (stack: a context a call re-reads the CA bundle).
class TlsContext {
 public:
  /// Server side: certificate chain and key as PEM files.
  static Result<std::shared_ptr<TlsContext>> server(const std::string& cert_file,
                                                    const std::string& key_file);
  /// Client side: verifies against the system's roots, plus `extra_ca_file` when given.
  static Result<std::shared_ptr<TlsContext>> client(const std::string& extra_ca_file = {});
  ~TlsContext();
  SSL_CTX* get() const { return context_; }

 private:
  explicit TlsContext(SSL_CTX* context) : context_(context) {}
  SSL_CTX* context_;
};

/// Makes a self-signed P-256 certificate for `host` valid ten years, as PEM files, unless both exist.
Result<void> make_self_signed(const std::string& host, const std::string& cert_file,
                              const std::string& key_file);

}  // namespace tandem::runtime
