#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/call.h"
#include "core/json.h"

/// The state of an order and of its numbers, which show it too.
namespace tandem::products::porting {

/// The order's numbers as they are stored, at most a thousand.
std::vector<store::Row> numbers_of(const store::Snapshot& snapshot, std::string_view order_id);

/// Moves the order (which the caller puts) and its numbers to `status`, and tells of it. A
/// non-empty `activation` becomes the activation status of both.
void move_order(const store::Snapshot& snapshot, json::Value& order, std::string_view account,
                std::string_view status, std::string_view activation, api::Moment moment,
                api::Effects& effects);

/// The same with status "exception" and what the losing provider complains of, a code of
/// /porting_orders/exception_types.
void fail_order(const store::Snapshot& snapshot, json::Value& order, std::string_view account,
                std::string_view code, api::Moment moment, api::Effects& effects);

/// The codes of /porting_orders/exception_types with their descriptions.
const json::Value& exception_types();

}  // namespace tandem::products::porting
