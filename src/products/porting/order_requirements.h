#pragma once

#include <vector>

#include "api/call.h"
#include "core/json.h"

/// What numbers of a country and type ask for when they are ported, and what an order answers.
namespace tandem::products::porting {

/// The requirement types of the order's numbers, as documents of /requirement_types.
std::vector<json::Value> asked_of(const store::Snapshot& snapshot, const json::Value& order);

/// What the order says to a requirement type: an uploaded document's id, an address's id or a text;
/// empty when it says nothing. The letter of authorization and the invoice stand in `documents`.
std::string answer_to(const json::Value& order, const json::Value& type);

/// Brings `requirements` and `requirements_met` of the order up to date.
void update_requirements(const store::Snapshot& snapshot, json::Value& order);

/// Takes the answers that a request gives (`requirements`, a requirement group) into the order.
Result<void, api::ApiError> take_answers(const api::Call& call, const store::Snapshot& snapshot,
                                         json::Value& order);

}  // namespace tandem::products::porting
