#include "core/e164.h"

#include <algorithm>

namespace tandem {

bool is_e164(std::string_view text) {
  constexpr size_t kMinDigits = 7;
  constexpr size_t kMaxDigits = 15;
  if (text.size() < kMinDigits + 1 || text.size() > kMaxDigits + 1) return false;
  if (text[0] != '+' || text[1] == '0') return false;
  return std::all_of(text.begin() + 1, text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace tandem
