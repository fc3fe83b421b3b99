#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "api/dispatcher.h"
#include "carrier/links.h"
#include "core/clock.h"
#include "products/messaging/lanes.h"
#include "products/messaging/send_queue.h"

namespace tandem {
class Metrics;
}
namespace tandem::runtime {
class Shard;
}

namespace tandem::products::messaging {

class Receiver;

/// Takes queued messages to the carriers' links and what comes back into the store: the engine
/// behind delivery.h, which decides. Many messages share one decision and one commit. Lives on one
/// shard.
///
/// Each message that was accepted is sent once: it is claimed durably before it leaves, and when a
/// process ends in between, the next one waits for a receipt before it sends it again.
class Pipeline final : carrier::LinksListener {
 public:
  struct Options {
    Throughput throughput;
    std::vector<carrier::LinkSetup> links;
    size_t max_in_flight = 4'000;  // messages between claim and the carrier's answer
    size_t batch = 256;            // messages of one decision
    Millis look{1'000};            // of real time, between two looks for what the clock brought
  };
  struct Parts {
    runtime::Shard& shard;
    api::Dispatcher& dispatcher;
    const Clock& clock;
    SendQueue& queue;
    Receiver& receiver;  // of texts from handsets
  };
  /// Routes must be sound (carrier::Routes::make).
  Pipeline(Parts parts, Options options, carrier::Routes routes);
  ~Pipeline();

  /// On the shard.
  void start();
  /// Claims nothing more, lets what is in flight end. On the shard.
  void stop(UniqueFunction<void()> done);
  /// Keeps a message that waits for its turn from being claimed, so that it can be changed; false
  /// when it is on its way already, or held. On the shard.
  [[nodiscard]] bool hold(const std::string& id);
  void let_go(const std::string& id);
  /// The clock moved. Any thread.
  void wake();
  /// The store was emptied. Any thread.
  void reset();

 private:
  class Impl;
  void on_submitted(uint64_t reference, size_t link,
                    const carrier::smpp::SubmitOutcome& o) override;
  void on_receipt(size_t link, const carrier::smpp::DeliveryToken& token,
                  const carrier::smpp::Receipt& receipt,
                  const carrier::smpp::Message& message) override;
  void on_message(size_t link, const carrier::smpp::DeliveryToken& token,
                  const carrier::smpp::Message& message) override;
  void on_links_changed() override;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tandem::products::messaging
