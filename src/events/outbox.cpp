#include "events/outbox.h"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "core/assert.h"
#include "core/json.h"
#include "events/target.h"

namespace tandem::events {
namespace {

constexpr size_t kTargetKeyBytes = 16;
constexpr size_t kMaxSubjectBytes = 128;
/// Rows that are read at once.
constexpr int64_t kRowsOfPage = 256;

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

/// What a row owes.
struct Owed {
  Delivery delivery;
  int64_t revision = 0;   // of its own row
  bool complete = false;  // with its event
};

Owed read_row(const store::Row& row) {
  const auto document = json::Document::parse(row.body);
  TANDEM_ASSERT(document);
  const json::View root = document->root();
  Owed owed;
  owed.revision = row.revision;
  Delivery& delivery = owed.delivery;
  delivery.id = row.id;
  delivery.sequence = row.sequence;
  delivery.lane = root["lane"].string();
  delivery.due = due_of(root["slot"].string());
  delivery.owed_since = WallTime(Millis(root["since"].integer()));
  delivery.rounds = static_cast<int>(root["rounds"].integer());
  delivery.attempts = static_cast<int>(root["attempts"].integer());
  delivery.event.id = root["event"].string();
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
    std::vector<Owed> found;
    store::Query query =
        owed_between(std::string(target) + ":", slot_at(target, now_), kRowsOfPage);
    do {
      const store::Page page = snapshot_.list(query);
      for (const store::Row& row : page.rows) {
        if (found.size() >= limit) break;
        expand(row, found);
      }
      backlog_.more = page.more || found.size() >= limit;
      query.offset += kRowsOfPage;
      if (!page.more) break;
    } while (found.size() < limit);
    // Within a row they stand in order already.
    const auto order = [](const Owed& a, const Owed& b) {
      return a.delivery.sequence < b.delivery.sequence;
    };
    std::stable_sort(found.begin(), found.end(), order);
    for (Owed& owed : found) sort_out(std::move(owed));
    read_next_due(target);
    return std::move(backlog_);
  }

 private:
  /// What stands before the deliveries of a lane.
  struct Lane {
    std::string oldest;                 // id of its first row, if it has any
    std::optional<WallTime> waits_for;  // that row's time, when it is still to come
  };

  void expand(const store::Row& row, std::vector<Owed>& found) {
    const auto document = json::Document::parse(row.body);
    TANDEM_ASSERT(document);
    const json::View members = document->root()["events"];
    if (members.exists()) return expand_bundle(row, members, found);
    if (!known_.contains(row.id)) found.push_back(read_row(row));
  }

  void expand_bundle(const store::Row& row, json::View members, std::vector<Owed>& found) {
    size_t open = 0;
    for (const json::View member : members.items()) {
      const std::string id(member.string());
      const bool known = known_.contains(id);
      if (!known && (snapshot_.get(kDeliveries, id) || snapshot_.get(kOutbox, id))) continue;
      auto event = known ? std::optional(Event()) : find_event(snapshot_, id);
      if (!event) continue;
      ++open;
      if (known) continue;
      Owed owed{owed_by(std::move(*event))};
      owed.complete = true;
      owed.delivery.bundle = row.id;
      owed.delivery.sequence = row.sequence;
      found.push_back(std::move(owed));
    }
    if (open == 0) return backlog_.orphans.push_back(row.id);
    const bool gave = !found.empty() && found.back().delivery.bundle == row.id;
    if (gave) backlog_.bundles.emplace(row.id, open);
  }

  Lane& lane_of_row(const std::string& name) {
    const auto [at, fresh] = lanes_.try_emplace(name);
    Lane& lane = at->second;
    if (!fresh) return lane;
    const auto row = oldest_of(snapshot_, name);
    if (!row) return lane;
    lane.oldest = row->id;
    if (known_.contains(lane.oldest)) return lane;
    Owed oldest = read_row(*row);
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
      backlog_.parked.push_back({outbox_row(owed.delivery), owed.delivery.bundle});
      backlog_.parked.back().row.expected = owed.revision;
    } else if (owed.delivery.id != lane.oldest) {
      take(lane, std::move(owed));
    }
  }

  void take(const Lane& lane, Owed owed) {
    Delivery& delivery = owed.delivery;
    if (!owed.complete) {
      auto event = find_event(snapshot_, delivery.event.id);
      if (!event) return backlog_.orphans.push_back(delivery.id);
      event->target = std::move(delivery.event.target);
      delivery.event = std::move(*event);
    }
    // Of what is bundled nobody knows what stands before it.
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

bool one_target(const Event& a, const Event& b) {
  return a.account == b.account && a.target.url == b.target.url &&
         a.target.failover_url == b.target.failover_url && a.target.shape == b.target.shape;
}

}  // namespace

std::vector<Bundle> bundles_of(std::span<const Event> events) {
  std::vector<Bundle> bundles;
  std::vector<size_t> open;  // one a target
  for (size_t i = 0; i < events.size(); ++i) {
    if (events[i].target.url.empty()) continue;
    const auto same = std::find_if(open.begin(), open.end(), [&](size_t at) {
      return one_target(events[bundles[at].members.front()], events[i]);
    });
    if (same != open.end() && bundles[*same].members.size() < Bundle::kMostEvents) {
      bundles[*same].members.push_back(i);
      continue;
    }
    if (same == open.end()) {
      open.push_back(bundles.size());
    } else {
      *same = bundles.size();
    }
    bundles.push_back({{}, {i}});
  }
  for (Bundle& bundle : bundles) {
    if (bundle.members.size() > 1) bundle.id = "bundle/" + events[bundle.members.front()].id;
  }
  return bundles;
}

store::Put bundle_row(const Bundle& bundle, std::span<const Event> events) {
  const Event& first = events[bundle.members.front()];
  std::string body;
  json::Writer out(body);
  out.object()
      .member("slot", slot_at(target_key(first.account, first.target), first.occurred_at))
      .key("events")
      .array();
  for (const size_t member : bundle.members) out.value(events[member].id);
  out.end().end();
  return {.collection = std::string(kOutbox),
          .id = bundle.id,
          .account = {},
          .body = std::move(body),
          .expected = store::kNew};
}

std::string lane_of(const Event& event, std::string_view subject) {
  std::string lane = target_key(event.account, event.target) + ":";
  if (subject.size() <= kMaxSubjectBytes) return lane.append(subject);
  return lane + "#" + hash_of(subject);
}

std::string_view target_of(std::string_view lane) { return lane.substr(0, kTargetKeyBytes); }

Delivery owed_by(Event event) {
  Delivery delivery;
  delivery.id = event.id;
  delivery.lane = lane_of(event, event.subject.empty() ? event.id : event.subject);
  delivery.due = event.occurred_at;
  delivery.owed_since = event.occurred_at;
  delivery.event = std::move(event);
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
