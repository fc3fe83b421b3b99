#include "products/numbers/digit_pattern.h"

#include <algorithm>

namespace tandem::products::numbers {
namespace {

/// A step that shares no factor with any power of ten, so that it visits every value once.
constexpr uint64_t kStride = 7'654'321'037;

/// Sets the digits of `part` at `at`; false when one is set already to something else. What lies
/// before the subscriber number (`at` < ndc.size()) must agree with the NDC.
bool place(std::string_view ndc, std::string& subscriber, size_t at, std::string_view part) {
  for (size_t i = 0; i < part.size(); ++i) {
    const size_t position = at + i;
    if (position >= ndc.size() + subscriber.size()) return false;
    if (position < ndc.size()) {
      if (ndc[position] != part[i]) return false;
      continue;
    }
    char& digit = subscriber[position - ndc.size()];
    if (digit != '*' && digit != part[i]) return false;
    digit = part[i];
  }
  return true;
}

}  // namespace

DigitPatterns::DigitPatterns(std::string_view ndc, size_t digits, std::string_view starts_with,
                             std::string_view ends_with, std::string_view contains,
                             bool behind_ndc) {
  const size_t size = ndc.size() + digits;
  std::string base(digits, '*');
  if (!place(ndc, base, behind_ndc ? ndc.size() : 0, starts_with)) return;
  if (ends_with.size() > size || !place(ndc, base, size - ends_with.size(), ends_with)) return;
  if (contains.empty()) {
    add(std::move(base));
    return;
  }
  for (size_t at = 0; at + contains.size() <= size; ++at) {
    std::string placed = base;
    if (place(ndc, placed, at, contains)) add(std::move(placed));
  }
}

bool DigitPatterns::is_exchange(std::string_view subscriber) {
  return subscriber[0] != '0' && subscriber[0] != '1' && subscriber.substr(1, 2) != "11" &&
         subscriber.substr(0, 3) != "555";
}

void DigitPatterns::keep_assignable() {
  std::erase_if(templates_, [](const Template& t) { return !is_exchange(t.digits); });
}

void DigitPatterns::add(std::string digits) {
  const auto same = [&](const Template& t) { return t.digits == digits; };
  if (std::any_of(templates_.begin(), templates_.end(), same)) return;
  Template t;
  for (const char c : digits) {
    if (c == '*') t.free *= 10;
  }
  t.digits = std::move(digits);
  templates_.push_back(std::move(t));
}

std::optional<std::string> DigitPatterns::next() {
  for (size_t attempts = 0; attempts < templates_.size(); ++attempts) {
    Template& t = templates_[turn_++ % templates_.size()];
    if (t.given == t.free) continue;
    uint64_t value = t.given++ * (kStride % t.free) % t.free;
    std::string number = t.digits;
    for (auto digit = number.rbegin(); digit != number.rend(); ++digit) {
      if (*digit != '*') continue;
      *digit = static_cast<char>('0' + value % 10);
      value /= 10;
    }
    return number;
  }
  return std::nullopt;
}

void DigitPatterns::skip(uint64_t count) {
  constexpr uint64_t kManyMore = 4;
  for (Template& t : templates_) {
    if ((t.free - t.given) / kManyMore > count) t.given += count;
  }
}

}  // namespace tandem::products::numbers
