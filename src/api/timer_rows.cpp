#include "api/timer_rows.h"

#include <algorithm>

#include "api/collections.h"
#include "core/assert.h"
#include "core/json.h"

namespace tandem::api {

store::Put timer_row(const Timer& timer, int failures, int64_t expected) {
  std::string body;
  json::Writer(body)
      .object()
      .member("workflow", timer.workflow)
      .member("due_ms", static_cast<int64_t>(timer.due.time_since_epoch().count()))
      .member("payload", timer.payload)
      .member("failures", failures)
      .end();
  return {std::string(kTimers), timer.id, timer.account, std::move(body), expected, {}};
}

StoredTimer read_timer(const store::Row& row) {
  const auto document = json::Document::parse(row.body);
  TANDEM_ASSERT(document.has_value());  // only timer_row writes them
  const json::View root = document->root();
  StoredTimer stored;
  stored.timer.id = row.id;
  stored.timer.account = row.account;
  stored.timer.workflow = std::string(root["workflow"].string());
  stored.timer.due = WallTime(Millis(root["due_ms"].integer()));
  stored.timer.payload = std::string(root["payload"].string());
  stored.failures = static_cast<int>(root["failures"].integer());
  stored.revision = row.revision;
  return stored;
}

std::optional<WallTime> seal(Effects& effects) {
  events::record(effects.batch, effects.events);
  std::optional<WallTime> earliest;
  for (const Timer& timer : effects.timers) {
    effects.batch.puts.push_back(timer_row(timer));
    earliest = earliest ? std::min(*earliest, timer.due) : timer.due;
  }
  for (std::string& id : effects.cancelled_timers) {
    effects.batch.removes.push_back({std::string(kTimers), std::move(id), store::kAnyRevision});
  }
  return earliest;
}

}  // namespace tandem::api
