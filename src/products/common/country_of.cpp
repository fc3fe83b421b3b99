#include "products/common/country_of.h"

#include <algorithm>
#include <unordered_map>

#include "core/assert.h"
#include "core/e164.h"
#include "products/common/data_file.h"

namespace tandem::products {
namespace {

/// Longest calling code with its area code: "5999", "1204".
constexpr size_t kLongestCode = 4;

using Table = std::unordered_map<std::string_view, std::string_view>;

Table read_table() {
  Table table;
  std::string_view rest = data_file("common/data/calling_codes.tsv");
  TANDEM_ASSERT(!rest.empty());
  while (!rest.empty()) {
    const size_t end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    const size_t tab = line.find('\t');
    if (line.empty() || line.front() == '#' || tab == std::string_view::npos) continue;
    table.emplace(line.substr(0, tab), line.substr(tab + 1));
  }
  return table;
}

}  // namespace

std::string_view country_of(std::string_view e164) {
  static const Table kTable = read_table();
  if (!is_e164(e164)) return {};
  const std::string_view digits = e164.substr(1);
  for (size_t length = std::min(kLongestCode, digits.size()); length > 0; --length) {
    const auto found = kTable.find(digits.substr(0, length));
    if (found != kTable.end()) return found->second;
  }
  return {};
}

}  // namespace tandem::products
