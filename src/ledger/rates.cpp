#include "ledger/rates.h"

#include <charconv>
#include <functional>
#include <span>
#include <vector>

#include "core/assert.h"
#include "ledger/data_file.h"

namespace tandem::ledger {
namespace {

constexpr size_t kMaxPrefixDigits = 15;  // ITU-T E.164
constexpr std::string_view kEverywhere = "*";
constexpr std::string_view kDirections[] = {"outbound", "inbound"};

std::string destination_key(std::string_view service, std::string_view direction,
                            std::string_view prefix) {
  std::string key(service);
  return key.append("/").append(direction).append("/").append(prefix);
}

using Fields = std::span<const std::string_view>;

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  while (true) {
    const size_t end = text.find(at);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

/// Hands each line's fields to `take`, which says whether it could use them.
Result<void> for_each_line(std::string_view name, std::string_view text, size_t fields,
                           const std::function<bool(Fields)>& take) {
  size_t number = 0;
  for (const std::string_view line : split(text, '\n')) {
    ++number;
    if (line.empty() || line.starts_with('#')) continue;
    const auto parts = split(line, '\t');
    if (parts.size() == fields && take(parts)) continue;
    return fail("rates: line " + std::to_string(number) + " of " + std::string(name) +
                " cannot be read or comes twice");
  }
  return {};
}

std::optional<Nanos> price(std::string_view text) {
  const auto amount = parse_decimal(text);
  if (!amount || *amount < 0) return std::nullopt;
  return *amount;
}

std::optional<int64_t> seconds(std::string_view text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 1) return std::nullopt;
  return value;
}

bool is_direction(std::string_view text) {
  return text == kDirections[0] || text == kDirections[1];
}

bool is_prefix(std::string_view text) {
  if (text == kEverywhere) return true;
  return !text.empty() && text.size() <= kMaxPrefixDigits &&
         text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

Result<Rates> Rates::built_in() {
  return parse(data_file("data/destinations.tsv"), data_file("data/numbers.tsv"),
               data_file("data/services.tsv"));
}

Result<Rates> Rates::parse(std::string_view destinations, std::string_view numbers,
                           std::string_view services) {
  Rates rates;
  auto read = for_each_line("destinations", destinations, 7, [&](Fields f) {
    const auto unit = price(f[3]);
    const auto cost = price(f[4]);
    const auto first = seconds(f[5]);
    const auto step = seconds(f[6]);
    if (!is_direction(f[1]) || !is_prefix(f[2]) || !unit || !cost || !first || !step) return false;
    const std::string_view prefix = f[2] == kEverywhere ? "" : f[2];
    return rates.destinations_
        .try_emplace(destination_key(f[0], f[1], prefix), Rate{*unit, *cost, *first, *step})
        .second;
  });
  if (!read) return tl::unexpected(read.error());
  read = for_each_line("numbers", numbers, 4, [&](Fields f) {
    const auto upfront = price(f[2]);
    const auto monthly = price(f[3]);
    if (!upfront || !monthly) return false;
    const std::string key = std::string(f[0]) + "/" + std::string(f[1]);
    return rates.numbers_.try_emplace(key, NumberRate{*upfront, *monthly}).second;
  });
  if (!read) return tl::unexpected(read.error());
  read = for_each_line("services", services, 2, [&](Fields f) {
    const auto unit = price(f[1]);
    return unit && rates.services_.try_emplace(std::string(f[0]), *unit).second;
  });
  if (!read) return tl::unexpected(read.error());
  return rates;
}

std::optional<Rate> Rates::find(std::string_view service, Direction direction,
                                std::string_view number) const {
  if (number.starts_with('+')) number.remove_prefix(1);
  std::string_view prefix = number.substr(0, kMaxPrefixDigits);
  const std::string_view way = kDirections[static_cast<size_t>(direction)];
  while (true) {
    const auto at = destinations_.find(destination_key(service, way, prefix));
    if (at != destinations_.end()) return at->second;
    if (prefix.empty()) return std::nullopt;
    prefix.remove_suffix(1);
  }
}

std::optional<NumberRate> Rates::number(std::string_view country, std::string_view type) const {
  const auto at = numbers_.find(std::string(country) + "/" + std::string(type));
  if (at == numbers_.end()) return std::nullopt;
  return at->second;
}

std::optional<Nanos> Rates::service(std::string_view name) const {
  const auto at = services_.find(name);
  if (at == services_.end()) return std::nullopt;
  return at->second;
}

}  // namespace tandem::ledger
