#include "products/numbers/carriers.h"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <vector>

#include "products/common/country_of.h"
#include "products/common/data_file.h"

namespace tandem::products::numbers {
namespace {

constexpr std::string_view kMobile = "mobile";

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

using Operators = std::vector<Carrier>;

/// Operators by country, "m" or "f" before it.
std::unordered_map<std::string, Operators> read_operators() {
  std::unordered_map<std::string, Operators> operators;
  std::string_view rest = data_file("numbers/data/carriers.tsv");
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    const auto columns = columns_of(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    constexpr size_t kColumns = 5;
    if (columns.size() < kColumns) continue;
    const char* kind = columns[1] == kMobile ? "m" : "f";
    operators[kind + std::string(columns[0])].push_back(
        {columns[2], columns[1], columns[3], columns[4]});
  }
  return operators;
}

/// One of the country's, the same for the same character.
Carrier pick(std::string_view country, bool mobile, uint64_t character) {
  static const auto kOperators = read_operators();
  const auto found = kOperators.find((mobile ? "m" : "f") + std::string(country));
  if (found == kOperators.end()) return {"", "unknown", "", ""};
  return found->second[(character >> 8) % found->second.size()];
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
  return pick(block.country, mobile, character);
}

Network network_of(const Inventory& inventory, std::string_view e164) {
  const auto number = inventory.find(e164);
  const Carrier carrier =
      number ? carrier_of(*number) : pick(country_of(e164), true, character_of(e164));
  if (carrier.name.empty()) return {};
  return {carrier.name, carrier.line_type == kMobile ? "Wireless" : "Wireline",
          carrier.mobile_country_code, carrier.mobile_network_code};
}

}  // namespace tandem::products::numbers
