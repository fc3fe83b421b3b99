#include <string>

#include <fmt/format.h>

#include "api/resource_engine.h"
#include "contract/operations.h"
#include "products/common/whole_list.h"
#include "products/networking/interfaces.h"
#include "products/networking/networking.h"

// Ways out of a network: its default gateway (a WireGuard peer), internet gateways, and cross
// connects to clouds.

namespace tandem::products::networking {
namespace {

using api::ApiError;
using api::Call;
using api::Draft;
using api::Effects;
using api::Outcome;
using api::refuse;
using contract::Op;

constexpr std::string_view kDefaultGateways = "default_gateways";

std::optional<store::Row> gateway_of(const Call& call, const store::Snapshot& snapshot) {
  return snapshot.find(kDefaultGateways, call.account.id, "network_id", call.param("id"));
}

/// A peer belongs to the network that its interface leads into.
Result<void, ApiError> check_peer(const Call& call, const store::Snapshot& snapshot,
                                  std::string_view peer_id) {
  const auto peer = api::find_own(snapshot, call.account, "wireguard_peers", peer_id);
  if (!peer) {
    return refuse("10017", "Your account has no WireGuard peer of this id.", "/wireguard_peer_id");
  }
  const auto interface = snapshot.get("wireguard_interfaces",
                                      api::document_of(*peer)["wireguard_interface_id"].string());
  if (interface && api::document_of(*interface)["network_id"].string() == call.param("id")) {
    return {};
  }
  return refuse("10015", "The peer is not in this network.", "/wireguard_peer_id");
}

Outcome create_default(const Call& call, const store::Snapshot& snapshot) {
  const auto network = api::find_own(snapshot, call.account, "networks", call.param("id"));
  if (!network) return tl::unexpected(network.error());
  if (gateway_of(call, snapshot)) {
    return refuse("10012", "The network has a default gateway already.");
  }
  const std::string_view peer = call.body["wireguard_peer_id"].string();
  if (peer.empty()) return refuse("10004", "A gateway is a WireGuard peer.", "/wireguard_peer_id");
  if (auto ok = check_peer(call, snapshot, peer); !ok) return tl::unexpected(ok.error());
  const std::string id = call.ids.uuid();
  const std::string now = to_iso8601(call.now);
  const json::Value gateway = json::Value::object({{"id", id},
                                                   {"record_type", "default_gateway"},
                                                   {"network_id", network->id},
                                                   {"wireguard_peer_id", peer},
                                                   {"status", "provisioned"},
                                                   {"created_at", now},
                                                   {"updated_at", now}});
  Effects effects;
  effects.put(std::string(kDefaultGateways), id, call.account.id, gateway, store::kNew, call.now);
  effects.reply = whole_list({gateway});
  return effects;
}

Outcome show_default(const Call& call, const store::Snapshot& snapshot) {
  const auto network = api::find_own(snapshot, call.account, "networks", call.param("id"));
  if (!network) return tl::unexpected(network.error());
  const auto row = gateway_of(call, snapshot);
  Effects effects;
  effects.reply = whole_list(row ? json::Array{api::document_of(*row)} : json::Array{});
  return effects;
}

Outcome delete_default(const Call& call, const store::Snapshot& snapshot) {
  const auto network = api::find_own(snapshot, call.account, "networks", call.param("id"));
  if (!network) return tl::unexpected(network.error());
  const auto row = gateway_of(call, snapshot);
  if (!row) return refuse("10005", "The network has no default gateway.");
  json::Value gateway = api::document_of(*row);
  gateway.set("status", "deleting");
  Effects effects;
  effects.remove(std::string(kDefaultGateways), row->id, row->revision);
  effects.reply = whole_list({std::move(gateway)});
  return effects;
}

Result<void, ApiError> make_internet_gateway(Draft& draft) {
  if (draft.document["network_id"].string().empty()) {
    return refuse("10004", "A gateway leads out of a network.", "/network_id");
  }
  if (auto ok = start_interface(draft, "public_internet_gateway"); !ok) return ok;
  const size_t hash = std::hash<std::string_view>()(draft.document["id"].string());
  draft.document.set("public_ip", fmt::format("203.0.113.{}", 1 + hash % 254));
  return {};
}

/// A cross connect is offered where the coverage says so.
Result<void, ApiError> make_cross_connect(Draft& draft) {
  json::Value& connect = draft.document;
  store::Query query;
  query.collection = "virtual_cross_connects_coverage";
  query.account = "";
  const auto equals = [&](std::string_view path, std::string_view field) {
    query.where.push_back(
        {std::string(path), store::Compare::Eq, {std::string(connect[field].string())}});
  };
  equals("location.code", "region_code");
  equals("cloud_provider", "cloud_provider");
  equals("cloud_provider_region", "cloud_provider_region");
  if (draft.snapshot.count(query) == 0) {
    return refuse("10015", "There is no way from this region to that of the cloud.",
                  "/cloud_provider_region");
  }
  connect.set("primary_enabled", false);
  connect.set("secondary_enabled", false);
  return start_interface(draft, "virtual_cross_connect");
}

}  // namespace

void declare_gateways(api::Registry& registry) {
  registry.collection(
      {.name = std::string(kDefaultGateways),
       .indexes = {{.path = "network_id", .unique = true}, {.path = "wireguard_peer_id"}}});
  registry.bind(Op::CreateDefaultGateway, create_default);
  registry.bind(Op::GetDefaultGateway, show_default);
  registry.bind(Op::DeleteDefaultGateway, delete_default);
  registry.resource({.path = "/public_internet_gateways",
                     .record_type = "public_internet_gateway",
                     .references = {{"network_id", "networks"}},
                     .on_create = make_internet_gateway,
                     .on_delete = drop_interface});
  registry.resource({.path = "/virtual_cross_connects",
                     .record_type = "virtual_cross_connect",
                     .references = {{"network_id", "networks"}},
                     .on_create = make_cross_connect,
                     .on_update = change_interface,
                     .on_delete = drop_interface});
}

}  // namespace tandem::products::networking
