#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tandem::http {

/// RFC 6455 section 5.2.
enum class Opcode : uint8_t {
  Continuation = 0,
  Text = 1,
  Binary = 2,
  Close = 8,
  Ping = 9,
  Pong = 10
};

using MaskKey = std::array<uint8_t, 4>;

/// Close codes of RFC 6455 section 7.4.1 that this side uses.
inline constexpr uint16_t kCloseNormal = 1000;
inline constexpr uint16_t kCloseGoingAway = 1001;
inline constexpr uint16_t kCloseProtocolError = 1002;
inline constexpr uint16_t kCloseNoStatus = 1005;
inline constexpr uint16_t kCloseAbnormal = 1006;
inline constexpr uint16_t kCloseBadText = 1007;
inline constexpr uint16_t kCloseTooBig = 1009;

inline constexpr size_t kMaxControlBytes = 125;

/// Whether the text is well-formed UTF-8 (RFC 3629).
bool is_utf8(std::string_view text);

/// Appends one frame that ends a message; `mask` on the client's side.
void append_frame(std::string& out, Opcode opcode, std::string_view payload,
                  std::optional<MaskKey> mask = {});
/// The payload of a close frame; the reason is cut to what fits, between characters.
std::string close_payload(uint16_t code, std::string_view reason);

/// Reads frames out of bytes as they come, and joins fragments. Refuses what RFC 6455 forbids.
class FrameReader {
 public:
  enum class Next : uint8_t { More, Message, Ping, Pong, Close, Bad };

  /// `masked`: whether the peer must mask (it is a client) or must not.
  FrameReader(bool masked, size_t max_message_bytes)
      : expect_mask_(masked), max_message_bytes_(max_message_bytes) {}

  /// Takes bytes off the front of `in` up to the end of one message or control frame. More: what
  /// is left of `in` is needed again with further bytes behind it.
  Next next(std::string_view& in);

  /// After Message.
  std::string& message() { return message_; }
  bool binary() const { return binary_; }
  /// After Ping or Pong: the payload. After Close: the reason.
  const std::string& control() const { return control_; }
  /// After Close: the peer's code, kCloseNoStatus without one. After Bad: the code to close with.
  uint16_t code() const { return code_; }

 private:
  enum class Head : uint8_t { Incomplete, Complete, Bad };
  Head read_head(std::string_view& in);
  bool accept_head(uint8_t first, uint64_t size);
  void take_payload(std::string_view& in);
  Next end_of_frame();
  Next end_of_close();
  Next bad(uint16_t code);

  bool expect_mask_;
  size_t max_message_bytes_;
  bool in_payload_ = false;
  bool in_message_ = false;  // between the fragments of one
  bool is_control_ = false;
  bool final_ = false;
  bool binary_ = false;
  bool clear_ = true;  // a new message begins
  Opcode opcode_ = Opcode::Text;
  MaskKey mask_{};
  size_t mask_at_ = 0;
  uint64_t left_ = 0;
  uint16_t code_ = 0;
  std::string message_;
  std::string control_;
};

}  // namespace tandem::http
