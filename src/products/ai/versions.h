#pragma once

#include "api/call.h"
#include "core/json.h"

/// Versions of assistants. The assistant itself is what its main version says; others wait to be
/// promoted or to be tried on a share of the traffic.
namespace tandem::products::ai {

/// Keeps what the assistant says now as a new version and gives that version's id.
std::string keep_version(const json::Value& assistant, std::string_view account, api::Moment moment,
                         api::Effects& effects);

/// Removes all versions of the assistant.
void drop_versions(const store::Snapshot& snapshot, std::string_view account,
                   std::string_view assistant_id, api::Effects& effects);

}  // namespace tandem::products::ai
