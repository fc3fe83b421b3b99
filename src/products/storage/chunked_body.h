#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"

namespace tandem::products::storage {

/// Takes a body of the content encoding `aws-chunked` apart (SigV4, "Transferring payload in
/// multiple chunks"): lines with sizes, their chunks, and trailers at the end. Signatures of single
/// chunks are not looked at: the request's own was.
class ChunkedBody {
 public:
  /// What is in the next piece of the body, as far as it is whole. An error: it is malformed.
  Result<std::string> take(std::string_view piece);
  /// Whether the last chunk and the end of the trailers were there.
  bool complete() const { return state_ == State::Done; }

 private:
  enum class State : uint8_t { Size, Data, DataEnd, Trailer, Done };
  static constexpr size_t kMaxLine = 1024;

  Result<void> take_line();

  State state_ = State::Size;
  std::string line_;
  uint64_t left_ = 0;  // of the chunk
};

}  // namespace tandem::products::storage
