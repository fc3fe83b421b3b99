#include "events/body.h"

#include "core/json.h"
#include "http/message.h"

namespace tandem::events {
namespace {

constexpr size_t kEnvelopeBytes = 384;

void append_event(json::Writer& out, const Event& event) {
  out.object()
      .member("event_type", event.type)
      .member("id", event.id)
      .member("occurred_at", to_iso8601(event.occurred_at))
      .raw_member("payload", event.payload)
      .member("record_type", "event")
      .end();
}

void append_v2(json::Writer& out, const Event& event, int attempt, std::string_view url) {
  out.object().key("data");
  append_event(out, event);
  out.key("meta").object().member("attempt", attempt).member("delivered_to", url).end();
  out.end();
}

/// The leg and session ids lie beside the event in this form; events that are about no call have
/// none.
void append_call_ids(json::Writer& out, const Event& event) {
  const auto payload = json::Document::parse(event.payload);
  for (const std::string_view name : {"call_leg_id", "call_session_id"}) {
    const json::View id = payload ? payload->root()[name] : json::View();
    out.key(name);
    if (id.is_string()) {
      out.value(id.string());
    } else {
      out.value(nullptr);
    }
  }
}

void append_v1(json::Writer& out, const Event& event, int attempt, std::string_view url) {
  out.object();
  append_call_ids(out, event);
  out.member("event_timestamp", to_iso8601(event.occurred_at)).key("metadata").object();
  out.member("attempt", attempt).member("delivered_to", url).key("event");
  append_event(out, event);
  out.member("status", "delivered").end();
  out.member("name", event.type)
      .member("organization_id", nullptr)
      .member("type", "webhook")
      .member("user_id", event.account)
      .end();
}

}  // namespace

std::string event_json(const Event& event) {
  std::string text;
  text.reserve(event.payload.size() + kEnvelopeBytes);
  json::Writer out(text);
  append_event(out, event);
  return text;
}

std::string webhook_body(const Event& event, int attempt, std::string_view url) {
  if (event.target.shape == Target::Shape::Raw) return event.payload;
  std::string text;
  text.reserve(event.payload.size() + url.size() + kEnvelopeBytes);
  json::Writer out(text);
  if (event.target.shape == Target::Shape::V1) {
    append_v1(out, event, attempt, url);
  } else {
    append_v2(out, event, attempt, url);
  }
  return text;
}

std::string webhook_query(std::string_view body) {
  const auto document = json::Document::parse(body);
  if (!document || !document->root().is_object()) return "payload=" + http::url_encode(body);
  std::string query;
  for (const auto& [name, value] : document->root().members()) {
    if (!query.empty()) query += '&';
    query += http::url_encode(name) + '=';
    query += http::url_encode(value.is_string() ? std::string(value.string()) : value.text());
  }
  return query;
}

}  // namespace tandem::events
