#include "products/voice/report_lanes.h"

#include <utility>

#include "core/log.h"
#include "products/voice/call_machine.h"

namespace tandem::products::voice {

void ReportLanes::report(const std::string& call, Report report) {
  if (call.empty() || !dispatcher_) return;
  {
    const std::lock_guard lock(mutex_);
    const auto lane = waiting_.find(call);
    if (lane != waiting_.end()) {
      lane->second.push_back(std::move(report));
      return;
    }
    waiting_.emplace(call, Reports());
  }
  decide(call, std::make_shared<const Reports>(Reports{std::move(report)}), false);
}

void ReportLanes::decide(const std::string& call, Shared reports, bool within_means) {
  dispatcher_->decide(
      [this, call, reports, within_means](const api::Moment& moment,
                                          const store::Snapshot& snapshot) -> api::Outcome {
        Turn turn(moment, snapshot, office_);
        turn.set_within_means(within_means);
        CallState* state = turn.find(call);
        if (!state) return api::Effects();
        for (const Report& each : *reports) on_report(turn, *state, each);
        return turn.effects(engine_);
      },
      [this, call, reports, within_means](const api::Decided& outcome) {
        decided(call, reports, within_means, outcome);
      });
}

void ReportLanes::decided(const std::string& call, const Shared& reports, bool within_means,
                          const api::Decided& outcome) {
  if (outcome.error) {
    const std::string why =
        outcome.error->items.empty() ? std::string() : outcome.error->items.front().detail;
    log::warn("voice", "a call goes no further", {{"call", call}, {"why", why}});
    // The money was spent elsewhere meanwhile: what has happened is kept all the same.
    if (!within_means) return decide(call, reports, true);
    engine_.carry_out({orders::HangUp{.call = call}});
  }
  Shared next;
  {
    const std::lock_guard lock(mutex_);
    const auto lane = waiting_.find(call);
    if (lane->second.empty()) {
      waiting_.erase(lane);
      return;
    }
    next = std::make_shared<const Reports>(std::exchange(lane->second, {}));
  }
  decide(call, std::move(next), false);
}

}  // namespace tandem::products::voice
