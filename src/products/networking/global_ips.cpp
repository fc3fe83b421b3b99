#include <string>

#include <fmt/format.h>

#include "api/resource_engine.h"
#include "contract/operations.h"
#include "products/common/seeds.h"
#include "products/common/steps.h"
#include "products/networking/networking.h"

// Addresses that are announced from every region and lead to WireGuard peers.

namespace tandem::products::networking {
namespace {

using api::ApiError;
using api::Call;
using api::Draft;
using api::Effects;
using api::Outcome;
using api::refuse;
using contract::Op;
using store::Compare;

constexpr std::string_view kGlobalIps = "global_ips";
constexpr std::string_view kAssignments = "global_ip_assignments";
constexpr std::string_view kAnnounce = "networking.announce_global_ip";
constexpr auto kAnnounceTime = std::chrono::seconds(30);
constexpr int64_t kMostMetrics = 250;

Result<void, ApiError> make_global_ip(Draft& draft) {
  const size_t hash = std::hash<std::string_view>()(draft.document["id"].string());
  draft.document.set("ip_address", fmt::format("198.51.100.{}", 1 + hash % 254));
  return {};
}

Result<void, ApiError> make_assignment(Draft& draft) {
  json::Value& assignment = draft.document;
  for (const char* name : {"global_ip_id", "wireguard_peer_id"}) {
    if (assignment[name].string().empty()) {
      return refuse("10004", "An assignment leads a global IP to a peer.", "/" + std::string(name));
    }
  }
  assignment.set("status", "provisioning");
  assignment.set("is_announced", false);
  assignment.set("is_connected", false);
  draft.effects.timers.push_back(document_timer(
      kAnnounce, assignment["id"].string(), draft.call.account.id, draft.call.now + kAnnounceTime));
  return {};
}

/// An address is announced unless its peer is in maintenance.
Result<void, ApiError> change_assignment(Draft& draft) {
  json::Value& assignment = draft.document;
  if (assignment["status"].string() == "provisioned") {
    assignment.set("is_announced", !assignment["is_in_maintenance"].boolean());
  }
  return {};
}

Effects announce(const api::Step& step, const store::Snapshot& snapshot) {
  Effects effects;
  auto assignment = step_document(step, snapshot, kAssignments);
  if (!assignment) return effects;
  assignment->fields.set("status", "provisioned");
  assignment->fields.set("is_announced", !assignment->fields["is_in_maintenance"].boolean());
  put_back(kAssignments, *assignment, step.now, effects);
  return effects;
}

Result<void, ApiError> make_health_check(Draft& draft) {
  const std::string_view type = draft.document["health_check_type"].string();
  if (draft.document["global_ip_id"].string().empty()) {
    return refuse("10004", "What is checked is a global IP.", "/global_ip_id");
  }
  if (draft.snapshot.get("global_ip_health_check_types", type)) return {};
  return refuse("10015", "There are no health checks of this type.", "/health_check_type");
}

json::Value no_traffic() { return json::Value::object({{"amount", 0}, {"unit", "B"}}); }

/// What went through each address: the sandbox has no network behind them, so nothing did.
json::Value usage_of(const json::Value& global_ip, WallTime now) {
  const auto hour = std::chrono::floor<std::chrono::hours>(now);
  json::Value metric = json::Value::object({{"timestamp", to_iso8601(hour)}});
  metric.set("global_ip", json::Value::object(
                              {{"id", global_ip["id"]}, {"ip_address", global_ip["ip_address"]}}));
  metric.set("received", no_traffic());
  metric.set("transmitted", no_traffic());
  return metric;
}

/// The documents that the id filters of a metric let through.
std::vector<store::Row> asked_rows(const Call& call, const store::Snapshot& snapshot,
                                   std::string_view collection,
                                   std::initializer_list<std::pair<const char*, const char*>> by) {
  store::Query query;
  query.collection = collection;
  query.account = call.account.id;
  query.limit = kMostMetrics;
  for (const auto& [filter, path] : by) {
    const store::Condition* asked = call.query.filter(filter);
    if (asked) query.where.push_back({path, Compare::In, asked->values});
  }
  return snapshot.list(query).rows;
}

Outcome reply_metrics(json::Array data) {
  json::Value body = json::Value::object();
  body.set("data", std::move(data));
  Effects effects;
  effects.reply = api::Reply::json(body.text());
  return effects;
}

Outcome show_usage(const Call& call, const store::Snapshot& snapshot) {
  json::Array data;
  for (const store::Row& row : asked_rows(call, snapshot, kGlobalIps, {{"global_ip_id", "id"}})) {
    data.push_back(usage_of(api::document_of(row), call.now));
  }
  return reply_metrics(std::move(data));
}

/// Null when the address is gone.
json::Value assignment_metric(const store::Snapshot& snapshot, const json::Value& assignment,
                              WallTime now) {
  const auto global_ip = snapshot.get(kGlobalIps, assignment["global_ip_id"].string());
  if (!global_ip) return {};
  json::Value metric = usage_of(api::document_of(*global_ip), now);
  metric.set("global_ip_assignment",
             json::Value::object({{"id", assignment["id"]},
                                  {"wireguard_peer_id", assignment["wireguard_peer_id"]}}));
  return metric;
}

Outcome show_assignment_usage(const Call& call, const store::Snapshot& snapshot) {
  json::Array data;
  for (const store::Row& row :
       asked_rows(call, snapshot, kAssignments,
                  {{"global_ip_id", "global_ip_id"}, {"global_ip_assignment_id", "id"}})) {
    json::Value metric = assignment_metric(snapshot, api::document_of(row), call.now);
    if (metric.is_null()) continue;
    data.push_back(std::move(metric));
  }
  return reply_metrics(std::move(data));
}

/// How many checks an assignment passed and failed. No prober looks at the sandbox's addresses, so
/// none was made.
Outcome show_assignment_health(const Call& call, const store::Snapshot& snapshot) {
  json::Array data;
  for (const store::Row& row :
       asked_rows(call, snapshot, kAssignments,
                  {{"global_ip_id", "global_ip_id"}, {"global_ip_assignment_id", "id"}})) {
    json::Value metric = assignment_metric(snapshot, api::document_of(row), call.now);
    if (metric.is_null()) continue;
    for (const char* name : {"received", "transmitted"}) metric.members().erase(name);
    metric.set("health", json::Value::object({{"pass", 0}, {"fail", 0}}));
    data.push_back(std::move(metric));
  }
  return reply_metrics(std::move(data));
}

/// Latency is measured by probers, and there are none.
Outcome show_latency(const Call&, const store::Snapshot&) { return reply_metrics({}); }

}  // namespace

void declare_global_ips(api::Registry& registry, const Services& services) {
  services.seeds.add("global_ip_allowed_ports", "networking/data/global_ip_allowed_ports.json");
  services.seeds.add("global_ip_protocols", "networking/data/global_ip_protocols.json", "code");
  services.seeds.add("global_ip_health_check_types",
                     "networking/data/global_ip_health_check_types.json", "health_check_type");
  registry.resource({.path = "/global_ip_allowed_ports", .global = true});
  registry.resource({.path = "/global_ip_protocols", .id_field = "code", .global = true});
  registry.resource(
      {.path = "/global_ip_health_check_types", .id_field = "health_check_type", .global = true});
  registry.resource({.path = "/global_ips",
                     .record_type = "global_ip",
                     .used_by = {{std::string(kAssignments), "global_ip_id"},
                                 {"global_ip_health_checks", "global_ip_id"}},
                     .on_create = make_global_ip});
  registry.resource({.path = "/global_ip_assignments",
                     .record_type = "global_ip_assignment",
                     .references = {{"global_ip_id", std::string(kGlobalIps)},
                                    {"wireguard_peer_id", "wireguard_peers"}},
                     .indexes = {{.path = "global_ip_id"}, {.path = "wireguard_peer_id"}},
                     .on_create = make_assignment,
                     .on_update = change_assignment});
  registry.resource({.path = "/global_ip_health_checks",
                     .record_type = "global_ip_health_check",
                     .references = {{"global_ip_id", std::string(kGlobalIps)}},
                     .indexes = {{.path = "global_ip_id"}},
                     .on_create = make_health_check});
  registry.workflow(std::string(kAnnounce), announce);
  registry.bind(Op::GetGlobalIpUsage, show_usage);
  registry.bind(Op::GetGlobalIpAssignmentUsage, show_assignment_usage);
  registry.bind(Op::GetGlobalIpAssignmentHealth, show_assignment_health);
  registry.bind(Op::GetGlobalIpLatency, show_latency);
}

}  // namespace tandem::products::networking
