#include "store/sqlite/counters.h"

#include "store/limits.h"

namespace tandem::store::sqlite {

Counters::Known::value_type* Counters::find(const std::string& key) {
  const auto [at, fresh] = known_.try_emplace(key);
  if (!fresh) return &*at;
  Statement find = connection_.prepare("SELECT value FROM tandem_counters WHERE key=?");
  if (find.bind(key).row()) at->second.value = find.integer(0);
  if (!find.failed()) return &*at;
  known_.erase(at);
  return nullptr;
}

Counters::Outcome Counters::adjust(const Adjust& adjust) {
  Known::value_type* const known = find(adjust.key);
  if (!known) return Outcome::Unreadable;
  Counter& counter = known->second;
  int64_t value = 0;
  const bool overflow = __builtin_add_overflow(counter.value, adjust.delta, &value);
  if (overflow || value < adjust.min || value > adjust.max) return Outcome::OutOfBounds;
  if (!counter.changed) touched_.push_back(known);
  undo_.emplace_back(&counter, counter);
  counter = {value, true};
  return Outcome::Done;
}

void Counters::drop_batch() {
  for (auto last = undo_.rbegin(); last != undo_.rend(); ++last) *last->first = last->second;
  undo_.clear();
}

bool Counters::write() {
  for (const auto* touched : touched_) {
    if (!touched->second.changed) continue;
    Statement write = connection_.prepare(
        "INSERT INTO tandem_counters VALUES(?,?)"
        " ON CONFLICT(key) DO UPDATE SET value=excluded.value");
    if (!write.bind(touched->first).bind(touched->second.value).run()) return false;
  }
  return true;
}

void Counters::keep_group() {
  for (auto* touched : touched_) touched->second.changed = false;
  touched_.clear();
  if (known_.size() > kMaxKnownCounters) known_.clear();
}

void Counters::forget() {
  undo_.clear();
  touched_.clear();
  known_.clear();
}

}  // namespace tandem::store::sqlite
