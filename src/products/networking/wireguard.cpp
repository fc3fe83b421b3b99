#include <fmt/format.h>

#include "products/common/secret_box.h"
#include "products/networking/interfaces.h"
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

constexpr int kFirstPort = 51'820;
constexpr int kPorts = 10'000;
/// The tunnel's own addresses (RFC 6598): ours is the first, peers count up from the second.
constexpr std::string_view kTunnelPrefix = "100.64.0";

std::string sealing_context(std::string_view account) {
  return std::string(account) + "/wireguard";
}

Result<void, ApiError> make_interface(Draft& draft, const SecretBox& secrets) {
  json::Value& interface = draft.document;
  const KeyPair keys = make_key_pair();
  interface.set("public_key", keys.public_key);
  interface.set("_private_key",
                secrets.seal(keys.private_key, sealing_context(draft.call.account.id)));
  const size_t hash = std::hash<std::string_view>()(interface["id"].string());
  interface.set("endpoint",
                fmt::format("203.0.113.{}:{}", 1 + hash % 254, kFirstPort + hash % kPorts));
  return start_interface(draft, "wireguard_interface");
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
      .on_update = change_interface,
      .on_delete = drop_interface,
  });
  registry.resource({
      .path = "/wireguard_peers",
      .record_type = "wireguard_peer",
      .references = {{"wireguard_interface_id", "wireguard_interfaces"}},
      .used_by = {{"default_gateways", "wireguard_peer_id"},
                  {"global_ip_assignments", "wireguard_peer_id"}},
      .on_create = make_peer,
      .on_update = change_peer,
  });
  registry.bind(Op::GetWireguardPeerConfig, show_config);
}

}  // namespace tandem::products::networking
