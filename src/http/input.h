#pragma once

#include <span>
#include <string>
#include <string_view>

#include "runtime/stream.h"

namespace tandem::http {

/// The bytes of a connection that came but were not used yet. They are read into a buffer that all
/// connections of a shard share; only what is left over is kept, so idle connections hold nothing.
class Input {
 public:
  /// Capacity an empty Input may hold on to.
  static constexpr size_t kKeptCapacity = 4 * 1024;

  std::string_view view() const { return view_; }
  void consume(size_t bytes) { view_.remove_prefix(bytes); }
  /// Bytes that came before this was made.
  void start_with(std::string bytes) {
    kept_ = std::move(bytes);
    view_ = kept_;
  }
  /// Everything that is left, as a string of its own.
  std::string take();

  /// Readiness was reported; `closing` with a hint that the peer's end may be near.
  void note_ready(bool closing) {
    readable_ = true;
    closing_ = closing_ || closing;
  }
  /// Reads more behind what is there. Uses `scratch` until keep().
  runtime::IoState fill(runtime::Stream& stream, std::span<char> scratch);
  /// Moves what is left out of the scratch buffer.
  void keep();

 private:
  void move_to_kept();

  std::string kept_;
  std::string_view view_;
  bool readable_ = false;
  bool closing_ = false;
};

}  // namespace tandem::http
