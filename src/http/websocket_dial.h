#pragma once

#include <memory>
#include <string>

#include "http/client.h"
#include "http/connector.h"
#include "http/head_scanner.h"
#include "http/input.h"
#include "http/out_queue.h"
#include "http/websocket_connection.h"

namespace tandem::http {

/// The opening handshake of one WebSocket from the client's side: connects, asks, reads the
/// answer. Destroyed, it gives up without a call.
class WebSocketDial final : public runtime::Watcher {
 public:
  using Done = UniqueFunction<void(Result<std::shared_ptr<WebSocket>, ClientError>)>;
  using Over = UniqueFunction<void(WebSocketDial&)>;

  /// `over` is called when the dial is of no more use; it may destroy it. Then comes `done`.
  WebSocketDial(const Connector::Means& means, WebSocketSet& home, Url url, Headers headers,
                std::chrono::milliseconds timeout, Over over, Done done);
  ~WebSocketDial();

  void on_ready(uint32_t events) override;

 private:
  void connected(Result<runtime::Stream, ClientError> stream);
  void read_answer(std::string_view head);
  void finish(Result<std::shared_ptr<WebSocket>, ClientError> result);
  void fail_with(ClientError::Kind kind, std::string what);

  runtime::Shard& shard_;
  WebSocketSet& home_;
  Url url_;
  Headers headers_;
  std::string key_;
  Over over_;
  Done done_;
  runtime::TimerId timer_ = 0;
  runtime::Stream stream_;
  bool watching_ = false;
  Input input_;
  OutQueue out_;
  HeadScanner scanner_;
  std::unique_ptr<Connector> connector_;
};

}  // namespace tandem::http
