#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>
#include <string>
#include <utility>

#include "contract/operations.h"
#include "ledger/books.h"
#include "ledger/holds.h"
#include "ledger/rates.h"
#include "products/common/steps.h"
#include "products/messaging/checks.h"
#include "products/messaging/delivery.h"
#include "products/messaging/media.h"
#include "products/messaging/message.h"
#include "products/messaging/message_record.h"
#include "products/messaging/outbound.h"
#include "products/messaging/rcs.h"

// Sending by RCS. A message is queued with its money set aside; a timer, which stands until the
// network has answered, submits it. What the network says moves it on: sent, delivered, or, where
// the phone has no RCS, a text or picture message in its place.

namespace tandem::products::messaging {
namespace {

using api::ApiError;
using api::Call;
using api::Effects;
using api::Moment;
using api::Outcome;
using api::refuse;
using carrier::RcsAnswer;
using carrier::RcsReport;
using contract::Op;

constexpr std::string_view kSubmit = "messaging.submit_rcs";
constexpr std::string_view kCurrency = "USD";
constexpr int kUndeliverable = 40008;
constexpr int kExpired = 40014;

/// What the steps of a message need.
struct Means {
  const api::Registry& registry;
  SendingMeans sending;
  carrier::RcsNetwork* network = nullptr;
};

std::string hold_of(std::string_view id) { return "rcs/" + std::string(id); }

/// "10.5s", as JSON writes durations.
std::optional<Millis> read_ttl(std::string_view text) {
  if (text.size() < 2 || text.back() != 's') return std::nullopt;
  double seconds = 0;
  const char* end = text.data() + text.size() - 1;
  const auto [stopped, error] = std::from_chars(text.data(), end, seconds);
  if (error != std::errc() || stopped != end || seconds <= 0 || seconds > 15 * 86'400) {
    return std::nullopt;
  }
  return Millis(static_cast<int64_t>(seconds * 1'000));
}

/// When it is not worth sending any more.
Result<WallTime, ApiError> read_expiry(json::View content, WallTime now) {
  if (content["expire_time"].is_string()) {
    const auto at = parse_iso8601(content["expire_time"].string());
    if (!at || *at <= now) {
      return refuse("10015", "The message expires in the future.", "/agent_message/expire_time");
    }
    return *at;
  }
  if (content["ttl"].is_string()) {
    const auto ttl = read_ttl(content["ttl"].string());
    if (!ttl) {
      return refuse("10015", "A time to live is up to 15 days, written as \"10.5s\".",
                    "/agent_message/ttl");
    }
    return now + *ttl;
  }
  return now + kValidity;
}

Result<void, ApiError> check_agent_message(json::View content) {
  const json::View message = content["content_message"];
  const bool event = content["event"]["event_type"].is_string();
  int kinds = 0;
  for (const std::string_view kind : {"text", "rich_card", "content_info"}) {
    if (!message[kind].is_null()) ++kinds;
  }
  if (kinds + (event ? 1 : 0) == 1) return {};
  return refuse("40316", "The message is one of a text, a rich card, a file or an event.",
                "/agent_message");
}

/// The text or picture message that stands in; null when none shall.
json::Value fallback_of(json::View body) {
  for (const std::string_view kind : {"mms_fallback", "sms_fallback"}) {
    if (!body[kind].is_object()) continue;
    json::Value fallback{json::Value(body[kind])};
    fallback.set("type", kind == "mms_fallback" ? "MMS" : "SMS");
    return fallback;
  }
  return {};
}

json::Value make_message(const Call& call, const json::Value& agent, const Profile& profile,
                         WallTime expires, ledger::Nanos price) {
  const json::View body = call.body;
  json::Value to = json::Value::array({json::Value::object({{"phone_number", body["to"].string()},
                                                            {"status", "queued"},
                                                            {"carrier", ""},
                                                            {"line_type", "Wireless"}})});
  json::Value message =
      json::Value::object({{"id", call.ids.uuid()},
                           {"record_type", "message"},
                           {"direction", "outbound"},
                           {"type", "RCS"},
                           {"encoding", "UTF-8"},
                           {"organization_id", call.account.id},
                           {"messaging_profile_id", profile.id},
                           {"from", json::Value::object({{"agent_id", agent["agent_id"]},
                                                         {"agent_name", agent["agent_name"]},
                                                         {"carrier", "Tandem"}})},
                           {"received_at", to_iso8601(call.now)},
                           {"errors", json::Value::array()},
                           {"_expires_at", to_iso8601(expires)},
                           {"_price", price},
                           {"_submits", 0},
                           {"_profile_name", profile.name},
                           {"_status", "queued"}});
  message.set("to", std::move(to));
  message.set("body", json::Value(body["agent_message"]));
  message.set("_fallback", fallback_of(body));
  const std::string_view own = body["webhook_url"].string();
  const std::string_view url = !own.empty() ? own : agent["webhook_url"].string();
  message.set("webhook_url", !url.empty() ? url : std::string_view(profile.webhook_url));
  message.set("webhook_failover_url", agent["webhook_failover_url"].string());
  return message;
}

api::Timer submit_timer(std::string_view id, std::string_view account, WallTime due) {
  return document_timer(kSubmit, id, account, due);
}

Outcome send(const Means& means, const Call& call, const store::Snapshot& snapshot) {
  const json::View body = call.body;
  const auto agent = find_rcs_agent(means.registry, snapshot, call.account,
                                    body["agent_id"].string(), "/agent_id");
  if (!agent) return tl::unexpected(agent.error());
  const auto profile = find_profile(snapshot, body["messaging_profile_id"].string());
  if (!profile || profile->account != call.account.id) {
    return refuse("10017", "You have no such messaging profile.", "/messaging_profile_id");
  }
  SendRequest receiver;
  receiver.to = {std::string(body["to"].string())};
  if (auto ok = check_receivers(receiver); !ok) return tl::unexpected(ok.error());
  const std::string& to = receiver.to.front();
  if (auto ok = check_profile(*profile, to); !ok) return tl::unexpected(ok.error());
  Sender sender;
  sender.address = (*agent)["agent_id"].string();
  if (auto ok = check_consent(snapshot, *profile, sender, to); !ok) {
    return tl::unexpected(ok.error());
  }
  if (!may_write(snapshot, *agent, to)) {
    return refuse("10015", "The agent is not launched: invite this number to try it out.", "/to");
  }
  if (auto ok = check_agent_message(body["agent_message"]); !ok) {
    return tl::unexpected(ok.error());
  }
  const auto expires = read_expiry(body["agent_message"], call.now);
  if (!expires) return tl::unexpected(expires.error());
  const ledger::Nanos price = means.sending.terms.rates.service("rcs_message").value_or(0);
  json::Value message = make_message(call, *agent, *profile, *expires, price);
  add_networks(message, snapshot, means.sending.terms);
  const std::string id(message["id"].string());
  Effects effects;
  ledger::open_hold(effects.batch, {.id = hold_of(id),
                                    .owner = call.account.id,
                                    .currency = std::string(kCurrency),
                                    .amount = price,
                                    .opened_at = call.now});
  effects.put(std::string(kRcsMessages), id, call.account.id, message, store::kNew, call.now);
  effects.timers.push_back(submit_timer(id, call.account.id, call.now));
  effects.reply = api::Reply::json(shown_as_data(message));
  return effects;
}

/// One message that something happened to.
struct Change {
  store::Row row;
  json::Value message;
  Moment moment;
  const store::Snapshot& snapshot;
  Effects effects;

  std::string_view status() const { return message["_status"].string(); }
  void move(std::string_view status) { set_status(message, status); }
  std::string say(std::string_view type) {
    events::Target target{.url = std::string(message["webhook_url"].string()),
                          .failover_url = std::string(message["webhook_failover_url"].string())};
    std::string id = moment.ids.uuid();
    effects.events.push_back({.id = id,
                              .account = row.account,
                              .type = std::string(type),
                              .subject = row.id,
                              .payload = shown(message),
                              .occurred_at = moment.now,
                              .target = std::move(target)});
    return id;
  }
  /// `status` is the record's.
  void finalize(std::string_view status, std::optional<int> error) {
    message.set("completed_at", to_iso8601(moment.now));
    std::string event = say("rcs.message.finalized");
    add_rcs_record(message, {status, error, std::move(event)},
                   {moment, snapshot, effects, row.account});
  }
  Effects done() {
    effects.put(std::string(kRcsMessages), row.id, row.account, message, row.revision);
    return std::move(effects);
  }
};

std::optional<Change> find_change(const std::string& id, const Moment& moment,
                                  const store::Snapshot& snapshot) {
  auto row = snapshot.get(kRcsMessages, id);
  if (!row) return std::nullopt;
  json::Value message = api::document_of(*row);
  return Change{std::move(*row), std::move(message), moment, snapshot, {}};
}

void pay(Change& change, bool charged) {
  const auto hold = ledger::find_hold(change.snapshot, hold_of(change.row.id));
  if (!hold) return;
  if (!charged) return ledger::release(change.effects.batch, *hold);
  ledger::Note note;
  note.id = hold_of(change.row.id);
  note.owner = change.row.account;
  note.currency = kCurrency;
  note.product = ledger::Product::Messaging;
  note.charge = ledger::Charge::Usage;
  note.reference = change.row.id;
  note.description = change.message["to"].items().front()["phone_number"].string();
  note.occurred_at = change.moment.now;
  ledger::settle(change.effects.batch, *hold, note, {change.message["_price"].integer(), 0, 0});
}

void become_sent(Change& change) {
  change.effects.cancelled_timers.push_back(std::string(kSubmit) + "/" + change.row.id);
  change.move("sent");
  change.message.set("sent_at", to_iso8601(change.moment.now));
  pay(change, true);
  change.say("rcs.message.sent");
}

void fail_message(Change& change, int error, std::string_view detail = {}) {
  change.effects.cancelled_timers.push_back(std::string(kSubmit) + "/" + change.row.id);
  change.move("delivery_failed");
  add_error(change.message, error, detail);
  pay(change, false);
  change.finalize(error == kExpired ? "gw_timeout" : "gw_reject", error);
}

SendRequest fallback_request(const json::Value& message) {
  const json::Value& fallback = message["_fallback"];
  SendRequest request;
  request.from = fallback["from"].string();
  request.to = {std::string(message["to"].items().front()["phone_number"].string())};
  request.profile_id = message["messaging_profile_id"].string();
  request.type = fallback["type"].string();
  if (fallback["text"].is_string()) request.text = fallback["text"].string();
  if (fallback["subject"].is_string()) request.subject = fallback["subject"].string();
  if (fallback["media_urls"].is_array()) {
    for (const json::Value& url : fallback["media_urls"].items()) {
      request.media_urls.emplace_back(url.string());
    }
  }
  request.webhook_url = message["webhook_url"].string();
  request.webhook_failover_url = message["webhook_failover_url"].string();
  return request;
}

/// The phone has no RCS: what stands in is sent under an id of its own, as any message is.
void fall_back(Change& change, const Means& means, SendRequest request) {
  const auto sent = accept(request, change.moment, change.row.account, change.snapshot,
                           means.sending.terms, change.effects);
  if (!sent) {
    const std::string code(sent.error().items.front().code);
    return fail_message(change, std::atoi(code.c_str()), sent.error().items.front().detail);
  }
  announce(*sent, change.row.account, {}, means.sending.queue, change.effects);
  change.message.set("fallback_message_id", (*sent)["id"]);
  fail_message(change, kUndeliverable, "The phone has no RCS; the fallback was sent.");
}

/// What the network said to a submit, with the files of the fallback if there are any.
Effects answered(const Means& means, const std::string& id, RcsAnswer answer,
                 const std::vector<MediaFile>& files, const Moment& moment,
                 const store::Snapshot& snapshot) {
  auto change = find_change(id, moment, snapshot);
  if (!change || change->status() != "queued") return {};
  if (answer == RcsAnswer::TryLater) return {};  // the timer stands
  if (answer == RcsAnswer::Accepted) {
    become_sent(*change);
  } else if (change->message["_fallback"].is_object()) {
    SendRequest request = fallback_request(change->message);
    for (const MediaFile& file : files) {
      request.media.push(means.sending.media.shown(file, moment.now));
    }
    fall_back(*change, means, std::move(request));
  } else {
    fail_message(*change, kUndeliverable, "The phone has no RCS.");
  }
  return change->done();
}

void decide_answer(const Means& means, std::string id, RcsAnswer answer,
                   std::vector<MediaFile> files) {
  means.sending.decide([means, id = std::move(id), answer, files = std::move(files)](
                           const Moment& moment, const store::Snapshot& snapshot) -> Outcome {
    return answered(means, id, answer, files, moment, snapshot);
  });
}

/// Files of a fallback are fetched first; without them it goes as far as its text does.
void take_answer(const Means& means, const std::string& id, RcsAnswer answer,
                 const std::vector<std::string>& urls) {
  if (answer != RcsAnswer::NoRcs || urls.empty()) return decide_answer(means, id, answer, {});
  means.sending.media.fetch(
      urls, /*shrink=*/false,
      [means, id, answer](const Result<std::vector<MediaFile>, ApiError>& files) {
        decide_answer(means, id, answer, files ? *files : std::vector<MediaFile>());
      });
}

void take_report(const Means& means, const std::string& id, RcsReport report) {
  means.sending.decide(
      [id, report](const Moment& moment, const store::Snapshot& snapshot) -> Outcome {
        auto change = find_change(id, moment, snapshot);
        if (!change) return Effects();
        if (change->status() == "queued") become_sent(*change);  // the report overtook the answer
        if (change->status() != "sent") return Effects();
        const bool failed = report == RcsReport::Failed;
        change->move(failed ? "delivery_failed" : "delivered");
        if (failed) add_error(change->message, kUndeliverable);
        change->finalize(failed ? "failed" : "delivered",
                         failed ? std::optional(kUndeliverable) : std::nullopt);
        return change->done();
      });
}

/// Submits, and stands until the answer is there.
Effects submit(const Means& means, const api::Step& step, const store::Snapshot& snapshot) {
  const auto payload = json::Value::parse(step.timer.payload);
  if (!payload) return {};
  auto change = find_change(std::string((*payload)["id"].string()), {step.now, step.ids}, snapshot);
  if (!change || change->status() != "queued") return {};
  const auto expires = parse_iso8601(change->message["_expires_at"].string());
  const int64_t submits = change->message["_submits"].integer() + 1;
  if (!expires || *expires <= step.now || submits > kMostRcsSubmits) {
    fail_message(*change, kExpired);
    return change->done();
  }
  change->message.set("_submits", submits);
  change->effects.timers.push_back(
      submit_timer(change->row.id, change->row.account, step.now + kRcsPatience));
  const json::Value& message = change->message;
  carrier::RcsSubmit sent{.id = change->row.id,
                          .agent = std::string(message["from"]["agent_id"].string()),
                          .to = std::string(message["to"].items().front()["phone_number"].string()),
                          .content = message["body"].text()};
  change->effects.after_commit.push_back(
      [means, sent = std::move(sent), urls = fallback_request(message).media_urls]() mutable {
        const std::string id = sent.id;
        if (!means.network) return take_answer(means, id, RcsAnswer::NoRcs, urls);
        means.network->send(std::move(sent), [means, id, urls](RcsAnswer answer) {
          take_answer(means, id, answer, urls);
        });
      });
  return change->done();
}

}  // namespace

void declare_rcs(api::Registry& registry, const SendingMeans& sending,
                 carrier::RcsNetwork* network) {
  const Means means{registry, sending, network};
  registry.collection({std::string(kRcsMessages), {}});
  declare_rcs_agents(registry, network);
  registry.bind(Op::SendRcsMessage, [means](const Call& call, const store::Snapshot& snapshot) {
    return send(means, call, snapshot);
  });
  registry.workflow(std::string(kSubmit),
                    [means](const api::Step& step, const store::Snapshot& snapshot) {
                      return submit(means, step, snapshot);
                    });
  if (!network) return;
  network->set_listener(
      [means](const std::string& id, RcsReport report) { take_report(means, id, report); });
}

}  // namespace tandem::products::messaging
