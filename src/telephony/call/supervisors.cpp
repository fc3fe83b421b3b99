#include "telephony/call/supervisors.h"

#include <algorithm>
#include <vector>

#include "telephony/call/leg_host.h"
#include "telephony/media/leg.h"

namespace tandem::call {

Result<void, Refusal> Supervisors::supervise(Leg& supervisor, Leg& leg,
                                             media::SupervisorRole role) {
  const bool possible = &supervisor != &leg && supervisor.answered() && leg.answered() &&
                        supervisor.media().agreed() && leg.media().agreed();
  if (!possible || watches_.contains(leg.id())) return tl::unexpected(Refusal::WrongState);
  const auto others = std::count_if(watches_.begin(), watches_.end(), [&](const auto& watch) {
    return watch.second.leg == leg.id() && watch.first != supervisor.id();
  });
  if (others >= static_cast<ptrdiff_t>(media::Leg::kMaxSupervisors)) {
    return tl::unexpected(Refusal::WrongState);
  }
  watches_[supervisor.id()] = {leg.id(), role};
  host_.engine().supervise(supervisor.media().id(), leg.media().id(), role);
  return {};
}

void Supervisors::joined(Leg& leg) {
  if (watches_.empty()) return;
  watches_.erase(leg.id());
  for (const auto& [id, watch] : watches_) {
    Leg* const supervisor = watch.leg == leg.id() ? host_.find(id) : nullptr;
    if (supervisor == nullptr) continue;
    host_.engine().supervise(supervisor->media().id(), leg.media().id(), watch.role);
  }
}

void Supervisors::ending(Leg& leg) {
  if (watches_.empty()) return;
  watches_.erase(leg.id());
  std::vector<LegId> left;
  for (const auto& [id, watch] : watches_) {
    if (watch.leg == leg.id()) left.push_back(id);
  }
  for (const LegId id : left) {
    watches_.erase(id);
    if (Leg* const supervisor = host_.find(id)) {
      static_cast<void>(supervisor->hangup({}, HangupCause::NormalClearing));
    }
  }
}

}  // namespace tandem::call
