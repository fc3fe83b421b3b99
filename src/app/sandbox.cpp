#include "app/sandbox.h"

#include <charconv>
#include <cstdlib>
#include <memory>

#include "api/auth/accounts.h"
#include "api/request_log.h"
#include "app/sandbox_http.h"
#include "contract/error.h"
#include "core/json.h"
#include "http/server.h"
#include "ledger/books.h"
#include "ledger/views.h"
#include "products/common/connections.h"
#include "products/common/notifier.h"
#include "products/messaging/sender.h"

namespace tandem::app {
namespace {

using http::Method;

constexpr size_t kShownRequests = 50;
constexpr ledger::Nanos kMostDeposit = 1'000'000 * ledger::kNanosPerUnit;
constexpr std::string_view kMessagingProfiles = "messaging_profiles";
/// Ten years: more is a slip of the finger, and dates stay printable.
constexpr int64_t kMostAdvanceMs = 10LL * 366 * 24 * 3600 * 1000;

std::string clock_json(const Clock& clock) {
  return json::Value::object({{"data", json::Value::object({{"now", to_iso8601(clock.now())}})}})
      .text();
}

void mount_clock(api::Site& site, VirtualClock& clock, store::Database& database) {
  site.mount("/sandbox/clock", [&clock](const Exchanges& exchange) {
    if (is(exchange, Method::Get)) exchange->respond(json_response(200, clock_json(clock)));
  });
  site.mount("/sandbox/clock/advance", [&clock, &database](const Exchanges& exchange) {
    with_json(exchange, Method::Post, [&clock, &database, exchange](json::View body) {
      const json::View ms = body["ms"];
      if (!ms.is_integer() || ms.integer() < 0 || ms.integer() > kMostAdvanceMs) {
        return refuse(exchange, 422,
                      {"10033", "ms is how far to go: milliseconds from 0 to ten years.", "/ms"});
      }
      const Millis by(ms.integer());
      store::Batch batch;
      batch.adjusts.push_back({.key = std::string(kSandboxClockCounter), .delta = by.count()});
      database.commit(std::move(batch), [&clock, by, exchange](const store::Committed& done) {
        if (done.status != store::Committed::Status::Done) {
          return refuse(exchange, 500, {"10007", "The clock's new time cannot be kept."});
        }
        clock.advance(by);
        exchange->respond(json_response(200, clock_json(clock)));
      });
    });
  });
}

void mount_reset(api::Site& site, const SandboxControls& controls) {
  site.mount("/sandbox/reset", [controls](const Exchanges& exchange) {
    with_json(exchange, Method::Post, [controls, exchange](json::View) {
      const bool taken = controls.in_background([controls, exchange] {
        const auto done = controls.reset();
        if (!done) return refuse(exchange, 500, {"10007", done.error().what});
        exchange->respond(json_response(200, R"({"data":{"status":"reset"}})"));
      });
      if (!taken) refuse(exchange, 503, {"10037", "A reset is under way already."});
    });
  });
}

/// Where the webhooks of an application, connection or messaging profile go.
struct Listener {
  std::string account;
  events::Target target;
};

std::optional<Listener> find_listener(const store::Snapshot& snapshot, std::string_view id) {
  for (const std::string_view collection : {products::kConnections, kMessagingProfiles}) {
    const auto row = snapshot.get(collection, id);
    if (!row) continue;
    const json::Value document = api::document_of(*row);
    const bool profile = collection == kMessagingProfiles;
    const std::string stem = profile ? "webhook" : "webhook_event";
    Listener listener{row->account, {}};
    listener.target.url = document[stem + "_url"].string();
    listener.target.failover_url = document[stem + "_failover_url"].string();
    // As their own events: applications get the old shape when they asked for it by name.
    const bool v1 = document[profile ? "webhook_api_version" : "_asked_version"].string() == "1";
    listener.target.shape = v1 ? events::Target::Shape::V1 : events::Target::Shape::V2;
    return listener;
  }
  return std::nullopt;
}

/// An event nobody's behaviour caused, to try a receiver with.
api::Outcome send_test_event(const std::string& application, const std::string& type,
                             const std::string& payload, const api::Moment& moment,
                             const store::Snapshot& snapshot) {
  const auto listener = find_listener(snapshot, application);
  if (!listener) return tl::unexpected(contract::ApiError::not_found());
  if (listener->target.url.empty()) {
    return contract::refuse("10027", "It has no webhook URL to send an event to.");
  }
  api::Effects effects;
  effects.events.push_back({.id = moment.ids.uuid(),
                            .account = listener->account,
                            .type = type,
                            .subject = application,
                            .payload = payload,
                            .occurred_at = moment.now,
                            .target = listener->target});
  products::notify(snapshot, moment, listener->account,
                   {"Test Event", json::Value::parse(payload).value_or(json::Value())}, effects);
  const json::Value sent =
      json::Value::object({{"event_id", effects.events.front().id}, {"url", listener->target.url}});
  effects.reply = api::Reply::data(sent, 202);
  return effects;
}

void mount_events(api::Site& site, api::Dispatcher& dispatcher) {
  site.mount("/sandbox/events", [&dispatcher](const Exchanges& exchange) {
    with_json(exchange, Method::Post, [&dispatcher, exchange](json::View body) {
      const std::string application(body["application_id"].string());
      const std::string type(body["event_type"].string("test.event"));
      const json::View given = body["payload"];
      const std::string payload = given.is_object() ? given.text() : R"({"message":"It works."})";
      dispatcher.decide(
          [application, type, payload](const api::Moment& moment, const store::Snapshot& snapshot) {
            return send_test_event(application, type, payload, moment, snapshot);
          },
          [exchange](api::Decided decided) {
            if (!decided.error) {
              return exchange->respond(json_response(202, std::move(decided.reply.body)));
            }
            const bool unknown = decided.error->items.front().code == "10005";
            refuse(exchange, unknown ? 404 : 422, *decided.error);
          });
    });
  });
}

/// The account that is meant: the one named, else the first. Nothing when there is none.
std::optional<std::string> account_meant(const store::Snapshot& snapshot, const std::string& id) {
  if (!id.empty()) {
    return api::auth::find_account(snapshot, id) ? std::optional(id) : std::nullopt;
  }
  const auto accounts = api::auth::list_accounts(snapshot);
  if (accounts.empty()) return std::nullopt;
  return accounts.front().id;
}

/// Pays `amount` into an account; a negative one is taken away again.
api::Outcome pay_in(const std::string& id, ledger::Nanos amount, const api::Moment& moment,
                    const store::Snapshot& snapshot) {
  const auto account = account_meant(snapshot, id);
  if (!account) return tl::unexpected(contract::ApiError::not_found());
  ledger::Note note;
  note.id = moment.ids.uuid();
  note.owner = *account;
  note.charge = amount < 0 ? ledger::Charge::Correction : ledger::Charge::Payment;
  note.description = amount < 0 ? "Taken back" : "Deposit";
  note.occurred_at = moment.now;
  api::Effects effects;
  ledger::post(
      effects.batch, note,
      {{*account, ledger::Kind::Cash, amount}, {*account, ledger::Kind::Payments, -amount}});
  const ledger::Nanos balance = ledger::read_balance(snapshot, *account).balance + amount;
  effects.reply = api::Reply::data(json::Value::object(
      {{"account_id", *account}, {"balance", ledger::to_decimal(balance)}, {"currency", "USD"}}));
  return effects;
}

/// Answers with what was decided; what could not be found or paid has the status it has elsewhere.
void answer(const Exchanges& exchange, api::Decided decided) {
  if (!decided.error) return exchange->respond(json_response(200, std::move(decided.reply.body)));
  const std::string_view code = decided.error->items.front().code;
  refuse(exchange, code == "10005" ? 404 : code == "20100" ? 402 : 422, *decided.error);
}

void mount_deposits(api::Site& site, api::Dispatcher& dispatcher) {
  site.mount("/sandbox/deposits", [&dispatcher](const Exchanges& exchange) {
    with_json(exchange, Method::Post, [&dispatcher, exchange](json::View body) {
      const auto amount = ledger::parse_decimal(body["amount"].string());
      if (!amount || std::abs(*amount) > kMostDeposit) {
        return refuse(
            exchange, 422,
            {"10033", "amount is decimal text, at most a million: \"250.00\".", "/amount"});
      }
      const std::string account(body["account_id"].string());
      dispatcher.decide(
          [account, sum = *amount](const api::Moment& moment, const store::Snapshot& snapshot) {
            return pay_in(account, sum, moment, snapshot);
          },
          [exchange](api::Decided decided) { answer(exchange, std::move(decided)); });
    });
  });
}

/// Gives an account a short code; in the world outside that takes a contract and weeks.
api::Outcome give_short_code(const std::string& account_id, const std::string& code,
                             const std::string& country, const api::Moment& moment,
                             const store::Snapshot& snapshot) {
  namespace messaging = products::messaging;
  const auto account = account_meant(snapshot, account_id);
  if (!account) return tl::unexpected(contract::ApiError::not_found());
  if (snapshot.find(messaging::kShortCodes, std::nullopt, "short_code", code)) {
    return contract::refuse("10015", "Somebody has this short code.", "/short_code");
  }
  const std::string id = moment.ids.uuid();
  const std::string now = to_iso8601(moment.now);
  const json::Value document = json::Value::object({{"id", id},
                                                    {"record_type", "short_code"},
                                                    {"short_code", code},
                                                    {"country_code", country},
                                                    {"messaging_profile_id", nullptr},
                                                    {"created_at", now},
                                                    {"updated_at", now}});
  api::Effects effects;
  effects.put(std::string(messaging::kShortCodes), id, *account, document, store::kNew, moment.now);
  effects.reply = api::Reply::data(document);
  return effects;
}

void mount_short_codes(api::Site& site, api::Dispatcher& dispatcher) {
  site.mount("/sandbox/short_codes", [&dispatcher](const Exchanges& exchange) {
    with_json(exchange, Method::Post, [&dispatcher, exchange](json::View body) {
      const std::string code(body["short_code"].string());
      const std::string country(body["country_code"].string("US"));
      if (!products::messaging::is_short_code(code)) {
        return refuse(exchange, 422,
                      {"10015", "A short code has three to eight digits.", "/short_code"});
      }
      if (country.size() != 2) {
        return refuse(exchange, 422,
                      {"10015", "A country has two letters: \"US\".", "/country_code"});
      }
      const std::string account(body["account_id"].string());
      dispatcher.decide(
          [account, code, country](const api::Moment& moment, const store::Snapshot& snapshot) {
            return give_short_code(account, code, country, moment, snapshot);
          },
          [exchange](api::Decided decided) { answer(exchange, std::move(decided)); });
    });
  });
}

void mount_requests(api::Site& site, store::Database& database) {
  site.mount("/sandbox/requests", [&database](const Exchanges& exchange) {
    if (!is(exchange, Method::Get)) return;
    const auto query = http::parse_form(exchange->head().query());
    size_t limit = kShownRequests;
    std::string before;
    for (const auto& [name, value] : query.value_or(decltype(query)::value_type())) {
      if (name == "limit") std::from_chars(value.data(), value.data() + value.size(), limit);
      if (name == "before") before = value;
    }
    const auto snapshot = database.snapshot();
    std::string body = R"({"data":[)";
    for (const auto& record : api::RequestLog::list(*snapshot, std::nullopt, limit, before)) {
      if (body.back() != '[') body += ',';
      body += api::RequestLog::to_json(record);
    }
    exchange->respond(json_response(200, body + "]}"));
  });
}

}  // namespace

void mount_sandbox(api::Site& site, const SandboxControls& controls) {
  mount_clock(site, controls.clock, controls.database);
  mount_reset(site, controls);
  mount_events(site, controls.dispatcher);
  mount_deposits(site, controls.dispatcher);
  mount_short_codes(site, controls.dispatcher);
  mount_requests(site, controls.database);
}

}  // namespace tandem::app
