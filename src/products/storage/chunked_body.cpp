#include "products/storage/chunked_body.h"

#include <algorithm>
#include <charconv>

namespace tandem::products::storage {

Result<std::string> ChunkedBody::take(std::string_view piece) {
  std::string content;
  while (!piece.empty()) {
    if (state_ == State::Done) return fail("something follows the last chunk");
    if (state_ == State::Data) {
      const size_t count = static_cast<size_t>(std::min<uint64_t>(left_, piece.size()));
      content.append(piece.substr(0, count));
      piece.remove_prefix(count);
      left_ -= count;
      if (left_ == 0) state_ = State::DataEnd;
      continue;
    }
    const char c = piece.front();
    piece.remove_prefix(1);
    if (c != '\n') {
      line_ += c;
      if (line_.size() > kMaxLine) return fail("a line is too long");
      continue;
    }
    if (!line_.empty() && line_.back() == '\r') line_.pop_back();
    if (auto taken = take_line(); !taken) return tl::unexpected(taken.error());
    line_.clear();
  }
  return content;
}

Result<void> ChunkedBody::take_line() {
  if (state_ == State::DataEnd) {
    if (!line_.empty()) return fail("a chunk is longer than its size");
    state_ = State::Size;
    return {};
  }
  if (state_ == State::Trailer) {
    if (line_.empty()) state_ = State::Done;
    return {};
  }
  const std::string_view size = std::string_view(line_).substr(0, line_.find(';'));
  const auto [end, error] = std::from_chars(size.data(), size.data() + size.size(), left_, 16);
  if (size.empty() || error != std::errc() || end != size.data() + size.size()) {
    return fail("a chunk begins without its size");
  }
  state_ = left_ == 0 ? State::Trailer : State::Data;
  return {};
}

}  // namespace tandem::products::storage
