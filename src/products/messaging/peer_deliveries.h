#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "api/dispatcher.h"
#include "carrier/smpp/server.h"

namespace tandem::runtime {
class Shard;
}

namespace tandem::products::messaging {

/// Hands what is owed to peers (peer_outbox.h) over their binds, oldest first, and forgets it once
/// they have it. Lives on one shard; references outlive it.
class PeerDeliveries {
 public:
  /// Deliveries of one peer that are offered to it at a time; the others wait in the store.
  static constexpr size_t kWindow = 256;

  PeerDeliveries(runtime::Shard& shard, api::Dispatcher& dispatcher, carrier::smpp::Server& server)
      : shard_(shard), dispatcher_(dispatcher), server_(server) {}

  /// The peer has so many sessions that receive.
  void set_receivers(const std::string& peer, size_t count);
  /// Something may be owed that was not before.
  void look();
  /// What became of an offer; false when the reference is none.
  bool delivered(uint64_t reference, const carrier::smpp::DeliverOutcome& outcome);
  /// The store was emptied.
  void reset();

 private:
  struct Offer {
    std::string row;
    std::string peer;
  };
  void offer(const std::vector<store::Row>& rows);
  void forget_some();
  template <class Work>
  void later(std::chrono::milliseconds pause, Work work);

  runtime::Shard& shard_;
  api::Dispatcher& dispatcher_;
  carrier::smpp::Server& server_;
  std::map<std::string, size_t> offered_;       // to each peer that receives: how many
  std::unordered_map<uint64_t, Offer> offers_;  // by reference
  std::unordered_set<std::string> known_;       // rows that are offered, or done
  std::vector<std::string> done_;               // rows to take away
  uint64_t next_reference_ = 1;
  bool looking_ = false;
  bool look_again_ = false;
  bool forgetting_ = false;
  bool resting_ = false;
  std::shared_ptr<int> life_ = std::make_shared<int>(0);
};

}  // namespace tandem::products::messaging
