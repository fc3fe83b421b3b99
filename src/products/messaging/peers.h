#pragma once

#include <memory>
#include <vector>

#include "api/dispatcher.h"
#include "carrier/smpp/server.h"
#include "core/function.h"
#include "products/messaging/send_queue.h"
#include "products/messaging/terms.h"

namespace tandem::runtime {
class Shard;
}

namespace tandem::products::messaging {

class Pipeline;

/// Customers who bind to us by SMPP 3.4 with the credentials of a messaging profile (let_in() in
/// peer_submits.h). What they submit is a message as if it had come by the API; receipts and the
/// texts of the profile's numbers come back as deliver_sm. Nothing is answered before it is
/// durable. Lives on one shard.
class Peers {
 public:
  struct Options {
    std::vector<carrier::smpp::ServerPlace> places;
    double max_submits_per_second = 0;  // of each session; 0: no limit
    size_t max_sessions = 8;            // of one profile
  };
  struct Parts {
    runtime::Shard& shard;
    api::Dispatcher& dispatcher;
    const Clock& clock;
    const Terms& terms;
    SendQueue& queue;
    Pipeline& pipeline;  // of the same shard
  };
  Peers(const Parts& parts, Options options);
  ~Peers();

  /// Listens, and takes up what a former process left. On the shard.
  Result<void> start();
  /// Unbinds everyone. On the shard.
  void stop(UniqueFunction<void()> done);
  /// Something was put into the outbox. On the shard.
  void owed();
  /// The store was emptied. On the shard.
  void reset();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace tandem::products::messaging
