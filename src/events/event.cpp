#include "events/event.h"

#include "core/assert.h"
#include "core/json.h"
#include "events/outbox.h"
#include "events/target.h"

namespace tandem::events {
namespace {

constexpr size_t kEnvelopeBytes = 512;

std::string log_body(const Event& event, std::string_view bundle) {
  std::string text;
  text.reserve(event.payload.size() + kEnvelopeBytes);
  json::Writer out(text);
  // Its id and time are the row's.
  out.object()
      .member("event_type", event.type)
      .member("subject", event.subject)
      .raw_member("payload", event.payload)
      .key("target");
  append_target(out, event.target);
  if (!bundle.empty()) out.member("bundle", bundle);
  out.end();
  return text;
}

void log_event(store::Batch& batch, const Event& event, std::string_view bundle) {
  TANDEM_ASSERT(!event.id.empty());
  batch.puts.push_back({.collection = std::string(kEventLog),
                        .id = event.id,
                        .account = event.account,
                        .body = log_body(event, bundle),
                        .expected = store::kNew,
                        .created_at = event.occurred_at});
}

}  // namespace

std::vector<store::Collection> collections() {
  return {
      {std::string(kEventLog), {}},
      {.name = std::string(kOutbox),
       .indexes = {{.path = "slot"}, {.path = "lane"}},
       .by_time = false},
      {std::string(kDeliveries), {}},
  };
}

void record(store::Batch& batch, std::span<const Event> events) {
  const std::vector<Bundle> bundles = bundles_of(events);
  std::vector<std::string_view> names(events.size());
  for (const Bundle& bundle : bundles) {
    for (const size_t member : bundle.members) names[member] = bundle.id;
  }
  for (size_t i = 0; i < events.size(); ++i) log_event(batch, events[i], names[i]);
  for (const Bundle& bundle : bundles) {
    const Event& first = events[bundle.members.front()];
    batch.puts.push_back(bundle.id.empty() ? outbox_row(owed_by(first))
                                           : bundle_row(bundle, events));
  }
}

void record_again(store::Batch& batch, const Event& event, std::string_view delivery_id,
                  WallTime now) {
  TANDEM_ASSERT(!event.target.url.empty());
  Delivery delivery = owed_by(event);
  delivery.id = delivery_id;
  delivery.lane = lane_of(event, "again:" + delivery.id);
  delivery.due = now;
  delivery.owed_since = now;
  batch.puts.push_back(outbox_row(delivery));
}

std::optional<Event> find_event(const store::Snapshot& snapshot, std::string_view id) {
  auto row = snapshot.get(kEventLog, id);
  if (!row) return std::nullopt;
  const auto document = json::Document::parse(row->body);
  TANDEM_ASSERT(document);
  const json::View root = document->root();
  Event event;
  event.id = std::move(row->id);
  event.account = std::move(row->account);
  event.type = root["event_type"].string();
  event.subject = root["subject"].string();
  event.payload = root["payload"].text();
  event.occurred_at = row->created_at;
  event.target = read_target(root["target"]);
  return event;
}

bool is_owed(const store::Snapshot& snapshot, const store::Row& row) {
  if (snapshot.get(kOutbox, row.id)) return true;
  const auto document = json::Document::parse(row.body);
  TANDEM_ASSERT(document);
  const std::string_view bundle = document->root()["bundle"].string();
  return !bundle.empty() && snapshot.get(kOutbox, bundle) && !snapshot.get(kDeliveries, row.id);
}

}  // namespace tandem::events
