#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/stream.h"

namespace tandem::http {

/// What a connection still has to send, in order: text, joined so that several answers leave in
/// one system call, and parts of files.
class OutQueue {
 public:
  /// Pieces from this size on are kept as they are instead of being copied together.
  static constexpr size_t kOwnPieceBytes = 16 * 1024;
  /// File bytes read at a time where sendfile is impossible (TLS).
  static constexpr size_t kFileReadBytes = 256 * 1024;
  /// At most this much leaves in one flush, so that others get their turn.
  static constexpr size_t kMaxFlushBytes = 4 << 20;

  bool empty() const { return head_ == segments_.size(); }
  /// Bytes in memory or to be read from files.
  uint64_t bytes() const { return bytes_; }

  /// A text at the queue's end to append to; call added() with what was appended.
  std::string& tail();
  void added(size_t bytes) { bytes_ += bytes; }
  void append(std::string_view piece);
  /// Without copying when it is large.
  void append_owned(std::string piece);
  void append_file(runtime::UniqueFd file, uint64_t offset, uint64_t length);

  /// Sends what the stream takes. Ok: everything left, or kMaxFlushBytes did (then not empty).
  runtime::IoState flush(runtime::Stream& stream);

 private:
  struct Segment {
    std::string text;
    size_t sent = 0;  // of the text
    runtime::UniqueFd file;
    uint64_t file_offset = 0;
    uint64_t file_left = 0;
  };
  runtime::IoResult send_text(runtime::Stream& stream);
  runtime::IoResult send_file(runtime::Stream& stream, Segment& segment);
  void drop_sent(size_t bytes);
  void tidy();

  std::vector<Segment> segments_;
  size_t head_ = 0;
  uint64_t bytes_ = 0;
};

}  // namespace tandem::http
