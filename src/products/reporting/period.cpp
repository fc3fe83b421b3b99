#include "products/reporting/period.h"

namespace tandem::products::reporting {

Result<std::optional<WallTime>, api::ApiError> read_time(const api::Call& call, const char* name) {
  const std::string_view text = call.query.get(name);
  if (text.empty()) return std::nullopt;
  const auto time = parse_iso8601(text);
  if (!time) return tl::unexpected(api::ApiError::parameter("10015", name, "This is no date."));
  return *time;
}

}  // namespace tandem::products::reporting
