#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "api/registry.h"
#include "carrier/rcs.h"
#include "products/messaging/send_handlers.h"

/// RCS: rich messages of agents (brands) to phones that can show them, and a text or picture
/// message in their place for those that cannot. Agents are made by the network's operator;
/// accounts say where their messages belong.
namespace tandem::products::messaging {

inline constexpr std::string_view kRcsAgents = "rcs_agents";
inline constexpr std::string_view kRcsMessages = "rcs_messages";
/// Phones that were asked to try out an agent, by agent and number.
inline constexpr std::string_view kRcsTestNumbers = "rcs_test_numbers";

/// Before a submit whose answer did not come is sent again, and how often that is done.
inline constexpr auto kRcsPatience = std::chrono::seconds(30);
inline constexpr int64_t kMostRcsSubmits = 10;

/// The operations; `network` is null where there is none: phones then have no RCS.
void declare_rcs(api::Registry& registry, const SendingMeans& means, carrier::RcsNetwork* network);

/// Part of it: agents, what phones can show, invitations.
void declare_rcs_agents(api::Registry& registry, carrier::RcsNetwork* network);

/// Gives the account an agent; 10012 when there is one of that id.
api::Outcome give_rcs_agent(const api::Registry& registry, const std::string& account,
                            const std::string& agent_id, const std::string& name, bool launched,
                            const api::Moment& moment, const store::Snapshot& snapshot);

/// The account's agent; 10017 when it has none of that id.
Result<json::Value, api::ApiError> find_rcs_agent(const api::Registry& registry,
                                                  const store::Snapshot& snapshot,
                                                  const api::Account& account,
                                                  std::string_view agent_id,
                                                  std::string_view pointer);

/// Whether the agent may write to the number: it was launched, or the number was invited.
bool may_write(const store::Snapshot& snapshot, const json::Value& agent, std::string_view number);

}  // namespace tandem::products::messaging
