#include "store/text.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include <simdjson.h>

#include "store/store.h"

namespace tandem::store {
namespace {

/// Bytes of the well-formed character at the front of `text`, 0 when there is none (RFC 3629
/// section 4).
size_t character_bytes(std::string_view text) {
  const auto at = [text](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t lead = at(0);
  if (lead < 0x80) return lead == 0 ? 0 : 1;
  const size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return 0;
  for (size_t i = 1; i < size; ++i) {
    if ((at(i) & 0xC0) != 0x80) return 0;
  }
  const bool overlong = (lead == 0xE0 && at(1) < 0xA0) || (lead == 0xF0 && at(1) < 0x90);
  const bool surrogate = lead == 0xED && at(1) > 0x9F;
  const bool beyond = lead == 0xF4 && at(1) > 0x8F;
  return overlong || surrogate || beyond ? 0 : size;
}

/// Whether the eight bytes at `data` are ASCII without NUL, as nearly all are.
bool is_plain_word(const char* data) {
  uint64_t word = 0;
  std::memcpy(&word, data, sizeof word);
  constexpr uint64_t kOnes = 0x0101010101010101u;
  constexpr uint64_t kHighs = 0x8080808080808080u;
  return (((word - kOnes) | word) & kHighs) == 0;
}

}  // namespace

bool is_storable_text(std::string_view text) {
  while (!text.empty()) {
    if (text.size() >= sizeof(uint64_t) && is_plain_word(text.data())) {
      text.remove_prefix(sizeof(uint64_t));
      continue;
    }
    const size_t size = character_bytes(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

bool is_json(std::string_view text) {
  thread_local simdjson::dom::parser parser;
  return parser.parse(text.data(), text.size()).error() == simdjson::SUCCESS;
}

bool is_storable_key(std::string_view text) {
  return text.size() <= kMaxKeyBytes && is_storable_text(text);
}

std::string ascii_lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

size_t count_characters(std::string_view text) {
  return static_cast<size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<uint8_t>(c) & 0xC0) != 0x80; }));
}

}  // namespace tandem::store
