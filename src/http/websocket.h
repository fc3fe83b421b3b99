#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace tandem::http {

/// One WebSocket connection (RFC 6455), either side. Used on its shard's thread. Listeners are set
/// right after it was made; messages arrive complete, fragments joined. The server or client it
/// came from keeps it while it is open; so listeners hold no reference to it, and whoever is done
/// with it calls close(). Pings keep it alive, and find out when the peer is gone.
class WebSocket {
 public:
  virtual ~WebSocket() = default;

  std::function<void(std::string message, bool binary)> on_message;
  /// Once, for whatever reason: code as in section 7.4 (1006 when the connection just went).
  std::function<void(uint16_t code, std::string_view reason)> on_close;

  /// False when the send queue is full (the peer reads too slowly); the message is dropped.
  virtual bool send(std::string_view message, bool binary) = 0;
  /// Says goodbye; nothing can be sent after it. on_close follows when the peer answered, or 5 s
  /// later. Codes 1000 to 1014 and 3000 to 4999; the reason is cut to 123 bytes.
  virtual void close(uint16_t code, std::string_view reason) = 0;
  virtual size_t queued_bytes() const = 0;

  static constexpr size_t kMaxMessageBytes = 1 << 20;
  static constexpr size_t kMaxQueuedBytes = 4 << 20;
};

}  // namespace tandem::http
