#include "products/messaging/peer_deliveries.h"

#include "core/log.h"
#include "products/messaging/peer_outbox.h"
#include "runtime/shards.h"

namespace tandem::products::messaging {

namespace smpp = carrier::smpp;

namespace {

/// Before a peer that took nothing is tried again, and after a failure of the store.
constexpr std::chrono::milliseconds kPause{1'000};
/// Rows that one look reads at most.
constexpr int64_t kMostRows = 4'096;

store::Query owed_to(const std::vector<std::string>& peers, size_t known) {
  store::Query query;
  query.collection = kPeerOutbox;
  store::Condition condition{"peer", store::Compare::In, {}};
  for (const std::string& peer : peers) condition.values.emplace_back(peer);
  query.where.push_back(std::move(condition));
  query.order = {{"created_at", false}};
  query.limit = std::min(kMostRows, static_cast<int64_t>(known + PeerDeliveries::kWindow));
  return query;
}

}  // namespace

template <class Work>
void PeerDeliveries::later(std::chrono::milliseconds pause, Work work) {
  shard_.after(pause, [alive = std::weak_ptr(life_), work = std::move(work)] {
    if (!alive.expired()) work();
  });
}

void PeerDeliveries::set_receivers(const std::string& peer, size_t count) {
  if (count == 0) {
    offered_.erase(peer);
    return;
  }
  // What was offered over sessions that have ended is still the server's to deliver.
  if (offered_.count(peer) > 0) return;
  size_t open = 0;
  for (const auto& [reference, offer] : offers_) open += offer.peer == peer ? 1 : 0;
  offered_.emplace(peer, open);
  look();
}

void PeerDeliveries::look() {
  look_again_ = true;
  if (looking_) return;
  std::vector<std::string> peers;
  for (const auto& [peer, count] : offered_) {
    if (count < kWindow) peers.push_back(peer);
  }
  look_again_ = false;
  if (peers.empty()) return;
  looking_ = true;
  auto rows = std::make_shared<std::vector<store::Row>>();
  dispatcher_.decide(
      [rows, query = owed_to(peers, known_.size())](
          const api::Moment&, const store::Snapshot& snapshot) -> api::Outcome {
        *rows = snapshot.list(query).rows;
        return api::Effects();
      },
      [this, rows, alive = std::weak_ptr(life_)](const api::Decided& decided) {
        if (alive.expired()) return;
        looking_ = false;
        if (!decided.error) offer(*rows);
        if (look_again_) look();
      });
}

void PeerDeliveries::offer(const std::vector<store::Row>& rows) {
  for (const store::Row& row : rows) {
    if (known_.count(row.id) > 0) continue;
    const auto document = json::Document::parse(row.body);
    if (!document) continue;
    const std::string peer(document->root()["peer"].string());
    const auto receiver = offered_.find(peer);
    if (receiver == offered_.end() || receiver->second >= kWindow) continue;
    const uint64_t reference = next_reference_++;
    if (!server_.deliver(peer, reference, read_owed(document->root()))) continue;
    known_.insert(row.id);
    offers_.emplace(reference, Offer{row.id, peer});
    ++receiver->second;
  }
}

bool PeerDeliveries::delivered(uint64_t reference, const smpp::DeliverOutcome& outcome) {
  const auto found = offers_.find(reference);
  if (found == offers_.end()) return false;
  const Offer offer = std::move(found->second);
  offers_.erase(found);
  if (const auto receiver = offered_.find(offer.peer); receiver != offered_.end()) {
    --receiver->second;
  }
  if (outcome.kind == smpp::DeliverOutcome::Kind::GivenUp) {
    known_.erase(offer.row);
    if (resting_) return true;
    resting_ = true;
    later(kPause, [this] {
      resting_ = false;
      look();
    });
    return true;
  }
  if (outcome.kind == smpp::DeliverOutcome::Kind::Refused) {
    log::warn("messaging", "a peer refused a delivery",
              {{"peer", offer.peer}, {"status", smpp::name_of(outcome.status)}});
  }
  done_.push_back(offer.row);
  forget_some();
  return true;
}

/// Takes the rows away of which the peers have what they say; many in one go.
void PeerDeliveries::forget_some() {
  if (forgetting_ || done_.empty()) return;
  forgetting_ = true;
  auto rows = std::make_shared<std::vector<std::string>>(std::exchange(done_, {}));
  dispatcher_.decide(
      [rows](const api::Moment&, const store::Snapshot&) -> api::Outcome {
        api::Effects effects;
        for (const std::string& row : *rows) effects.remove(std::string(kPeerOutbox), row);
        return effects;
      },
      [this, rows, alive = std::weak_ptr(life_)](const api::Decided& decided) {
        if (alive.expired()) return;
        forgetting_ = false;
        if (decided.error) {
          done_.insert(done_.end(), rows->begin(), rows->end());
          return later(kPause, [this] { forget_some(); });
        }
        for (const std::string& row : *rows) known_.erase(row);
        forget_some();
        look();
      });
}

void PeerDeliveries::reset() { done_.clear(); }

}  // namespace tandem::products::messaging
