#pragma once

#include <memory>
#include <string>

#include "http/connection.h"
#include "http/server.h"
#include "runtime/shards.h"

namespace tandem::http {

/// The Exchange a server hands out: the head, and a connection that may be gone.
class ServerExchange final : public Exchange {
 public:
  ServerExchange(Connection& connection, uint64_t request);
  ~ServerExchange() override;
  ServerExchange(const ServerExchange&) = delete;
  ServerExchange& operator=(const ServerExchange&) = delete;

  RequestHead& mutable_head() { return head_; }
  /// It never reached a handler: its end answers nothing.
  void detach() { finished_ = true; }

  const RequestHead& head() const override { return head_; }
  void read_body(size_t limit, UniqueFunction<void(Result<std::string>)> done) override;
  void read_some(UniqueFunction<void(Result<std::string>)> done) override;
  void respond(Response response) override;
  void respond_stream(Response head) override;
  void write(std::string piece, UniqueFunction<void(Result<void>)> done) override;
  void finish() override;
  std::shared_ptr<WebSocket> accept_websocket(std::string_view protocol) override;

 private:
  std::shared_ptr<Connection> connection() const;
  void refuse(const Refusal& refusal);

  RequestHead head_;
  runtime::Shard& shard_;
  std::weak_ptr<Connection> connection_;  // locked on the shard's thread only
  uint64_t request_;
  bool finished_ = false;
};

}  // namespace tandem::http
