#include "events/outbox.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "core/assert.h"
#include "core/json.h"
#include "events/target.h"

namespace tandem::events {
namespace {

constexpr size_t kTargetKeyBytes = 16;
constexpr size_t kMaxSubjectBytes = 128;

/// `<target>:<due in milliseconds, 14 digits>`: sorted by it, a target's rows lie together, the
/// earliest first.
std::string slot_at(std::string_view target, WallTime due) {
  const int64_t millis = std::max<int64_t>(0, due.time_since_epoch().count());
  return fmt::format("{}:{:014}", target, millis);
}

WallTime due_of(std::string_view slot) {
  int64_t millis = 0;
  for (const char digit : slot.substr(kTargetKeyBytes + 1)) millis = millis * 10 + (digit - '0');
  return WallTime(Millis(millis));
}

/// Behind every slot of the target: ';' follows ':'.
std::string end_of(std::string_view target) { return std::string(target) + ";"; }

store::Query owed_between(std::string from, std::string to, int64_t limit) {
  store::Query query;
  query.collection = kOutbox;
  query.account = "";
  query.where.push_back({"slot", store::Compare::Gt, {std::move(from)}});
  if (!to.empty()) query.where.push_back({"slot", store::Compare::Lte, {std::move(to)}});
  query.order.push_back({"slot"});
  query.limit = limit;
  return query;
}

/// An outbox row, read but for its event.
struct Owed {
  Delivery delivery;
  std::string event_id;
  int64_t revision = 0;
};

Owed read_row(store::Row row) {
  const auto document = json::Document::parse(row.body);
  TANDEM_ASSERT(document);
  const json::View root = document->root();
  Owed owed;
  owed.revision = row.revision;
  owed.event_id = root["event"].string();
  Delivery& delivery = owed.delivery;
  delivery.id = std::move(row.id);
  delivery.sequence = row.sequence;
  delivery.lane = root["lane"].string();
  delivery.due = due_of(root["slot"].string());
  delivery.owed_since = WallTime(Millis(root["since"].integer()));
  delivery.rounds = static_cast<int>(root["rounds"].integer());
  delivery.attempts = static_cast<int>(root["attempts"].integer());
  delivery.event.id = owed.event_id;
  delivery.event.target = read_target(root["target"]);
  return owed;
}

std::optional<store::Row> oldest_of(const store::Snapshot& snapshot, const std::string& lane) {
  store::Query query;
  query.collection = kOutbox;
  query.account = "";
  query.where.push_back({"lane", store::Compare::Eq, {lane}});
  query.order.push_back({"lane"});
  query.limit = 1;
  store::Page page = snapshot.list(query);
  if (page.rows.empty()) return std::nullopt;
  return std::move(page.rows.front());
}

/// Reads one target's rows for read_backlog().
class Reader {
 public:
  Reader(const store::Snapshot& snapshot, WallTime now,
         const std::unordered_set<std::string>& known)
      : snapshot_(snapshot), now_(now), known_(known) {}

  Backlog read(std::string_view target, size_t limit) {
    store::Page page = snapshot_.list(owed_between(std::string(target) + ":", slot_at(target, now_),
                                                   static_cast<int64_t>(known_.size() + limit)));
    std::vector<Owed> rows;
    for (store::Row& row : page.rows) {
      if (known_.contains(row.id)) continue;
      if (rows.size() == limit) break;
      rows.push_back(read_row(std::move(row)));
    }
    backlog_.more = page.more || rows.size() == limit;
    const auto order = [](const Owed& a, const Owed& b) {
      return a.delivery.sequence < b.delivery.sequence;
    };
    std::sort(rows.begin(), rows.end(), order);
    for (Owed& row : rows) sort_out(std::move(row));
    read_next_due(target);
    return std::move(backlog_);
  }

 private:
  /// What stands before the rows of a lane.
  struct Lane {
    std::string oldest;                 // id of its first row
    std::optional<WallTime> waits_for;  // that row's time, when it is still to come
  };

