#include "telephony/sip/source_limiter.h"

#include <algorithm>

#include "telephony/sip/limits.h"

namespace tandem::sip {

SourceLimiter::Verdict SourceLimiter::admit(const Address& from) {
  if (is_trusted(from)) return Verdict::Admit;
  Source& source = source_of(from.source_network());
  refill(source);
  const bool room = source.open < options_.open_per_source && open_ < options_.open_in_total;
  if (room && source.tokens >= 1) {
    source.tokens -= 1;
    ++source.open;
    ++open_;
    return Verdict::Admit;
  }
  if (source.refusals < 1) return Verdict::Drop;
  source.refusals -= 1;
  return Verdict::Refuse;
}

void SourceLimiter::closed(const Address& from) {
  const auto found = sources_.find(from.source_network());
  Source& source = found != sources_.end() ? found->second : overflow_;
  if (source.open == 0) return;
  --source.open;
  --open_;
}

void SourceLimiter::distrust(const Address& source) {
  const auto found = trusted_.find(source.source_network());
  if (found != trusted_.end() && --found->second == 0) trusted_.erase(found);
}

SourceLimiter::Source& SourceLimiter::source_of(const Address& network) {
  const auto found = sources_.find(network);
  if (found != sources_.end()) return found->second;
  if (sources_.size() >= kMaxTrackedSources) forget_idle();
  if (sources_.size() >= kMaxTrackedSources) return overflow_;
  Source fresh;
  fresh.tokens = fresh.refusals = options_.burst;
  fresh.refilled = time_.now();
  return sources_.emplace(network, fresh).first->second;
}

void SourceLimiter::refill(Source& source) const {
  const TimePoint now = time_.now();
  const double earned =
      std::chrono::duration<double>(now - source.refilled).count() * options_.requests_per_second;
  source.tokens = std::min(options_.burst, source.tokens + earned);
  source.refusals = std::min(options_.burst, source.refusals + earned);
  source.refilled = now;
}

/// At most once a second: a flood of made-up sources must not make every packet a walk.
void SourceLimiter::forget_idle() {
  const TimePoint now = time_.now();
  if (now - last_sweep_ < std::chrono::seconds(1)) return;
  last_sweep_ = now;
  const std::chrono::duration<double> full_after(options_.burst / options_.requests_per_second);
  std::erase_if(sources_, [&](const auto& entry) {
    return entry.second.open == 0 && now - entry.second.refilled > full_after;
  });
}

}  // namespace tandem::sip
