#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/clock.h"
#include "core/random.h"
#include "events/courier_metrics.h"
#include "events/journal.h"
#include "events/outbox.h"
#include "events/signing_key.h"
#include "http/client.h"
#include "runtime/shards.h"

namespace tandem::events {

struct TargetState;

/// Sends the webhooks of one shard's targets. Lives on its shard: no locks.
class Courier {
 public:
  struct Options {
    std::chrono::milliseconds timeout{};
    size_t max_in_flight_per_target = 0;
    size_t max_in_flight = 0;  // of this shard
    size_t max_in_memory = 0;  // of this shard
    int max_rounds = 0;
    size_t shards = 1;
    http::AddressPolicy allow;
  };
  Courier(runtime::Shard& shard, Journal& journal, const Clock& clock, const SigningKey& key,
          CourierMetrics& metrics, Options options);
  ~Courier();

  /// Deliveries of events that were committed just now.
  void offer(std::vector<Delivery> deliveries);
  /// The store holds something for these targets.
  void look(const std::vector<std::string>& targets);
  /// As look(), for all the store holds: a target that is new from now on is owed nothing yet.
  void discovered(const std::vector<std::string>& targets);
  void recorded(std::vector<Recorded> list);
  /// The clock moved.
  void wake();
  /// Forgets everything.
  void reset();
  /// Sends no more. To be destroyed in a later turn of the shard, behind what client and journal
  /// have posted for it already.
  void close();

 private:
  struct Round;
  TargetState& target(const std::string& key);
  void schedule(TargetState& target);
  void drain();
  bool has_capacity() const;
  void step(TargetState& target);
  void give_up_old(TargetState& target, WallTime now);
  void begin_round(TargetState& target, bool on_failover);
  void send(std::unique_ptr<Round> round);
  void answered(std::unique_ptr<Round> round, Attempt attempt);
  void end_round(std::unique_ptr<Round> round, bool delivered);
  void settle(TargetState& target, const Delivery& delivery, Settled::Outcome outcome,
              std::vector<Attempt> attempts);
  void read_backlog_of(TargetState& target, WallTime now);
  size_t share() const;
  void wait_or_forget(TargetState& target, WallTime now);
  void set_wake(TargetState& target, std::optional<WallTime> at);
  void arm();
  void run_due();
  void forget(TargetState& target);

  runtime::Shard& shard_;
  Journal& journal_;
  const Clock& clock_;
  const SigningKey& key_;
  CourierMetrics& metrics_;
  Options options_;
  SystemRandom random_;

  std::map<std::string, std::unique_ptr<TargetState>, std::less<>> targets_;
  std::deque<TargetState*> runnable_;  // may have something to send, in turn
  std::set<std::pair<WallTime, std::string>> wakes_;
  std::optional<runtime::TimerId> timer_;
  WallTime armed_for_{};
  size_t in_flight_ = 0;
  size_t unrecorded_ = 0;
  uint64_t generation_ = 0;
  bool discovered_ = false;
  bool untracked_ = false;  // the store holds something for targets that had no room here
  bool draining_ = false;
  bool closed_ = false;
  http::Client client_;  // last, so that it goes first: its answers still find the rest
};

}  // namespace tandem::events
