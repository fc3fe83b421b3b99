#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/call.h"

namespace tandem::products::tendlc {

/// What a number is assigned to: a campaign made here, or a partner's.
struct Assignable {
  std::string campaign_id;      // as the client named it
  std::string own_campaign_id;  // UUID; empty for a partner's
  std::string brand_id;         // UUID; empty for a partner's
  std::string tcr_campaign_id;  // empty before the registry accepted it
  std::string tcr_brand_id;
  std::string campaign_status;  // "MNO_PROVISIONED"
};

/// The account's campaign of that id: a UUID, or an id of the registry.
std::optional<Assignable> find_assignable(const store::Snapshot& snapshot, std::string_view account,
                                          std::string_view campaign_id);

/// Writes what the assignment shows of its campaign, and that it is pending.
void assign_to(json::Value& assignment, const Assignable& campaign);

}  // namespace tandem::products::tendlc
