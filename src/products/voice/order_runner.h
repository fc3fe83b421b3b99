#pragma once

#include <mutex>
#include <string>
#include <unordered_set>
#include <utility>

#include "products/voice/leg_table.h"
#include "products/voice/orders.h"

namespace tandem::call {
class Switch;
}
namespace tandem::runtime {
class Shard;
}

namespace tandem::products::voice {

class ReportLanes;
class SoundLoader;
class StreamLinks;
class SwitchReports;

/// Carries orders out: each is a verb of the switch, or work beside it that ends in one.
class OrderRunner {
 public:
  struct Parts {
    LegTable& legs;
    ReportLanes& lanes;
    SwitchReports& reports;
    SoundLoader& sounds;
    StreamLinks& streams;
    call::Switch& calls;
    runtime::Shard& timers;
    std::string recordings;  // directory in which they grow
  };
  explicit OrderRunner(Parts parts) : parts_(std::move(parts)) {}

  void run(Order order);
  /// Calls that wait for their stream are not placed any more.
  void forget_waiting();

 private:
  void dial(orders::Dial order);
  void dial_now(orders::Dial order);
  /// Whether the call waited for its stream; it does no longer.
  bool stop_waiting(const std::string& call);
  void end_unplaced(const std::string& call);
  void handle(call::LegId leg, orders::Answer& order);
  void handle(call::LegId leg, orders::Reject& order);
  void handle(call::LegId leg, orders::HangUp& order);
  void handle(call::LegId leg, orders::Play& order);
  void handle(call::LegId leg, orders::StopPlaying& order);
  void handle(call::LegId leg, orders::SendDigits& order);
  void handle(call::LegId leg, orders::Record& order);
  void handle(call::LegId leg, orders::StopRecording& order);
  void handle(call::LegId leg, orders::PauseRecording& order);
  void handle(call::LegId leg, orders::Bridge& order);
  void handle(call::LegId leg, orders::MuteDigits& order);
  void handle(call::LegId leg, orders::ChangePitch& order);
  void handle(call::LegId leg, orders::Supervise& order);
  void handle(call::LegId leg, orders::Refer& order);
  void handle(call::LegId leg, orders::HandOver& order);
  void handle(call::LegId leg, orders::SendInfo& order);
  void handle(call::LegId leg, orders::StartStream& order);
  void handle(call::LegId leg, orders::StopStream& order);
  void handle(call::LegId leg, orders::StartFork& order);
  void handle(call::LegId leg, orders::StopFork& order);
  void handle(call::LegId leg, orders::Detect& order);
  void handle(call::LegId leg, orders::StopDetecting& order);
  void handle(call::LegId leg, orders::StartTimer& order);
  void handle(call::LegId, orders::Dial&) {}

  Parts parts_;
  std::mutex mutex_;
  std::unordered_set<std::string> waiting_;  // calls that are placed once their stream is there
};

}  // namespace tandem::products::voice
