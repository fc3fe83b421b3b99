#include "products/common/pairs.h"

#include "core/assert.h"

namespace tandem::products {

std::unordered_map<std::string_view, std::string_view> pairs_in(std::string_view text) {
  std::unordered_map<std::string_view, std::string_view> pairs;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const size_t tab = line.find('\t');
    if (line.empty() || line.front() == '#' || tab == std::string_view::npos) continue;
    pairs.emplace(line.substr(0, tab), line.substr(tab + 1));
  }
  TANDEM_ASSERT(!pairs.empty());
  return pairs;
}

}  // namespace tandem::products
