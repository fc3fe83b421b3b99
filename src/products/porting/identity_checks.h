#pragma once

#include "api/call.h"
#include "core/json.h"

/// Australian numbers move only for somebody whose identity was checked: an action that the end
/// user takes, asked for by the order.
namespace tandem::products::porting {

/// Adds the action requirement of a new order, where its numbers have one.
void ask_identity(const store::Snapshot& snapshot, const json::Value& order,
                  std::string_view account, api::Moment moment, api::Effects& effects);

}  // namespace tandem::products::porting
