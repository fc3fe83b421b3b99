#include "products/numbers/carriers.h"

#include <vector>

#include "products/common/data_file.h"

namespace tandem::products::numbers {
namespace {

/// The columns of a line of data/carriers.tsv; missing ones are empty.
std::vector<std::string_view> columns_of(std::string_view line) {
  std::vector<std::string_view> columns;
  while (true) {
    const size_t tab = line.find('\t');
    columns.push_back(line.substr(0, tab));
    if (tab == std::string_view::npos) return columns;
    line.remove_prefix(tab + 1);
  }
}

std::vector<Carrier> carriers_in(std::string_view country, bool mobile) {
  std::vector<Carrier> found;
  std::string_view rest = data_file("numbers/data/carriers.tsv");
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    const auto columns = columns_of(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    constexpr size_t kColumns = 5;
    if (columns.size() < kColumns || columns[0] != country) continue;
    if ((columns[1] == "mobile") != mobile) continue;
    found.push_back({columns[2], columns[1], columns[3], columns[4]});
  }
  return found;
}

}  // namespace

uint64_t character_of(std::string_view phone_number) {
  uint64_t hash = 0xcbf29ce484222325ULL;  // FNV-1a
  for (const char c : phone_number) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3ULL;
  return hash ^ (hash >> 29);
}

Carrier carrier_of(const Number& number) {
  const Block& block = *number.block;
  if (block.type == NumberType::TollFree) return {"Toll Free", "toll free", "", ""};
  const uint64_t character = character_of(number.phone_number);
  // North American numbers do not show whether they are mobile: every second one is.
  const bool american = block.calling_code == "1";
  const bool mobile = american ? character % 2 == 0 : block.type == NumberType::Mobile;
  const auto carriers = carriers_in(block.country, mobile);
  if (carriers.empty()) return {"", "unknown", "", ""};
  return carriers[(character >> 8) % carriers.size()];
}

}  // namespace tandem::products::numbers
