#include "api/call.h"

#include "core/assert.h"

namespace tandem::api {

std::string_view Call::param(std::string_view name) const {
  for (const auto& [key, value] : path) {
    if (key == name) return value;
  }
  TANDEM_ASSERT(!"the path template has this parameter");
  return {};
}

std::string_view Call::last_param() const {
  return path.empty() ? std::string_view() : std::string_view(path.back().second);
}

Result<store::Row, ApiError> find_own(const store::Snapshot& snapshot, const Account& account,
                                      std::string_view collection, std::string_view id) {
  auto row = snapshot.get(collection, id);
  if (!row || (!row->account.empty() && row->account != account.id)) {
    return tl::unexpected(ApiError::not_found());
  }
  return std::move(*row);
}

json::Value document_of(const store::Row& row) {
  auto value = json::Value::parse(row.body);
  TANDEM_ASSERT(value.has_value());  // only JSON is ever put
  return std::move(*value);
}

}  // namespace tandem::api
