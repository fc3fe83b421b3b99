#include "products/voice/report_lanes.h"

#include <algorithm>
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
  decide(call, std::make_shared<const Reports>(Reports{std::move(report)}));
}

void ReportLanes::decide(const std::string& call, std::shared_ptr<const Reports> reports) {
  dispatcher_->decide(
      [this, call, reports](const api::Moment& moment,
                            const store::Snapshot& snapshot) -> api::Outcome {
        Turn turn(moment, snapshot, office_);
        CallState* state = turn.find(call);
        if (!state) return api::Effects();
        for (const Report& each : *reports) on_report(turn, *state, each);
        return turn.effects(engine_);
      },
      [this, call, reports](const api::Decided& outcome) { decided(call, *reports, outcome); });
}

void ReportLanes::decided(const std::string& call, const Reports& reports,
                          const api::Decided& outcome) {
  if (outcome.error) {
    const std::string why =
        outcome.error->items.empty() ? std::string() : outcome.error->items.front().detail;
    log::warn("voice", "a call goes no further", {{"call", call}, {"why", why}});
    const bool over = std::any_of(reports.begin(), reports.end(), [](const Report& report) {
      return std::holds_alternative<reports::Ended>(report);
    });
    if (!over) engine_.carry_out({orders::HangUp{.call = call}});
  }
  std::shared_ptr<const Reports> next;
  {
    const std::lock_guard lock(mutex_);
    const auto lane = waiting_.find(call);
    if (lane->second.empty()) {
      waiting_.erase(lane);
      return;
    }
    next = std::make_shared<const Reports>(std::exchange(lane->second, {}));
  }
  decide(call, std::move(next));
}

}  // namespace tandem::products::voice
