#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "api/dispatcher.h"
#include "core/metrics.h"
#include "core/result.h"
#include "products/common/services.h"
#include "products/voice/call_pace.h"
#include "products/voice/cloud_hosts.h"
#include "products/voice/office.h"
#include "products/voice/orders.h"
#include "telephony/media/prompt_cache.h"
#include "telephony/sip/socket_transport.h"

namespace tandem::api {
class Registry;
}
namespace tandem::http {
class Exchange;
}
namespace tandem::runtime {
class Shard;
class Shards;
class TlsContext;
}  // namespace tandem::runtime

namespace tandem::products::voice {

/// Joins the calls of the API with the call engine: takes what the engine reports into the store,
/// carries out what steps of calls order, answers the engine's questions about users and routes.
/// Made before the registry; works between start() and stop().
class Switchboard final : public Engine {
 public:
  struct Options {
    /// Where SIP is spoken. The first is UDP: there we call ourselves.
    std::vector<sip::SocketTransport::Listen> listen;
    std::string own_host = "127.0.0.1";  // of the first, as we reach it
    std::shared_ptr<runtime::TlsContext> tls_server;
    std::shared_ptr<runtime::TlsContext> tls_client;
    std::string websocket_host_port;  // of the HTTP server that hands over WebSockets
    std::string dns_servers;          // empty: the system's
    std::string media_ip;             // where RTP is received; empty: nowhere by IPv4
    std::string advertised_media_ip;  // what peers are told instead
    std::string media_ip_v6;          // empty: nowhere by IPv6
    std::string domain;               // of our SIP URIs
    std::string base_url;             // of links in events
    std::string directory;            // recordings grow there
    CallRates rates;                  // of calls a second
    size_t media_threads = 1;
    uint16_t first_media_port = 20'000;
    uint16_t last_media_port = 39'999;
    CloudHosts clouds = {};
    /// Whether the audio of calls may be streamed and forked to an address; none: to all.
    std::function<bool(std::string_view address)> may_send_to = {};
  };
  struct Means {
    store::Blobs& blobs;
    const SecretBox& secrets;
    Fetcher& fetcher;
    const ledger::Rates& rates;
  };
  Switchboard(Options options, Means means);
  ~Switchboard() override;

  /// Ends what a former process left in the store, and listens. All outlive stop().
  Result<void> start(api::Dispatcher& dispatcher, runtime::Shards& shards, Metrics& metrics);
  /// Ends all calls; they are told while the dispatcher runs.
  void stop();

  /// Hangs all calls up and forgets the phones that registered; waits until the calls have ended,
  /// `most` at the longest. Not on the threads that carry calls.
  void end_all(std::chrono::milliseconds most);

  /// Recordings go to the buckets of their connections.
  void declare_uploads(api::Registry& registry);

  /// Where calls leave the platform; before start().
  void set_gateways(std::vector<Gateway> gateways);
  /// Carriers: calls go out over them and come in from them; before start().
  void set_trunks(std::vector<carrier::Trunk> trunks);
  /// "127.0.0.1:5060", once it listens.
  const std::string& address() const;
  /// The port the n-th of Options::listen got, once it listens.
  uint16_t port(size_t listen_index) const;
  /// Takes over WebSockets that an HTTP server accepted (RFC 7118); once it listens.
  std::function<void(std::shared_ptr<http::Exchange>)> websocket_handler() const;
  /// Says a text; `done` on any thread. Between start() and stop().
  void speak(const std::string& text, const std::string& language, media::PromptDone done);

  /// SIP users were changed or deleted: what those who are no more have registered is dropped.
  void users_changed();
  /// Names of FQDN connections are looked up anew: they, or what they lead to, may have changed.
  void look_at_names();
  /// IP connections or their addresses may have changed.
  void look_at_addresses();

  /// What steps of calls need to know; the same object as long as this lives.
  const Office& office() const;
  void carry_out(std::vector<Order> orders) override;

 private:
  void keep_looking(runtime::Shard& shard);

  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace tandem::products::voice
