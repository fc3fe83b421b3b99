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
#include "products/voice/cloud_hosts.h"
#include "products/voice/office.h"
#include "products/voice/orders.h"
#include "products/voice/registered_phones.h"
#include "telephony/media/prompt_cache.h"

namespace tandem::api {
class Registry;
}
namespace tandem::runtime {
class Shards;
}

namespace tandem::products::voice {

/// Joins the calls of the API with the call engine: takes what the engine reports into the store,
/// carries out what steps of calls order, answers the engine's questions about users and routes.
/// Made before the registry; works between start() and stop().
class Switchboard final : public Engine {
 public:
  struct Options {
    std::string host = "127.0.0.1";  // where SIP is spoken: UDP and TCP
    uint16_t port = 5060;            // 0: any free one
    std::string domain;              // of our SIP URIs; empty: the host
    std::string base_url;            // of links in events
    std::string directory;           // recordings grow there
    size_t media_threads = 1;
    uint16_t first_media_port = 20'000;
    uint16_t last_media_port = 39'999;
    CloudHosts clouds = {};
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
  /// Says a text; `done` on any thread. Between start() and stop().
  void speak(const std::string& text, const std::string& language, media::PromptDone done);

  /// The phone that has registered under the user name, if one has.
  std::optional<Registered> registered(const std::string& user) const;

  /// What steps of calls need to know; the same object as long as this lives.
  const Office& office() const;
  void carry_out(std::vector<Order> orders) override;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace tandem::products::voice
