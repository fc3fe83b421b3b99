#include "products/messaging/outbound.h"

#include <algorithm>

#include "carrier/text/segments.h"
#include "ledger/holds.h"
#include "ledger/rates.h"
#include "products/common/country_of.h"
#include "products/messaging/checks.h"
#include "products/messaging/links.h"
#include "products/messaging/message.h"
#include "products/messaging/message_record.h"

namespace tandem::products::messaging {
namespace {

using api::ApiError;
using api::refuse;
namespace text = carrier::text;

constexpr std::string_view kCurrency = "USD";
/// Decimals of amounts that are smaller than a cent.
constexpr int kDecimals = 4;

/// What it takes to carry the message.
struct Load {
  std::string encoding;
  int64_t parts = 1;
  bool transliterated = false;
};

struct Cost {
  ledger::Nanos rate = 0;     // of one part to one receiver
  ledger::Nanos amount = 0;   // of everything
  ledger::Nanos carrier = 0;  // owed for it
};

json::Value money(ledger::Nanos amount) {
  return json::Value::object(
      {{"amount", ledger::to_decimal(amount, kDecimals)}, {"currency", kCurrency}});
}

Result<Load, ApiError> measure(const SendRequest& request, bool smart) {
  const std::string& words = request.text.value_or("");
  const auto preference = smart ? text::Preference::Smart : text::Preference::Auto;
  const auto split = text::split(words, {preference, 0, /*wide_reference=*/false});
  if (!split) {
    if (split.error().problem == text::SplitProblem::InvalidUtf8) {
      return refuse("40322", split.error().what, "/text");
    }
    return refuse("40302", split.error().what, "/text");
  }
  if (request.type == "MMS") return Load{"UTF-8", 1, false};
  const size_t parts = split->parts.size();
  if (parts > kMostParts) {
    return refuse("40302", "The text takes " + std::to_string(parts) + " parts; 10 are allowed.",
                  "/text");
  }
  if (request.auto_detect && parts > kAdvisedParts) {
    return refuse("40328",
                  "The text takes " + std::to_string(parts) +
                      " parts; above 4 send an MMS or turn auto_detect off.",
                  "/text");
  }
  return Load{std::string(text::name_of(split->encoding)), static_cast<int64_t>(parts),
              split->transliterated};
}

Result<Cost, ApiError> price(const SendRequest& request, const Load& load,
                             const ledger::Rates& rates) {
  Cost cost;
  const std::string service = request.type == "MMS" ? "mms" : "sms";
  for (const std::string& to : request.to) {
    const auto rate = rates.find(service, ledger::Direction::Outbound, to);
    if (!rate) return refuse("40301", "There is no way to " + to + " for this kind of message.");
    cost.rate = rate->price;
    cost.amount += rate->price * load.parts;
    cost.carrier += rate->cost * load.parts;
  }
  return cost;
}

Result<SenderChoice, ApiError> choose_sender(const SendRequest& request,
                                             const store::Snapshot& snapshot,
                                             std::string_view account, std::string_view id) {
  if (!request.from.empty()) {
    auto choice = find_sender(snapshot, account, request.from, request.profile_id);
    if (choice && request.only && choice->sender.kind != *request.only &&
        !(*request.only == SenderKind::LongCode && choice->sender.kind == SenderKind::TollFree)) {
      return refuse("40305", "This operation sends from another kind of sender.", "/from");
    }
    if (!choice) return choice;
    if (auto ok = check_health(snapshot, choice->profile, choice->sender); !ok) {
      return tl::unexpected(ok.error());
    }
    return choice;
  }
  if (request.profile_id.empty()) {
    return refuse("40305", "Name a sender, or a messaging profile with a number pool.", "/from");
  }
  auto profile = find_profile(snapshot, request.profile_id);
  if (!profile || profile->account != account) {
    return refuse("10017", "You have no such messaging profile.", "/messaging_profile_id");
  }
  auto sender = pick_from_pool(snapshot, *profile, request.to.front(), id);
  if (!sender) return tl::unexpected(sender.error());
  return SenderChoice{std::move(*sender), std::move(*profile)};
}

Check check_all(const SendRequest& request, const SenderChoice& choice,
                const store::Snapshot& snapshot, WallTime now) {
  if (auto ok = check_secret(request, choice.profile); !ok) return ok;
  if (auto ok = check_words(request.text.value_or("")); !ok) return ok;
  if (auto ok = check_schedule(request, now); !ok) return ok;
  for (const std::string& to : request.to) {
    if (auto ok = check_profile(choice.profile, to); !ok) return ok;
    if (auto ok = check_pair(choice.sender, to, request.type); !ok) return ok;
    if (request.asked_for) continue;
    if (auto ok = check_consent(snapshot, choice.profile, choice.sender, to); !ok) return ok;
  }
  return {};
}

/// Where no picture can go, a profile may want the links of the files sent as a text.
void fall_back_to_sms(SendRequest& request, const SenderChoice& choice) {
  const bool needed = request.type == "MMS" && choice.profile.mms_fall_back_to_sms &&
                      request.to.size() == 1 && !carries_mms(choice.sender, request.to.front());
  if (!needed) return;
  std::string words;
  const auto add_line = [&](const std::string& line) {
    if (!line.empty()) words += (words.empty() ? "" : "\n") + line;
  };
  add_line(request.subject.value_or(""));
  add_line(request.text.value_or(""));
  for (const std::string& url : request.media_urls) add_line(url);
  request.type = "SMS";
  request.text = std::move(words);
  request.subject.reset();
  request.media_urls.clear();
}

json::Value receivers(const SendRequest& request) {
  json::Value list = json::Value::array();
  for (const std::string& to : request.to) {
    list.push(json::Value::object(
        {{"phone_number", to}, {"status", "queued"}, {"carrier", ""}, {"line_type", "Wireless"}}));
  }
  return list;
}

/// The addresses of the message go first, then those of its profile.
void set_webhooks(json::Value& message, const SendRequest& request, const Profile& profile) {
  std::vector<std::string> urls;
  for (const std::string& url : {request.webhook_url, request.webhook_failover_url}) {
    if (!url.empty()) urls.push_back(url);
  }
  if (request.use_profile_webhooks) {
    for (const std::string& url : {profile.webhook_url, profile.webhook_failover_url}) {
      if (!url.empty()) urls.push_back(url);
    }
  }
  const auto at = [&](size_t i) { return i < urls.size() ? json::Value(urls[i]) : json::Value(); };
  message.set("webhook_url", at(0));
  message.set("webhook_failover_url", at(1));
  message.set("_webhook", profile.webhook_version);
}

json::Value tags_of(const Sender& sender) {
  json::Value list = json::Value::array();
  for (const std::string& tag : sender.tags) list.push(tag);
  return list;
}

json::Value make_document(const SendRequest& request, const SenderChoice& choice, const Load& load,
                          const Cost& cost, std::string_view account, WallTime now) {
  const bool mms = request.type == "MMS";
  const WallTime start = request.send_at.value_or(now);
  json::Value message = json::Value::object(
      {{"record_type", "message"},
       {"direction", "outbound"},
       {"type", request.type},
       {"organization_id", account},
       {"messaging_profile_id", choice.profile.id},
       {"from", json::Value::object({{"phone_number", choice.sender.address},
                                     {"carrier", "Tandem"},
                                     {"line_type", "VoIP"}})},
       {"to", receivers(request)},
       {"text", request.text.value_or("")},
       {"subject", mms && request.subject ? json::Value(*request.subject) : json::Value()},
       {"media", request.media},
       {"encoding", load.encoding},
       {"parts", load.parts},
       {"cost", money(cost.amount)},
       {"cost_breakdown",
        json::Value::object({{"rate", money(cost.rate)}, {"carrier_fee", money(0)}})},
       {"tags", tags_of(choice.sender)},
       {"errors", json::Value::array()},
       {"tcr_campaign_id", nullptr},
       {"tcr_campaign_billable", false},
       {"tcr_campaign_registered", nullptr},
       {"received_at", to_iso8601(now)},
       {"valid_until",
        to_iso8601(std::min(request.valid_until.value_or(WallTime::max()), start + kValidity))},
       {"_profile_name", choice.profile.name},
       {"_billing_group", choice.sender.billing_group},
       {"_kind", static_cast<int>(choice.sender.kind)},
       {"_price", cost.amount},
       {"_cost", cost.carrier},
       {"_priority", request.priority}});
  if (load.transliterated) message.set("_smart", true);
  if (request.receipts.is_array()) message.set("_receipts", request.receipts);
  set_webhooks(message, request, choice.profile);
  return message;
}

/// Counts against the profile's limit of the day, if it has one.
void count_spending(json::Value& message, const Profile& profile, ledger::Nanos amount,
                    WallTime now, store::Batch& batch) {
  if (!profile.daily_limit) return;
  const std::string key =
      "messaging/spend/" + profile.id + '/' + to_iso8601(now).substr(0, sizeof "2026-11-20" - 1);
  batch.adjusts.push_back({.key = key, .delta = amount, .max = *profile.daily_limit});
  message.set("_spend", key);
}

ApiError limit_error(std::string_view counter) {
  if (counter.substr(0, 16) == "messaging/spend/") {
    return {"40333", "The messaging profile's daily_spend_limit does not cover this message."};
  }
  if (counter.substr(0, 16) == "messaging/queue/") {
    return {"40318", "Too many messages of yours wait to be sent already."};
  }
  return {"20100", "The balance does not cover this."};
}

}  // namespace

Result<json::Value, ApiError> make_free_message(const SendRequest& request, std::string_view owner,
                                                api::Moment moment) {
  const auto load = measure(request, false);
  if (!load) return tl::unexpected(load.error());
  SenderChoice choice;
  choice.sender.kind = SenderKind::Alphanumeric;
  choice.sender.address = request.from;
  choice.profile.id = owner;
  json::Value message = make_document(request, choice, *load, {}, owner, moment.now);
  message.set("id", moment.ids.uuid());
  return message;
}

Result<json::Value, ApiError> accept(const SendRequest& asked, api::Moment moment,
                                     std::string_view account, const store::Snapshot& snapshot,
                                     const Terms& terms, api::Effects& effects) {
  SendRequest request = asked;
  if (auto ok = check_account(snapshot, account); !ok) return tl::unexpected(ok.error());
  if (auto ok = check_content(request); !ok) return tl::unexpected(ok.error());
  if (auto ok = check_receivers(request); !ok) return tl::unexpected(ok.error());
  const std::string id = request.id.empty() ? moment.ids.uuid() : request.id;
  const auto choice = choose_sender(request, snapshot, account, id);
  if (!choice) return tl::unexpected(choice.error());
  if (auto ok = check_toll_free(snapshot, account, choice->sender); !ok) {
    return tl::unexpected(ok.error());
  }
  fall_back_to_sms(request, *choice);
  if (auto ok = check_all(request, *choice, snapshot, moment.now); !ok) {
    return tl::unexpected(ok.error());
  }
  if (choice->profile.shortener && request.text) {
    request.text = shorten_links(*request.text, choice->profile, {account, id, request.to.front()},
                                 moment, snapshot, effects);
  }
  const auto load = measure(request, terms.smart_encoding);
  if (!load) return tl::unexpected(load.error());
  const auto cost = price(request, *load, terms.rates);
  if (!cost) return tl::unexpected(cost.error());

  json::Value message = make_document(request, *choice, *load, *cost, account, moment.now);
  message.set("id", id);
  add_networks(message, snapshot, terms);
  set_status(message, "queued");
  count_spending(message, choice->profile, cost->amount, moment.now, effects.batch);
  if (request.send_at) {
    message.set("_status", "scheduled");
    message.set("_scheduled_for", to_iso8601(*request.send_at));
    set_due(message, Stage::Scheduled, *request.send_at);
  } else {
    set_due(message, Stage::Queued, moment.now);
    effects.batch.adjusts.push_back(
        {.key = queue_counter(account), .delta = 1, .max = terms.longest_queue});
  }
  ledger::open_hold(effects.batch, {.id = "message/" + id,
                                    .owner = std::string(account),
                                    .currency = std::string(kCurrency),
                                    .amount = cost->amount,
                                    .opened_at = moment.now,
                                    .kept_elsewhere = true});
  message.set("_held", cost->amount);
  effects.out_of_bounds = limit_error;
  effects.put(std::string(kMessages), id, std::string(account), message, store::kNew, moment.now);
  return message;
}

}  // namespace tandem::products::messaging
