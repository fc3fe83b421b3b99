#include <fmt/format.h>

#include "products/common/secret_box.h"
#include "products/networking/keys.h"
#include "products/networking/networking.h"

// WireGuard interfaces are our ends of tunnels into a network, peers the customers' ends. Keys are
// real, so that a peer's configuration can be handed to any WireGuard client.

namespace tandem::products::networking {
namespace {

using api::ApiError;
using api::Call;
using api::Draft;
using api::Effects;
using api::Outcome;
using api::refuse;
using contract::Op;

constexpr auto kProvisioningTime = std::chrono::seconds(30);
constexpr int kFirstPort = 51'820;
constexpr int kPorts = 10'000;
/// The tunnel's own addresses (RFC 6598): ours is the first, peers count up from the second.
constexpr std::string_view kTunnelPrefix = "100.64.0";

std::string sealing_context(std::string_view account) {
  return std::string(account) + "/wireguard";
}

Result<void, ApiError> make_interface(Draft& draft, const SecretBox& secrets) {
  json::Value& interface = draft.document;
  const auto region = draft.snapshot.get("regions", interface["region_code"].string());
  if (!region) return refuse("10017", "There is no region of this code.", "/region_code");
  const json::Value found = api::document_of(*region);
  interface.set("region",
                json::Value::object(
                    {{"code", found["code"]}, {"name", found["name"]}, {"record_type", "region"}}));
  const KeyPair keys = make_key_pair();
  interface.set("public_key", keys.public_key);
  interface.set("_private_key",
                secrets.seal(keys.private_key, sealing_context(draft.call.account.id)));
  const size_t hash = std::hash<std::string_view>()(interface["id"].string());
  interface.set("endpoint",
                fmt::format("203.0.113.{}:{}", 1 + hash % 254, kFirstPort + hash % kPorts));
  interface.set("status", "provisioning");
  draft.effects.timers.push_back({.id = "wireguard/" + std::string(interface["id"].string()),
                                  .workflow = "networking.provision_wireguard",
                                  .due = draft.call.now + kProvisioningTime,
                                  .payload = json::Value::object({{"id", interface["id"]}}).text(),
                                  .account = draft.call.account.id});
  return {};
}

/// The interface is up once its region has taken it.
Effects provision(const api::Step& step, const store::Snapshot& snapshot) {
  Effects effects;
  const auto payload = json::Value::parse(step.timer.payload);
  const auto row = snapshot.get("wireguard_interfaces", (*payload)["id"].string());
  if (!row) return effects;  // deleted meanwhile
  json::Value interface = api::document_of(*row);
  interface.set("status", "provisioned");
  interface.set("updated_at", to_iso8601(step.now));
  effects.put("wireguard_interfaces", row->id, row->account, interface, row->revision);
  return effects;
}

Result<void, ApiError> check_public_key(const json::Value& peer) {
  if (is_public_key(peer["public_key"].string())) return {};
  return refuse("10015", "A public key is 32 bytes in base64.", "/public_key");
}

/// Without a public key of the customer's we make the pair, and show the private key this once.
Result<void, ApiError> make_peer(Draft& draft) {
  json::Value& peer = draft.document;
  store::Query peers;
  peers.collection = "wireguard_peers";
  peers.account = draft.call.account.id;
  peers.where = {{"wireguard_interface_id",
                  store::Compare::Eq,
                  {std::string(peer["wireguard_interface_id"].string())}}};
  constexpr int64_t kMostPeers = 250;
  const int64_t before = draft.snapshot.count(peers);
  if (before >= kMostPeers) return refuse("10027", "An interface takes at most 250 peers.");
  peer.set("_address", fmt::format("{}.{}", kTunnelPrefix, before + 2));
  if (peer.members().find("public_key")) return check_public_key(peer);
  const KeyPair keys = make_key_pair();
  peer.set("public_key", keys.public_key);
  peer.set("private_key", keys.private_key);
  return {};
}

Result<void, ApiError> change_peer(Draft& draft) { return check_public_key(draft.document); }

/// The file a WireGuard client reads (wg-quick's form).
Outcome show_config(const Call& call, const store::Snapshot& snapshot) {
  const auto row = api::find_own(snapshot, call.account, "wireguard_peers", call.param("id"));
  if (!row) return tl::unexpected(row.error());
  const json::Value peer = api::document_of(*row);
  const auto interface_row = api::find_own(snapshot, call.account, "wireguard_interfaces",
                                           peer["wireguard_interface_id"].string());
  if (!interface_row) return tl::unexpected(interface_row.error());
  const json::Value interface = api::document_of(*interface_row);
  const std::string_view private_key = peer["private_key"].string("<your private key>");
  Effects effects;
  effects.reply = api::Reply::text(
      fmt::format("[Interface]\nPrivateKey = {}\nAddress = {}/24\n\n"
                  "[Peer]\nPublicKey = {}\nEndpoint = {}\nAllowedIPs = {}.0/24\n"
                  "PersistentKeepalive = 25\n",
                  private_key, peer["_address"].string(), interface["public_key"].string(),
                  interface["endpoint"].string(), kTunnelPrefix),
      "text/plain");
  return effects;
}

}  // namespace

void declare_wireguard(api::Registry& registry, const Services& services) {
  const SecretBox& secrets = services.secrets;
  registry.resource({
      .path = "/wireguard_interfaces",
      .record_type = "wireguard_interface",
      .references = {{"network_id", "networks"}},
      .used_by = {{"wireguard_peers", "wireguard_interface_id"}},
      .on_create = [&secrets](Draft& draft) { return make_interface(draft, secrets); },
  });
  registry.workflow("networking.provision_wireguard", provision);
  registry.resource({
      .path = "/wireguard_peers",
      .record_type = "wireguard_peer",
      .references = {{"wireguard_interface_id", "wireguard_interfaces"}},
      .on_create = make_peer,
      .on_update = change_peer,
  });
  registry.bind(Op::GetWireguardPeerConfig, show_config);
}

}  // namespace tandem::products::networking
