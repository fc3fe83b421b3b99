#include "products/common/csv.h"

#include <string_view>

namespace tandem::products {
namespace {

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

void add_line(const std::vector<std::string>& fields, std::string& csv) {
  for (size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) csv += ',';
    csv += csv_field(fields[i]);
  }
  csv += "\r\n";
}

}  // namespace

std::string csv_of(const std::vector<std::string>& header,
                   const std::vector<std::vector<std::string>>& rows) {
  std::string csv;
  add_line(header, csv);
  for (const auto& row : rows) add_line(row, csv);
  return csv;
}

}  // namespace tandem::products
