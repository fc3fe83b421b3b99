#pragma once

#include <unordered_map>

#include "telephony/call/leg.h"
#include "telephony/media/supervision.h"

namespace tandem::call {

/// Legs that listen in on the calls of others, and may speak there.
class Supervisors {
 public:
  explicit Supervisors(LegHost& host) : host_(host) {}

  /// See Switch::supervise().
  Result<void, Refusal> supervise(Leg& supervisor, Leg& leg, media::SupervisorRole role);
  /// The leg's media was joined with that of another one: its supervisors stay with it, and it is
  /// no supervisor any more.
  void joined(Leg& leg);
  /// Nobody is left to be supervised.
  void ending(Leg& leg);

 private:
  struct Watch {
    LegId leg = 0;
    media::SupervisorRole role = media::SupervisorRole::Monitor;
  };

  LegHost& host_;
  std::unordered_map<LegId, Watch> watches_;  // by supervisor
};

}  // namespace tandem::call
