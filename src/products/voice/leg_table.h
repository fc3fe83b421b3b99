#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "telephony/call/plan.h"

namespace tandem::products::voice {

/// Which leg of the switch a call_control_id is, and back. From any thread.
class LegTable {
 public:
  using LegId = call::LegId;

  void add(LegId leg, const std::string& call);
  /// `dial` gives the leg; nobody finds either name before both are known.
  template <class Dial>
  void add_dialled(const std::string& call, Dial dial) {
    const std::lock_guard lock(mutex_);
    put(dial(), call);
  }
  std::optional<LegId> leg(const std::string& call) const;
  /// Empty: none of ours.
  std::string call(LegId leg) const;
  /// Every call that has a leg.
  std::vector<std::string> calls() const;
  /// The leg has ended. Its recordings are still found.
  void remove(LegId leg);

  /// A recording may end after its leg.
  void add_recording(LegId leg, uint64_t recording, const std::string& call);
  std::string take_recording(LegId leg, uint64_t recording);

 private:
  void put(LegId leg, const std::string& call);

  mutable std::mutex mutex_;
  std::unordered_map<LegId, std::string> calls_;
  std::unordered_map<std::string, LegId> legs_;
  std::unordered_map<std::string, std::string> recordings_;  // "leg/recording"
};

}  // namespace tandem::products::voice
