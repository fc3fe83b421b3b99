#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "carrier/smpp/token_bucket.h"
#include "products/messaging/send_queue.h"

namespace tandem::products::messaging {

/// Messages a second that senders and accounts may send; 0: no limit.
struct Throughput {
  double long_code = 10;
  double toll_free = 20;
  double short_code = 1'000;
  double alphanumeric = 50;
  double account = 10'000;
};

/// Gives messages their turn: each sender and each account at its own pace, messages of higher
/// priority first, and of two numbers one message at a time, so that they arrive in order.
class Lanes {
 public:
  using Time = carrier::smpp::TokenBucket::Time;
  /// Messages that are known here; the others wait in the store.
  static constexpr size_t kMostTurns = 50'000;

  explicit Lanes(const Throughput& throughput) : throughput_(throughput) {}

  /// False when there is no room: look into the store for it later. A message that is known
  /// already is not added twice. One that is delayed holds up those behind it.
  bool add(Turn turn, WallTime now);
  /// Messages whose turn it is, at most `most`.
  std::vector<Turn> take(size_t most, WallTime now, Time steady);
  /// The message is through, for now or for good: the next one of its pair may go.
  void release(const Turn& turn);
  /// A message keeps its place and is not taken, nor one that is behind it of the same pair, until
  /// let_go(). It need not be here yet. False when it is held already.
  [[nodiscard]] bool hold(const std::string& id) { return held_.insert(id).second; }
  void let_go(const std::string& id) { held_.erase(id); }
  /// Forgets those that wait.
  void clear();

  bool empty() const { return waiting_.empty(); }
  size_t size() const { return waiting_.size(); }
  /// When the first delayed one is due.
  std::optional<WallTime> next_due() const;

 private:
  struct Lane {
    std::deque<Turn> turns[2];  // by priority
    carrier::smpp::TokenBucket pace;
  };

  double pace_of(int kind) const;
  Lane& lane_of(const Turn& turn);
  void place(Turn turn, bool first);
  void forget_idle();
  bool take_from(Lane& lane, Time steady, std::vector<Turn>& out);

  Throughput throughput_;
  std::unordered_map<std::string, Lane> lanes_;  // by sender; gone when empty and rested
  std::unordered_map<std::string, carrier::smpp::TokenBucket> accounts_;
  std::deque<std::string> order_;  // senders with turns, who is next first
  std::multimap<WallTime, Turn> delayed_;
  std::unordered_set<std::string> waiting_;  // ids
  std::unordered_set<std::string> held_;     // ids
  std::unordered_set<std::string> busy_;     // pairs with a message on its way, or delayed
};

}  // namespace tandem::products::messaging
