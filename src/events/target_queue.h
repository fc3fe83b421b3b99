#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "events/outbox.h"

namespace tandem::events {

/// What one target is owed, as far as it is in memory: lanes of deliveries, each lane in order.
/// Pure bookkeeping; a courier owns it and does the sending.
///
/// While everything the target is owed is here, fresh events come straight in (direct). As soon
/// as something is only in the store - there was no room, or a delivery waits for its retry - all
/// further ones are read from there, so that order holds, until the store has no more.
class TargetQueue {
 public:
  /// `direct`: the store is known to hold nothing for this target.
  explicit TargetQueue(bool direct) : direct_(direct), look_(!direct) {}

  /// A fresh event's delivery. It stays in the store when it must, or when `room` says no.
  void offer(Delivery delivery, bool room);
  /// Something for this target was put into the store.
  void look_again();

  /// The next delivery whose turn it is, or null; it is under way until one of the verbs below.
  Delivery* next();
  /// The delivery that next() would give, without taking it.
  const Delivery* peek() const;
  /// It is over with, delivered or given up: the lane goes on. Settled, not yet recorded.
  std::unique_ptr<Delivery> finish(const Delivery& delivery);
  /// It is to be tried again later: its lane leaves memory and waits in the store.
  std::unique_ptr<Delivery> park(const Delivery& delivery);
  /// What became of a settled delivery is durable; `due` when it was parked.
  void recorded(const std::string& id, std::string_view lane, std::optional<WallTime> due);

  /// Whether the store should be read now: there is something to find and room for it.
  bool wants_backlog(WallTime now, size_t room) const;
  /// The read begins; give it known().
  void reading();
  void add(Backlog backlog);

  /// Ids that are here or on their way into the record.
  const std::unordered_set<std::string>& known() const { return known_; }
  size_t size() const { return known_.size() + fresh_.size(); }
  bool direct() const { return direct_; }
  /// When a parked delivery becomes due; nothing while that is unknown or none is parked.
  std::optional<WallTime> next_due() const { return next_due_; }
  /// Whether it can be forgotten without losing anything.
  bool idle() const { return direct_ && size() == 0; }

 private:
  struct Lane {
    std::deque<std::unique_ptr<Delivery>> queue;
    bool parking = false;  // its first is being recorded as parked: nothing may follow
  };
  void append(Delivery delivery);
  void add_ready(std::vector<Delivery> ready);
  void add_fresh();
  void drop_rest(Lane& lane);
  std::unique_ptr<Delivery> take_first(Lane& lane, const Delivery& delivery);

  std::unordered_map<std::string, Lane> lanes_;
  std::deque<std::string> ready_;  // lanes whose first delivery may go
  std::unordered_set<std::string> known_;
  /// The last that came from the store: an offer of one of them comes late.
  std::unordered_set<std::string> from_store_;
  bool direct_;
  bool look_;                    // the store may hold what is due
  bool reading_ = false;         // a read is under way
  std::vector<Delivery> fresh_;  // offered meanwhile
  bool parked_since_read_ = false;
  size_t parking_ = 0;  // parked ones that are not recorded yet
  std::optional<WallTime> next_due_;
};

}  // namespace tandem::events
