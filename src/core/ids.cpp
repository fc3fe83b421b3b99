#include "core/ids.h"

#include <algorithm>
#include <cstring>

#include "core/assert.h"

namespace tandem {
namespace {

constexpr uint64_t kNodes = 1024;
constexpr uint32_t kNumbersPerMilli = 4096;
constexpr uint32_t kUuidsPerMilli = 4096;  // the 12 bits of rand_a
/// Numeric ids count from here (2014-01-01), which makes them 19 digits until 2079.
constexpr int64_t kNumberEpochMs = 1388534400000;
constexpr char kHex[] = "0123456789abcdef";

}  // namespace

Ids::Ids(const Clock& clock, Random& random, uint16_t node)
    : clock_(clock), random_(random), node_(node) {
  TANDEM_ASSERT(node < kNodes);
}

std::string Ids::uuid() {
  int64_t ms = std::max(clock_.now().time_since_epoch().count(), last_uuid_ms_);
  uint8_t b[16];
  random_.fill(b);
  if (ms == last_uuid_ms_) {
    // Keeps the order within a millisecond (RFC 9562 section 6.2, method 1).
    if (++uuid_sequence_ >= kUuidsPerMilli) {
      ++ms;
      uuid_sequence_ = 0;
    }
  } else {
    uuid_sequence_ = b[7] & 0x3fU;
  }
  last_uuid_ms_ = ms;
  for (size_t i = 0; i < 6; ++i) b[i] = static_cast<uint8_t>(ms >> (40 - 8 * i));
  b[6] = static_cast<uint8_t>(0x70 | (uuid_sequence_ >> 8));
  b[7] = static_cast<uint8_t>(uuid_sequence_);
  b[8] = static_cast<uint8_t>(0x80 | (b[8] & 0x3f));
  char text[36];
  char* out = text;
  for (size_t i = 0; i < sizeof b; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) *out++ = '-';
    *out++ = kHex[b[i] >> 4];
    *out++ = kHex[b[i] & 15];
  }
  return {text, sizeof text};
}

std::string Ids::number() {
  int64_t ms = std::max(clock_.now().time_since_epoch().count(), last_number_ms_);
  if (ms == last_number_ms_ && ++number_sequence_ >= kNumbersPerMilli) ++ms;
  if (ms != last_number_ms_) number_sequence_ = 0;
  last_number_ms_ = ms;
  const auto since = static_cast<uint64_t>(ms - kNumberEpochMs);
  return std::to_string((since << 22) | (node_ << 12) | number_sequence_);
}

std::string Ids::token(size_t size) {
  static constexpr char kAlphabet[] =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  std::string text;
  text.reserve(size);
  while (text.size() < size) {
    uint8_t bytes[64];
    random_.fill(bytes);
    for (const uint8_t byte : bytes) {
      const uint8_t six = byte & 63;
      if (six < sizeof kAlphabet - 1 && text.size() < size) text += kAlphabet[six];
    }
  }
  return text;
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (i == 8 || i == 13 || i == 18 || i == 23) {
      if (c != '-') return false;
    } else if (std::strchr("0123456789abcdefABCDEF", c) == nullptr || c == '\0') {
      return false;
    }
  }
  return true;
}

}  // namespace tandem
