#include "products/numbers/filters.h"

#include <cstdint>

namespace tandem::products::numbers {

std::vector<std::string> filter_texts(const contract::QueryValues& query, std::string_view path) {
  std::vector<std::string> found;
  const store::Condition* condition = query.filter(path);
  if (!condition) return found;
  for (const store::Scalar& value : condition->values) {
    if (const auto* text = std::get_if<std::string>(&value)) found.push_back(*text);
    if (const auto* flag = std::get_if<bool>(&value)) found.emplace_back(*flag ? "true" : "false");
    if (const auto* number = std::get_if<double>(&value)) {
      found.push_back(std::to_string(static_cast<int64_t>(*number)));
    }
  }
  return found;
}

std::string filter_text(const contract::QueryValues& query, std::string_view path) {
  auto found = filter_texts(query, path);
  return found.empty() ? std::string() : std::move(found.front());
}

}  // namespace tandem::products::numbers
