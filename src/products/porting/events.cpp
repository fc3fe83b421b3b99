#include "products/porting/events.h"

#include <string>

#include "products/common/notifier.h"
#include "products/porting/bind.h"
#include "products/porting/porting.h"

namespace tandem::products::porting {
namespace {

using api::Call;
using api::Effects;
using api::Outcome;
using contract::Op;

constexpr std::string_view kPortoutEvents = "portout_events";
/// As /notification_events names what port-outs tell of.
constexpr std::string_view kPortoutNotice = "Port Out";

json::Value event_document(std::string_view record_type, std::string_view type,
                           const json::Value& payload, api::Moment moment) {
  const std::string now = to_iso8601(moment.now);
  return json::Value::object({{"id", moment.ids.uuid()},
                              {"record_type", record_type},
                              {"event_type", type},
                              {"payload_status", "completed"},
                              {"payload", payload},
                              {"created_at", now},
                              {"updated_at", now}});
}

void send(const json::Value& document, std::string_view account, std::string_view subject,
          std::string_view url, api::Moment moment, Effects& effects) {
  events::Event event;
  event.id = moment.ids.uuid();
  event.account = account;
  event.type = document["event_type"].string();
  event.subject = subject;
  event.payload = document["payload"].text();
  event.occurred_at = moment.now;
  event.target.url = url;
  effects.events.push_back(std::move(event));
}

void send_notice(const store::Snapshot& snapshot, const json::Value& document,
                 std::string_view account, api::Moment moment, Effects& effects) {
  Notice notice{kPortoutNotice, document["payload"]};
  notice.type = document["event_type"].string();
  notify(snapshot, moment, account, notice, effects);
}

Outcome republish_order_event(const api::Registry& registry, const Call& call,
                              const store::Snapshot& snapshot) {
  const auto row = registry.engine(kEvents)->find(call, snapshot, call.param("id"));
  if (!row) return tl::unexpected(row.error());
  const json::Value document = api::document_of(*row);
  Effects effects;
  send(document, call.account.id, document["porting_order_id"].string(), document["_url"].string(),
       {call.now, call.ids}, effects);
  effects.reply = api::Reply::empty();
  return effects;
}

Outcome republish_portout_event(const api::Registry& registry, const Call& call,
                                const store::Snapshot& snapshot) {
  const auto row = registry.engine(kPortoutEvents)->find(call, snapshot, call.param("id"));
  if (!row) return tl::unexpected(row.error());
  const json::Value document = api::document_of(*row);
  Effects effects;
  send_notice(snapshot, document, call.account.id, {call.now, call.ids}, effects);
  effects.reply = api::Reply::empty();
  return effects;
}

}  // namespace

void tell_order(const json::Value& order, std::string_view account, std::string_view type,
                const json::Value& payload, api::Moment moment, Effects& effects) {
  const std::string_view url = order["webhook_url"].string();
  json::Value document = event_document("porting_event", type, payload, moment);
  document.set("porting_order_id", order["id"]);
  document.set("available_notification_methods",
               url.empty() ? json::Value::array() : json::Value::array({"webhook"}));
  document.set("_url", url);
  effects.put(std::string(kEvents), std::string(document["id"].string()), std::string(account),
              document, store::kNew, moment.now);
  send(document, account, order["id"].string(), url, moment, effects);
}

void tell_status(const json::Value& order, std::string_view account, api::Moment moment,
                 Effects& effects) {
  json::Value payload = json::Value::object({{"id", order["id"]},
                                             {"support_key", order["support_key"]},
                                             {"status", order["status"]},
                                             {"updated_at", to_iso8601(moment.now)}});
  for (const char* name : {"customer_reference", "webhook_url"}) {
    if (order[name].is_string()) payload.set(name, order[name]);
  }
  tell_order(order, account, "porting_order.status_changed", payload, moment, effects);
}

void tell_portout(const store::Snapshot& snapshot, const json::Value& portout,
                  std::string_view account, std::string_view type, const json::Value& payload,
                  api::Moment moment, Effects& effects) {
  json::Value document = event_document("portout_event", type, payload, moment);
  document.set("portout_id", portout["id"]);
  document.set("available_notification_methods", json::Value::array({"webhook"}));
  effects.put(std::string(kPortoutEvents), std::string(document["id"].string()),
              std::string(account), document, store::kNew, moment.now);
  send_notice(snapshot, document, account, moment, effects);
}

void declare_events(api::Registry& registry) {
  bind(registry, Op::RepublishPortingEvent, republish_order_event);
  bind(registry, Op::RepublishPortoutEvent, republish_portout_event);
  registry.resource({.path = "/porting/events",
                     .collection = std::string(kEvents),
                     .record_type = "porting_event",
                     .filters = {{"type", "event_type"}}});
  registry.resource({.path = "/portouts/events",
                     .collection = std::string(kPortoutEvents),
                     .record_type = "portout_event"});
}

}  // namespace tandem::products::porting
