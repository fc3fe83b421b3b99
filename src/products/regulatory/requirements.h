#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contract/error.h"
#include "core/json.h"
#include "store/store.h"

namespace tandem::products::regulatory {

inline constexpr std::string_view kRequirements = "requirements";
inline constexpr std::string_view kRequirementTypes = "requirement_types";

/// What numbers are asked for.
struct Case {
  std::string country;  // ISO 3166-1 alpha-2
  std::string type;     // "local", "national", "mobile", "toll_free", "shared_cost"
  std::string action;   // "ordering" or "porting"
};

/// The requirement types that must be met, as documents of /requirement_types; none where nothing
/// is asked. Mobile and shared-cost numbers are treated as national ones, or as local ones where
/// there are no national numbers.
std::vector<json::Value> required_types(const store::Snapshot& snapshot, const Case& which);

/// How a value answers a requirement type: "address_id", "document_id" or "textual".
std::string_view field_type(const json::Value& type);

/// What is wrong with `value` as the account's answer to the requirement type; nothing when it is
/// acceptable.
std::optional<std::string> fault_of(const store::Snapshot& snapshot, std::string_view account,
                                    const json::Value& type, std::string_view country,
                                    std::string_view value);

}  // namespace tandem::products::regulatory
