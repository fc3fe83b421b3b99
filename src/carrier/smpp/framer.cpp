#include "carrier/smpp/framer.h"

#include <cstdint>

namespace tandem::carrier::smpp {

namespace {

/// A buffer that grew beyond this is given back once it is empty.
constexpr size_t kKeptBytes = 16 * 1024;

size_t announced_length(std::string_view bytes) {
  size_t length = 0;
  for (size_t i = 0; i < 4; ++i) length = length << 8 | static_cast<uint8_t>(bytes[i]);
  return length;
}

}  // namespace

void Framer::feed(std::string_view bytes) {
  if (broken_) return;
  if (read_ > 0) {
    buffer_.erase(0, read_);
    read_ = 0;
    if (buffer_.empty() && buffer_.capacity() > kKeptBytes) buffer_.shrink_to_fit();
  }
  buffer_ += bytes;
}

std::optional<std::string_view> Framer::next() {
  const std::string_view rest = std::string_view(buffer_).substr(read_);
  if (broken_ || rest.size() < 4) return std::nullopt;
  const size_t length = announced_length(rest);
  if (length < kHeaderBytes || length > max_pdu_bytes_) {
    broken_ = true;
    return std::nullopt;
  }
  if (rest.size() < length) return std::nullopt;
  read_ += length;
  return rest.substr(0, length);
}

}  // namespace tandem::carrier::smpp
