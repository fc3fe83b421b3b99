#include "events/event.h"

#include "core/assert.h"
#include "core/json.h"
#include "events/outbox.h"
#include "events/target.h"

namespace tandem::events {
namespace {

constexpr size_t kEnvelopeBytes = 512;

std::string log_body(const Event& event) {
  std::string text;
  text.reserve(event.payload.size() + kEnvelopeBytes);
  json::Writer out(text);
  out.object()
      .member("id", event.id)
      .member("record_type", "event")
      .member("event_type", event.type)
      .member("subject", event.subject)
      .member("occurred_at", to_iso8601(event.occurred_at))
      .raw_member("payload", event.payload)
      .key("target");
  append_target(out, event.target);
  out.end();
  return text;
}

}  // namespace

std::vector<store::Collection> collections() {
  return {
      {std::string(kEventLog), {{.path = "subject"}}},
      {std::string(kOutbox), {{.path = "slot"}, {.path = "lane"}}},
      {std::string(kDeliveries), {}},
  };
}

void record(store::Batch& batch, const Event& event) {
  TANDEM_ASSERT(!event.id.empty());
  batch.puts.push_back({.collection = std::string(kEventLog),
                        .id = event.id,
                        .account = event.account,
                        .body = log_body(event),
                        .expected = store::kNew,
                        .created_at = event.occurred_at});
  if (!event.target.url.empty()) batch.puts.push_back(outbox_row(owed_by(event)));
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
  event.occurred_at = parse_iso8601(root["occurred_at"].string()).value_or(WallTime{});
  event.target = read_target(root["target"]);
  return event;
}

}  // namespace tandem::events
