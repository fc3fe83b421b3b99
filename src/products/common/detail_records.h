#pragma once

#include <string>
#include <string_view>

#include "api/effects.h"

namespace tandem::products {

/// What was used and what it cost, one document a call leg, message, recording ...: the answer of
/// GET /detail_records, and what usage reports add up.
inline constexpr std::string_view kDetailRecords = "detail_records";

/// Adds a record under `id`, in the form of the contract's schema for what was used. Its
/// `record_type` may be the schema's ("message_detail_record") or the word that lists ask for
/// ("messaging"); kinds without a schema of their own have only the latter ("call-control").
/// Money in it is what the ledger was told: decimal text, with `currency`.
void add_detail_record(api::Effects& effects, std::string id, std::string account,
                       json::Value record, WallTime created_at);

/// An array of tags as a record's `tags` has them: with commas between. Empty for anything else.
std::string tags_of_record(const json::Value& tags);

/// The word that lists ask for by a record's `record_type`; itself when it is one.
std::string_view detail_record_kind(std::string_view record_type);

}  // namespace tandem::products
