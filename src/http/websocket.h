#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace tandem::http {

/// One WebSocket connection (RFC 6455), either side. Used on its shard's thread. Listeners are set
/// right after it was made; messages arrive complete, fragments joined.
class WebSocket {
 public:
  virtual ~WebSocket() = default;

  std::function<void(std::string message, bool binary)> on_message;
  /// Once, for whatever reason: code as in section 7.4 (1006 when the connection just went).
  std::function<void(uint16_t code, std::string_view reason)> on_close;

  /// False when the send queue is full (the peer reads too slowly); the message is dropped.
  virtual bool send(std::string_view message, bool binary) = 0;
  virtual void close(uint16_t code, std::string_view reason) = 0;
  virtual size_t queued_bytes() const = 0;

  static constexpr size_t kMaxMessageBytes = 1 << 20;
  static constexpr size_t kMaxQueuedBytes = 4 << 20;
};

}  // namespace tandem::http
