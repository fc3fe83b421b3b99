#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tandem::http {

/// Decodes a body in chunked transfer coding (RFC 9112 section 7.1), strictly: sizes are
/// hexadecimal digits only, lines end in CR LF, extensions (tokens only) and trailers (none that
/// would frame a message) are bounded and dropped.
class ChunkDecoder {
 public:
  enum class State : uint8_t { More, Done, Bad };

  static constexpr size_t kMaxSizeDigits = 15;
  static constexpr size_t kMaxExtensionBytes = 1024;  // over the whole body
  static constexpr size_t kMaxTrailerBytes = 8 * 1024;

  /// Takes bytes off the front of `in` and appends data to `out`, at most `room` bytes of it.
  /// More: everything was taken, or the room is used up.
  State decode(std::string_view& in, std::string& out, size_t room);

 private:
  enum class Step : uint8_t {
    SizeStart,
    Size,
    ExtensionStart,  // behind ';': a token must begin
    Extension,
    ValueStart,  // behind its '=': another one
    Value,
    SizeEnd,
    Data,
    DataCr,
    DataLf,
    TrailerStart,
    TrailerName,
    TrailerValue,
    TrailerEnd,
    LastLf,
    Done,
    Bad
  };
  Step next(char c);
  Step next_in_size(char c);
  Step next_in_extension(char c);
  Step next_in_trailer(char c);

  Step step_ = Step::SizeStart;
  uint64_t left_ = 0;  // of the current chunk
  size_t digits_ = 0;
  size_t extension_bytes_ = 0;
  size_t trailer_bytes_ = 0;
  std::string trailer_name_;
};

}  // namespace tandem::http
