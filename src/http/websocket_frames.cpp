#include "http/websocket_frames.h"

#include <algorithm>
#include <cstring>

namespace tandem::http {

namespace {

constexpr uint8_t kFinal = 0x80;
constexpr uint8_t kReserved = 0x70;
constexpr uint8_t kMasked = 0x80;

uint8_t byte_at(std::string_view text, size_t at) { return static_cast<uint8_t>(text[at]); }

uint64_t big_endian(std::string_view bytes) {
  uint64_t value = 0;
  for (size_t i = 0; i < bytes.size(); ++i) value = value << 8 | byte_at(bytes, i);
  return value;
}

void append_big_endian(std::string& out, uint64_t value, int bytes) {
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>(value >> shift & 0xff));
  }
}

/// Applies the mask from its byte `phase` on, eight bytes at a time.
void apply_mask(char* data, size_t size, const MaskKey& mask, size_t phase) {
  uint8_t pattern[8];
  for (size_t i = 0; i < sizeof pattern; ++i) pattern[i] = mask[(phase + i) % 4];
  uint64_t wide = 0;
  std::memcpy(&wide, pattern, sizeof wide);
  size_t at = 0;
  for (; at + sizeof wide <= size; at += sizeof wide) {
    uint64_t word = 0;
    std::memcpy(&word, data + at, sizeof word);
    word ^= wide;
    std::memcpy(data + at, &word, sizeof word);
  }
  for (; at < size; ++at) data[at] = static_cast<char>(data[at] ^ pattern[at % 8]);
}

/// Bytes of the well-formed sequence at the front that is not ASCII, or 0 (Unicode table 3-7).
size_t sequence_bytes(std::string_view text) {
  const uint8_t lead = byte_at(text, 0);
  const size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < size) return 0;
  const uint8_t second = byte_at(text, 1);
  if (lead == 0xe0 && second < 0xa0) return 0;
  if (lead == 0xed && second > 0x9f) return 0;
  if (lead == 0xf0 && second < 0x90) return 0;
  if (lead == 0xf4 && second > 0x8f) return 0;
  for (size_t i = 1; i < size; ++i) {
    if ((byte_at(text, i) & 0xc0) != 0x80) return 0;
  }
  return size;
}

/// Codes a peer may send (RFC 6455 section 7.4).
bool is_sendable(uint16_t code) {
  if (code >= 3000 && code <= 4999) return true;
  return code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006;
}

}  // namespace

