#include "products/common/whole_list.h"

#include <utility>

namespace tandem::products {

api::Reply whole_list(json::Array data) {
  const auto count = static_cast<int64_t>(data.size());
  json::Value body = json::Value::object();
  body.set("data", std::move(data));
  body.set("meta", json::Value::object({{"page_number", 1},
                                        {"page_size", count},
                                        {"total_pages", 1},
                                        {"total_results", count}}));
  return api::Reply::json(body.text());
}

}  // namespace tandem::products
