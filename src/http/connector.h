#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "core/function.h"
#include "core/result.h"
#include "http/client.h"
#include "runtime/poller.h"
#include "runtime/resolver.h"
#include "runtime/shards.h"
#include "runtime/stream.h"

namespace tandem::http {

/// Makes one connection: name, policy, address after address, TLS. Destroyed, it gives up without
/// a call. Who wants a timeout destroys it.
class Connector final : public runtime::Watcher {
 public:
  using Done = UniqueFunction<void(Result<runtime::Stream, ClientError>)>;
  /// Patience with one address while others remain.
  static constexpr std::chrono::milliseconds kAddressPatience{2500};

  /// What a connection needs to know; all of it outlives the connector.
  struct Means {
    runtime::Shard& shard;
    runtime::Resolver& resolver;
    const AddressPolicy& allow;
    runtime::TlsContext* tls;  // null: plain
    SSL_SESSION* resume;       // or null
  };

  /// Begins; `done` is called once, never before this returns. It may destroy the connector.
  Connector(const Means& means, const std::string& host, uint16_t port, Done done);
  ~Connector();

  void on_ready(uint32_t events) override;

 private:
  void resolved(Result<std::vector<std::string>> addresses);
  void try_next();
  void give_up_address(std::string why);
  void connected();
  void handshake();
  void stop_watching();
  void finish(Result<runtime::Stream, ClientError> result);
  void fail_with(ClientError::Kind kind, std::string why, int verify_error = 0);

  runtime::Shard& shard_;
  const AddressPolicy& allow_;
  runtime::TlsContext* tls_;
  runtime::SslSession resume_;
  std::string host_;
  uint16_t port_;
  Done done_;

  std::vector<std::string> addresses_;
  size_t next_ = 0;
  size_t refused_ = 0;
  std::string last_problem_;
  runtime::UniqueFd socket_;  // while it connects
  runtime::Stream stream_;    // while it shakes hands
  bool watching_ = false;
  runtime::TimerId patience_ = 0;
  std::shared_ptr<int> life_ = std::make_shared<int>(0);
};

}  // namespace tandem::http
