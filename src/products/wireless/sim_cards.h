#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "api/call.h"
#include "api/registry.h"
#include "core/json.h"

/// What the files of this product share: names of collections and workflows, and the making of
/// action records.
namespace tandem::products::wireless {

inline constexpr std::string_view kGroups = "sim_card_groups";
inline constexpr std::string_view kGroupActions = "sim_card_group_actions";
inline constexpr std::string_view kCards = "sim_cards";
inline constexpr std::string_view kCardActions = "sim_card_actions";
inline constexpr std::string_view kBulkActions = "bulk_sim_card_actions";
inline constexpr std::string_view kGateways = "private_wireless_gateways";
inline constexpr std::string_view kBlocklists = "wireless_blocklists";
inline constexpr std::string_view kOrders = "sim_card_orders";
inline constexpr std::string_view kUpdates = "ota_updates";
inline constexpr std::string_view kPublicIps = "sim_card_public_ips";
inline constexpr std::string_view kLogs = "wireless_connectivity_logs";

/// The key under which a card's months are charged.
inline std::string card_key(std::string_view id) { return "sim_card/" + std::string(id); }

/// How long the simulated network takes to do something to a card.
inline constexpr auto kActionTime = std::chrono::seconds(10);
/// How long a gateway takes to come up.
inline constexpr auto kGatewayTime = std::chrono::seconds(30);

/// One thing done to a card: "enable", "disable", "set_standby", "set_public_ip",
/// "remove_public_ip".
struct CardAction {
  std::string type;
  json::Value settings;      // null: none
  std::string bulk_id = {};  // of the bulk action it is part of
};

/// Starts the action on a card: changes the card's document (the caller puts it), adds the record
/// of the action and its timer, and gives the record. 10015 when another action is under way or
/// the card has no group to be enabled in.
Result<json::Value, api::ApiError> start_action(const api::Registry& registry, json::Value& card,
                                                std::string_view account, const CardAction& action,
                                                api::Moment moment, api::Effects& effects);

/// The account's default group, which is made when there is none.
std::string default_group(const api::Registry& registry, const api::Call& call,
                          const store::Snapshot& snapshot, api::Effects& effects);

}  // namespace tandem::products::wireless
