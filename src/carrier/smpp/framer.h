#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "carrier/smpp/pdu.h"

namespace tandem::carrier::smpp {

/// Cuts a byte stream into PDUs. Keeps what a PDU needs and no more: a peer that announces a
/// longer one than `max_pdu_bytes` is refused at its first four bytes.
class Framer {
 public:
  explicit Framer(size_t max_pdu_bytes = kMaxPduBytes) : max_pdu_bytes_(max_pdu_bytes) {}

  /// Adds bytes from the stream.
  void feed(std::string_view bytes);
  /// The next whole PDU, or nothing until more bytes come. Valid until the next feed().
  std::optional<std::string_view> next();
  /// The stream announced an impossible length; it cannot be read any further.
  bool broken() const { return broken_; }
  /// Whether bytes of a PDU wait for its rest.
  bool partial() const { return buffer_.size() > read_; }

 private:
  size_t max_pdu_bytes_;
  std::string buffer_;
  size_t read_ = 0;  // of buffer_ given out
  bool broken_ = false;
};

}  // namespace tandem::carrier::smpp
