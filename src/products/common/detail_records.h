#pragma once

#include <string>
#include <string_view>

#include "api/effects.h"

namespace tandem::products {

/// What was used and what it cost, one document a call leg, message, recording ...: the answer of
/// GET /detail_records, and what usage reports add up.
inline constexpr std::string_view kDetailRecords = "detail_records";

/// Adds a record under `id`, in the form of the contract's schema for its `record_type`
/// ("sip-trunking", "call-control", "messaging" ...). Money in it is what the ledger was told:
/// decimal text, with `currency`.
inline void add_detail_record(api::Effects& effects, std::string id, std::string account,
                              const json::Value& record, WallTime created_at) {
  effects.put(std::string(kDetailRecords), std::move(id), std::move(account), record,
              store::kAnyRevision, created_at);
}

}  // namespace tandem::products