  Lane& lane_of_row(const std::string& name) {
    const auto [at, fresh] = lanes_.try_emplace(name);
    Lane& lane = at->second;
    if (!fresh) return lane;
    auto row = oldest_of(snapshot_, name);
    TANDEM_ASSERT(row);
    lane.oldest = row->id;
    if (known_.contains(lane.oldest)) return lane;
    Owed oldest = read_row(std::move(*row));
    if (oldest.delivery.due > now_) {
      lane.waits_for = oldest.delivery.due;
    } else {
      // Due, but behind the end of this page: it goes before the younger ones all the same.
      take(lane, std::move(oldest));
    }
    return lane;
  }

  void sort_out(Owed owed) {
    Lane& lane = lane_of_row(owed.delivery.lane);
    if (lane.waits_for) {
      owed.delivery.due = *lane.waits_for;
      backlog_.parked.push_back(outbox_row(owed.delivery));
      backlog_.parked.back().expected = owed.revision;
    } else if (owed.delivery.id != lane.oldest) {
      take(lane, std::move(owed));
    }
  }

  void take(Lane& lane, Owed owed) {
    Delivery& delivery = owed.delivery;
    auto event = find_event(snapshot_, owed.event_id);
    if (!event) {
      backlog_.orphans.push_back(delivery.id);
      return;
    }
    event->target = std::move(delivery.event.target);
    delivery.event = std::move(*event);
    delivery.first = delivery.id == lane.oldest;
    backlog_.ready.push_back(std::move(delivery));
  }

  void read_next_due(std::string_view target) {
    const store::Page page = snapshot_.list(owed_between(slot_at(target, now_), end_of(target), 1));
    if (page.rows.empty()) return;
    const auto document = json::Document::parse(page.rows.front().body);
    TANDEM_ASSERT(document);
    backlog_.next_due = due_of(document->root()["slot"].string());
  }

  const store::Snapshot& snapshot_;
  WallTime now_;
  const std::unordered_set<std::string>& known_;
  std::map<std::string, Lane> lanes_;
  Backlog backlog_;
};

}  // namespace

std::string lane_of(const Event& event, std::string_view subject) {
  std::string lane = target_key(event.account, event.target) + ":";
  if (subject.size() <= kMaxSubjectBytes) return lane.append(subject);
  return lane + "#" + hash_of(subject);
}

std::string_view target_of(std::string_view lane) { return lane.substr(0, kTargetKeyBytes); }

Delivery owed_by(const Event& event) {
  Delivery delivery;
  delivery.id = event.id;
  delivery.event = event;
  delivery.lane = lane_of(event, event.subject.empty() ? event.id : event.subject);
  delivery.due = event.occurred_at;
  delivery.owed_since = event.occurred_at;
  return delivery;
}

store::Put outbox_row(const Delivery& delivery) {
  std::string body;
  body.reserve(256 + delivery.event.target.url.size() + delivery.event.target.failover_url.size());
  json::Writer out(body);
  out.object()
      .member("event", delivery.event.id)
      .member("slot", slot_at(target_of(delivery.lane), delivery.due))
      .member("lane", delivery.lane)
      .member("since", delivery.owed_since.time_since_epoch().count())
      .member("rounds", delivery.rounds)
      .member("attempts", delivery.attempts)
      .key("target");
  append_target(out, delivery.event.target);
  out.end();
  // No time of creation: the store puts it before the sequence, and clocks must not decide here.
  return {.collection = std::string(kOutbox),
          .id = delivery.id,
          .account = {},
          .body = std::move(body)};
}

Backlog read_backlog(const store::Snapshot& snapshot, std::string_view target, WallTime now,
                     const std::unordered_set<std::string>& known, size_t limit) {
  return Reader(snapshot, now, known).read(target, limit);
}

std::optional<std::string> next_target(const store::Snapshot& snapshot, std::string_view previous) {
  const store::Page page =
      snapshot.list(owed_between(previous.empty() ? "" : end_of(previous), "", 1));
  if (page.rows.empty()) return std::nullopt;
  const auto document = json::Document::parse(page.rows.front().body);
  TANDEM_ASSERT(document);
  return std::string(target_of(document->root()["slot"].string()));
}

}  // namespace tandem::events
