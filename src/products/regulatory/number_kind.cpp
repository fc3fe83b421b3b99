#include "products/regulatory/number_kind.h"

#include <algorithm>

#include "core/e164.h"

namespace tandem::products::regulatory {
namespace {

std::string_view take(std::string_view& text, char end) {
  const size_t at = std::min(text.find(end), text.size());
  const std::string_view part = text.substr(0, at);
  text.remove_prefix(std::min(at + 1, text.size()));
  return part;
}

}  // namespace

NumberKinds::NumberKinds(std::string_view plans) {
  while (!plans.empty()) {
    std::string_view line = take(plans, '\n');
    if (line.empty() || line.front() == '#') continue;
    const std::string_view country = take(line, '\t');
    const std::string_view calling_code = take(line, '\t');
    const std::string_view type = take(line, '\t');
    const std::string_view ndc = take(line, '\t');
    if (calling_code.empty()) continue;
    prefixes_.push_back(
        {std::string(calling_code) + std::string(ndc), {std::string(country), std::string(type)}});
  }
  std::stable_sort(prefixes_.begin(), prefixes_.end(),
                   [](const Prefix& a, const Prefix& b) { return a.digits < b.digits; });
}

std::optional<NumberKind> NumberKinds::find(std::string_view e164) const {
  if (!is_e164(e164)) return std::nullopt;
  for (std::string_view digits = e164.substr(1); !digits.empty(); digits.remove_suffix(1)) {
    const auto found = std::lower_bound(
        prefixes_.begin(), prefixes_.end(), digits,
        [](const Prefix& prefix, std::string_view wanted) { return prefix.digits < wanted; });
    if (found != prefixes_.end() && found->digits == digits) return found->kind;
  }
  return std::nullopt;
}

}  // namespace tandem::products::regulatory
