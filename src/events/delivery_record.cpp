#include "events/delivery_record.h"

#include "core/assert.h"
#include "core/json.h"
#include "events/body.h"

namespace tandem::events {
namespace {

constexpr size_t kFrameBytes = 512;
constexpr size_t kAttemptBytes = 768;

void append_attempts(json::Writer& out, std::span<const Attempt> attempts, json::View earlier) {
  out.array();
  std::string text;
  for (auto attempt = attempts.rbegin(); attempt != attempts.rend(); ++attempt) {
    text.clear();
    append_attempt(text, *attempt);
    out.raw(text);
  }
  for (const json::View attempt : earlier.items()) out.value(attempt);
  out.end();
}

}  // namespace

std::string delivery_record(const Delivery& delivery, bool delivered,
                            std::span<const Attempt> attempts, std::string_view before,
                            WallTime now) {
  std::optional<json::Document> earlier;
  if (!before.empty()) {
    auto parsed = json::Document::parse(before);
    TANDEM_ASSERT(parsed);
    earlier = std::move(*parsed);
  }
  const json::View root = earlier ? earlier->root() : json::View();
  const WallTime first = attempts.empty() ? now : attempts.front().started_at;
  const WallTime last = attempts.empty() ? now : attempts.back().finished_at;

  std::string text;
  text.reserve(before.size() + kFrameBytes + attempts.size() * kAttemptBytes);
  json::Writer out(text);
  out.object()
      .member("id", delivery.id)
      .member("record_type", "webhook_delivery")
      .member("user_id", delivery.event.account)
      .member("status", delivered ? "delivered" : "failed")
      .member("event_type", delivery.event.type)
      .member("started_at",
              root["started_at"].is_string() ? root["started_at"].string() : to_iso8601(first))
      .member("finished_at", to_iso8601(last))
      .key("attempts");
  append_attempts(out, attempts, root["attempts"]);
  // Those that failed are few, and what is looked for.
  if (!delivered) out.member("_failed", true);
  if (delivery.id != delivery.event.id) out.member("_event", delivery.event.id);
  out.end();
  return text;
}

std::string webhook_of(const store::Snapshot& snapshot, const json::Value& record) {
  const std::string_view id = record["_event"].string(record["id"].string());
  if (const auto event = find_event(snapshot, id)) return event_json(*event);
  return event_json(
      {.id = std::string(id),
       .account = {},
       .type = std::string(record["event_type"].string()),
       .subject = {},
       .payload = "{}",
       .occurred_at = parse_iso8601(record["started_at"].string()).value_or(WallTime()),
       .target = {}});
}

}  // namespace tandem::events