bool is_utf8(std::string_view text) {
  constexpr uint64_t kHighBits = 0x8080808080808080;
  while (!text.empty()) {
    uint64_t word = 0;
    if (text.size() >= sizeof word) {
      std::memcpy(&word, text.data(), sizeof word);
      if ((word & kHighBits) == 0) {
        text.remove_prefix(sizeof word);
        continue;
      }
    }
    const size_t size = byte_at(text, 0) < 0x80 ? 1 : sequence_bytes(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

void append_frame(std::string& out, Opcode opcode, std::string_view payload,
                  std::optional<MaskKey> mask) {
  out.push_back(static_cast<char>(kFinal | static_cast<uint8_t>(opcode)));
  const uint8_t flag = mask ? kMasked : 0;
  if (payload.size() < 126) {
    out.push_back(static_cast<char>(flag | payload.size()));
  } else if (payload.size() <= 0xffff) {
    out.push_back(static_cast<char>(flag | 126));
    append_big_endian(out, payload.size(), 2);
  } else {
    out.push_back(static_cast<char>(flag | 127));
    append_big_endian(out, payload.size(), 8);
  }
  if (mask) out.append(reinterpret_cast<const char*>(mask->data()), mask->size());
  const size_t start = out.size();
  out.append(payload);
  if (mask) apply_mask(out.data() + start, payload.size(), *mask, 0);
}

std::string close_payload(uint16_t code, std::string_view reason) {
  std::string payload;
  if (!is_sendable(code)) return payload;
  append_big_endian(payload, code, 2);
  reason = reason.substr(0, kMaxControlBytes - 2);
  while (!reason.empty() && !is_utf8(reason)) reason.remove_suffix(1);
  payload.append(reason);
  return payload;
}

FrameReader::Next FrameReader::bad(uint16_t code) {
  code_ = code;
  return Next::Bad;
}

/// Reads a whole frame head or nothing.
FrameReader::Head FrameReader::read_head(std::string_view& in) {
  if (in.size() < 2) return Head::Incomplete;
  const uint8_t first = byte_at(in, 0);
  const uint8_t second = byte_at(in, 1);
  const bool masked = (second & kMasked) != 0;
  const uint8_t short_size = second & 0x7f;
  const size_t size_bytes = short_size == 127 ? 8 : short_size == 126 ? 2 : 0;
  code_ = kCloseProtocolError;
  if (masked != expect_mask_) return Head::Bad;
  if (in.size() < 2 + size_bytes + (masked ? 4 : 0)) return Head::Incomplete;
  const uint64_t size = size_bytes == 0 ? short_size : big_endian(in.substr(2, size_bytes));
  // The shortest form is required.
  if (size_bytes == 2 && size < 126) return Head::Bad;
  if (size_bytes == 8 && size <= 0xffff) return Head::Bad;
  if (!accept_head(first, size)) return Head::Bad;
  in.remove_prefix(2 + size_bytes);
  if (masked) {
    std::memcpy(mask_.data(), in.data(), mask_.size());
    in.remove_prefix(mask_.size());
  }
  mask_at_ = 0;
  left_ = size;
  return Head::Complete;
}

bool FrameReader::accept_head(uint8_t first, uint64_t size) {
  if ((first & kReserved) != 0) return false;
  final_ = (first & kFinal) != 0;
  opcode_ = static_cast<Opcode>(first & 0x0f);
  is_control_ = (first & 0x08) != 0;
  if (is_control_) {
    control_.clear();
    return final_ && size <= kMaxControlBytes && (first & 0x0f) <= 10;
  }
  if ((first & 0x0f) > 2) return false;
  if ((opcode_ == Opcode::Continuation) != in_message_) return false;
  if (clear_) {
    message_.clear();
    binary_ = opcode_ == Opcode::Binary;
    clear_ = false;
  }
  in_message_ = !final_;
  if (size > max_message_bytes_ - message_.size()) {
    code_ = kCloseTooBig;
    return false;
  }
  return true;
}

void FrameReader::take_payload(std::string_view& in) {
  std::string& into = is_control_ ? control_ : message_;
  const size_t size = static_cast<size_t>(std::min<uint64_t>(left_, in.size()));
  const size_t start = into.size();
  into.append(in.substr(0, size));
  in.remove_prefix(size);
  left_ -= size;
  if (expect_mask_) apply_mask(into.data() + start, size, mask_, mask_at_ % 4);
  mask_at_ += size;
}

FrameReader::Next FrameReader::end_of_close() {
  code_ = kCloseNoStatus;
  if (control_.empty()) return Next::Close;
  if (control_.size() == 1) return bad(kCloseProtocolError);
  code_ = static_cast<uint16_t>(big_endian(std::string_view(control_).substr(0, 2)));
  control_.erase(0, 2);
  if (!is_sendable(code_)) return bad(kCloseProtocolError);
  return is_utf8(control_) ? Next::Close : bad(kCloseBadText);
}

FrameReader::Next FrameReader::end_of_frame() {
  in_payload_ = false;
  switch (opcode_) {
    case Opcode::Close:
      return end_of_close();
    case Opcode::Ping:
      return Next::Ping;
    case Opcode::Pong:
      return Next::Pong;
    default:
      break;
  }
  if (!final_) return Next::More;
  clear_ = true;
  return binary_ || is_utf8(message_) ? Next::Message : bad(kCloseBadText);
}

FrameReader::Next FrameReader::next(std::string_view& in) {
  for (;;) {
    if (!in_payload_) {
      switch (read_head(in)) {
        case Head::Incomplete:
          return Next::More;
        case Head::Bad:
          return Next::Bad;
        case Head::Complete:
          in_payload_ = true;
      }
    }
    take_payload(in);
    if (left_ > 0) return Next::More;
    const Next result = end_of_frame();
    if (result != Next::More) return result;
  }
}

}  // namespace tandem::http
