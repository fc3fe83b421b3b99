#include "http/out_queue.h"

#include <algorithm>
#include <array>

#include <unistd.h>

namespace tandem::http {

using runtime::IoResult;
using runtime::IoState;

namespace {

constexpr size_t kMaxParts = 16;
/// A buffer larger than this is given back when the connection falls idle.
constexpr size_t kKeptCapacity = 16 * 1024;

}  // namespace

std::string& OutQueue::tail() {
  if (empty() || segments_.back().file || segments_.back().text.size() >= kOwnPieceBytes) {
    // An idle queue keeps one empty segment to reuse its buffer.
    if (empty() && head_ == 1) {
      head_ = 0;
    } else {
      segments_.emplace_back();
    }
  }
  return segments_.back().text;
}

void OutQueue::append(std::string_view piece) {
  tail().append(piece);
  bytes_ += piece.size();
}

void OutQueue::append_owned(std::string piece) {
  if (piece.size() < kOwnPieceBytes) {
    append(piece);
    return;
  }
  bytes_ += piece.size();
  segments_.emplace_back().text = std::move(piece);
}

void OutQueue::append_file(runtime::UniqueFd file, uint64_t offset, uint64_t length) {
  Segment segment;
  segment.file = std::move(file);
  segment.file_offset = offset;
  segment.file_left = length;
  segments_.push_back(std::move(segment));
  bytes_ += length;
}

IoResult OutQueue::send_text(runtime::Stream& stream) {
  std::array<iovec, kMaxParts> parts;
  size_t count = 0;
  for (size_t i = head_; i < segments_.size() && count < kMaxParts; ++i) {
    Segment& segment = segments_[i];
    if (segment.text.size() > segment.sent) {
      parts[count++] = {segment.text.data() + segment.sent, segment.text.size() - segment.sent};
    }
    if (segment.file) break;
  }
  if (count == 0) return {IoState::Ok, 0};
  return stream.write({parts.data(), count});
}

IoResult OutQueue::send_file(runtime::Stream& stream, Segment& segment) {
  if (!stream.tls()) {
    const size_t size = std::min<uint64_t>(segment.file_left, kMaxFlushBytes);
    const IoResult result = stream.send_file(segment.file.get(), segment.file_offset, size);
    // A file that ends early cannot be sent as announced.
    if (result.state == IoState::Ok && result.bytes == 0) return {IoState::Failed, 0};
    if (result.state == IoState::Ok) {
      segment.file_offset += result.bytes;
      segment.file_left -= result.bytes;
      bytes_ -= result.bytes;
    }
    return result;
  }
  const size_t size = std::min<uint64_t>(segment.file_left, kFileReadBytes);
  segment.text.resize(size);
  segment.sent = 0;
  const ssize_t got = ::pread(segment.file.get(), segment.text.data(), size,
                              static_cast<off_t>(segment.file_offset));
  if (got <= 0) return {IoState::Failed, 0};
  segment.text.resize(static_cast<size_t>(got));
  segment.file_offset += static_cast<uint64_t>(got);
  segment.file_left -= static_cast<uint64_t>(got);
  return {IoState::Ok, 0};
}

void OutQueue::drop_sent(size_t bytes) {
  bytes_ -= bytes;
  while (bytes > 0) {
    Segment& segment = segments_[head_];
    const size_t size = std::min(bytes, segment.text.size() - segment.sent);
    segment.sent += size;
    bytes -= size;
    if (segment.sent < segment.text.size() || segment.file_left > 0) break;
    if (bytes > 0) ++head_;
  }
}

void OutQueue::tidy() {
  while (head_ < segments_.size()) {
    const Segment& segment = segments_[head_];
    if (segment.sent < segment.text.size() || segment.file_left > 0) break;
    ++head_;
  }
  if (!empty()) {
    // Segments that were sent go once they are the larger part.
    if (head_ > segments_.size() / 2) {
      segments_.erase(segments_.begin(), segments_.begin() + static_cast<ptrdiff_t>(head_));
      head_ = 0;
    }
    return;
  }
  segments_.resize(1);
  Segment& kept = segments_.front();
  kept.file.reset();
  kept.sent = 0;
  kept.text.clear();
  if (kept.text.capacity() > kKeptCapacity) kept.text.shrink_to_fit();
  head_ = 1;
}

IoState OutQueue::flush(runtime::Stream& stream) {
  const uint64_t start = bytes_;
  tidy();
  while (!empty() && start - bytes_ < kMaxFlushBytes) {
    Segment& segment = segments_[head_];
    const bool text = segment.sent < segment.text.size();
    const IoResult result = text ? send_text(stream) : send_file(stream, segment);
    if (result.state != IoState::Ok) return result.state;
    if (text) drop_sent(result.bytes);
    tidy();
  }
  return IoState::Ok;
}

}  // namespace tandem::http
