#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "api/resource_engine.h"
#include "contract/operations.h"
#include "core/e164.h"
#include "http/message.h"
#include "products/common/waiting_reply.h"
#include "products/messaging/rcs.h"

namespace tandem::products::messaging {
namespace {

using api::ApiError;
using api::Call;
using api::Effects;
using api::Outcome;
using api::refuse;
using carrier::RcsNetwork;
using contract::Op;

constexpr size_t kMostNumbers = 100;

std::string invitation_key(std::string_view agent, std::string_view number) {
  return std::string(agent).append("/").append(number);
}

json::Value capabilities(const json::Value& agent, const std::string& number,
                         const RcsNetwork::Features& features) {
  json::Array shown;
  for (const std::string& feature : features) shown.emplace_back(feature);
  json::Value document = json::Value::object({{"record_type", "rcs.capabilities"},
                                              {"agent_id", agent["agent_id"]},
                                              {"agent_name", agent["agent_name"]},
                                              {"phone_number", number}});
  document.set("features", std::move(shown));
  return document;
}

/// The answers for several numbers, collected as they come.
struct Collected {
  Collected(WaitingReply::Respond respond, json::Value a, std::vector<std::string> n)
      : waiting(std::move(respond)),
        agent(std::move(a)),
        numbers(std::move(n)),
        answers(numbers.size()),
        missing(numbers.size()) {}
  WaitingReply waiting;
  json::Value agent;
  std::vector<std::string> numbers;
  std::vector<RcsNetwork::Features> answers;
  std::mutex mutex;
  size_t missing;
};

/// Asks the network about each number and answers once it knows of all; `single` for an operation
/// that answers with one document.
Effects ask_network(RcsNetwork* network, json::Value agent, std::vector<std::string> numbers,
                    bool single) {
  Effects effects;
  effects.reply.later = [network, agent = std::move(agent), numbers = std::move(numbers),
                         single](WaitingReply::Respond respond) {
    auto all = std::make_shared<Collected>(std::move(respond), agent, numbers);
    const auto finish = [all, single] {
      json::Array data;
      for (size_t i = 0; i < all->numbers.size(); ++i) {
        data.push_back(capabilities(all->agent, all->numbers[i], all->answers[i]));
      }
      if (single) return all->waiting.answer(api::Reply::data(data.front()));
      json::Value body = json::Value::object();
      body.set("data", std::move(data));
      all->waiting.answer(api::Reply::json(body.text()));
    };
    if (!network) return finish();
    for (size_t i = 0; i < all->numbers.size(); ++i) {
      network->find_features(std::string(all->agent["agent_id"].string()), all->numbers[i],
                             [all, i, finish](Result<RcsNetwork::Features> features) {
                               {
                                 const std::lock_guard lock(all->mutex);
                                 if (features) all->answers[i] = std::move(*features);
                                 if (--all->missing > 0) return;
                               }
                               finish();
                             });
    }
  };
  return effects;
}

Outcome show_capabilities(const api::Registry& registry, RcsNetwork* network, const Call& call,
                          const store::Snapshot& snapshot) {
  auto agent = find_rcs_agent(registry, snapshot, call.account, call.param("agent_id"), {});
  if (!agent) return tl::unexpected(ApiError::not_found("You have no agent of this id."));
  std::string number(call.param("phone_number"));
  if (!is_e164(number)) return refuse("10016", "This is no E.164 number.");
  return ask_network(network, std::move(*agent), {std::move(number)}, true);
}

Outcome list_capabilities(const api::Registry& registry, RcsNetwork* network, const Call& call,
                          const store::Snapshot& snapshot) {
  auto agent =
      find_rcs_agent(registry, snapshot, call.account, call.body["agent_id"].string(), "/agent_id");
  if (!agent) return tl::unexpected(agent.error());
  std::vector<std::string> numbers;
  for (const json::View asked : call.body["phone_numbers"].items()) {
    const std::string pointer = fmt::format("/phone_numbers/{}", numbers.size());
    if (!is_e164(asked.string())) return refuse("10016", "This is no E.164 number.", pointer);
    numbers.emplace_back(asked.string());
  }
  if (numbers.empty() || numbers.size() > kMostNumbers) {
    return refuse("10015", "Ask for 1 to 100 numbers.", "/phone_numbers");
  }
  return ask_network(network, std::move(*agent), std::move(numbers), false);
}

Outcome invite(const api::Registry& registry, RcsNetwork* network, const Call& call,
               const store::Snapshot& snapshot) {
  const auto agent = find_rcs_agent(registry, snapshot, call.account, call.param("id"), {});
  if (!agent) return tl::unexpected(ApiError::not_found("You have no agent of this id."));
  const std::string number(call.param("phone_number"));
  if (!is_e164(number)) return refuse("10016", "This is no E.164 number.");
  const std::string agent_id((*agent)["agent_id"].string());
  Effects effects;
  effects.put(std::string(kRcsTestNumbers), invitation_key(agent_id, number), call.account.id,
              json::Value::object({{"invited_at", to_iso8601(call.now)}}), store::kAnyRevision,
              call.now);
  if (network) {
    effects.after_commit.push_back(
        [network, agent_id, number] { network->invite(agent_id, number); });
  }
  effects.reply = api::Reply::data(json::Value::object({{"record_type", "rcs.test_number_invite"},
                                                        {"agent_id", agent_id},
                                                        {"phone_number", number},
                                                        {"status", "PENDING"}}));
  return effects;
}

/// The link opens a conversation with the agent (RFC 5724 with the service id of a bot).
Outcome make_deeplink(const api::Registry& registry, const Call& call,
                      const store::Snapshot& snapshot) {
  const auto agent = find_rcs_agent(registry, snapshot, call.account, call.param("agent_id"), {});
  if (!agent) return tl::unexpected(ApiError::not_found("You have no agent of this id."));
  const std::string number(call.query.get("phone_number"));
  if (!number.empty() && !is_e164(number)) {
    return tl::unexpected(ApiError::parameter("10016", "phone_number", "This is no E.164 number."));
  }
  std::string url = "sms:" + number + "?service_id=" +
                    http::url_encode(std::string((*agent)["agent_id"].string()) + "@rbm.goog");
  const std::string body(call.query.get("body"));
  if (!body.empty()) url += "&body=" + http::url_encode(body);
  Effects effects;
  effects.reply = api::Reply::data(json::Value::object({{"url", url}}));
  return effects;
}

}  // namespace

Result<json::Value, ApiError> find_rcs_agent(const api::Registry& registry,
                                             const store::Snapshot& snapshot,
                                             const api::Account& account, std::string_view agent_id,
                                             std::string_view pointer) {
  const auto row = snapshot.get(kRcsAgents, registry.engine(kRcsAgents)->key(account, agent_id));
  if (!row) return refuse("10017", "You have no agent of this id.", std::string(pointer));
  return api::document_of(*row);
}

bool may_write(const store::Snapshot& snapshot, const json::Value& agent, std::string_view number) {
  if (agent["enabled"].boolean()) return true;
  return snapshot.get(kRcsTestNumbers, invitation_key(agent["agent_id"].string(), number))
      .has_value();
}

Outcome give_rcs_agent(const api::Registry& registry, const std::string& account,
                       const std::string& agent_id, const std::string& name, bool launched,
                       const api::Moment& moment, const store::Snapshot& snapshot) {
  const api::ResourceEngine* agents = registry.engine(kRcsAgents);
  if (snapshot.find(kRcsAgents, std::nullopt, "agent_id", agent_id)) {
    return refuse("10012", "There is an agent of this id.", "/agent_id");
  }
  const json::Value agent = agents->make(moment, json::Value::object({{"agent_id", agent_id},
                                                                      {"agent_name", name},
                                                                      {"enabled", launched},
                                                                      {"user_id", account}}));
  Effects effects;
  agents->put_new(account, moment.now, agent, effects);
  effects.reply = api::Reply::data(agent);
  return effects;
}

void declare_rcs_agents(api::Registry& registry, RcsNetwork* network) {
  registry.collection({std::string(kRcsTestNumbers), {}});
  registry.bind(Op::RetrieveRcsCapabilities,
                [&registry, network](const Call& call, const store::Snapshot& snapshot) {
                  return show_capabilities(registry, network, call, snapshot);
                });
  registry.bind(Op::ListBulkRcsCapabilities,
                [&registry, network](const Call& call, const store::Snapshot& snapshot) {
                  return list_capabilities(registry, network, call, snapshot);
                });
  registry.bind(Op::InviteRcsTestNumber,
                [&registry, network](const Call& call, const store::Snapshot& snapshot) {
                  return invite(registry, network, call, snapshot);
                });
  registry.bind(Op::GenerateRcsDeeplink,
                [&registry](const Call& call, const store::Snapshot& snapshot) {
                  return make_deeplink(registry, call, snapshot);
                });
  registry.resource({.path = "/messaging/rcs/agents",
                     .collection = std::string(kRcsAgents),
                     .id = api::IdKind::Field,
                     .id_field = "agent_id",
                     .references = {{"profile_id", "messaging_profiles"}},
                     .indexes = {{.path = "agent_id", .everywhere = true}}});
}

}  // namespace tandem::products::messaging
