#include "products/common/charges.h"

#include "ledger/books.h"
#include "ledger/payers.h"
#include "products/common/months.h"

namespace tandem::products {
namespace {

using api::Effects;
using store::Compare;

constexpr std::string_view kCollect = "account.collect_monthly";
constexpr int64_t kMostAtOnce = 250;  // charges of one step
constexpr std::chrono::hours kRetryPause{24};

ledger::Note note_of(const Item& item, ledger::Charge charge, std::string id, WallTime when) {
  ledger::Note note;
  note.id = std::move(id);
  note.owner = item.account;
  note.product = item.product;
  note.charge = charge;
  note.reference = item.reference;
  note.description = item.description;
  note.service = item.service;
  note.billing_group = item.billing_group;
  note.occurred_at = when;
  return note;
}

std::string once_id(std::string_view key) { return std::string(key) + "/once"; }
std::string first_month_id(std::string_view key) { return std::string(key) + "/first"; }

/// What is due on one day is collected by one timer of the account.
api::Timer collection_on(std::string_view account, WallTime day) {
  return {.id = std::string(kCollect) + "/" + std::string(account) + "/" + date_text(day),
          .workflow = std::string(kCollect),
          .due = day,
          .payload = "{}",
          .account = std::string(account)};
}

/// Things bought together are due together, so the same timer would come again and again.
void add_timer(api::Timer timer, Effects& effects) {
  if (!effects.timers.empty() && effects.timers.back().id == timer.id) return;
  effects.timers.push_back(std::move(timer));
}

Item item_of(const store::Row& row, const json::Value& kept) {
  return {
      .key = row.id,
      .account = row.account,
      .product = ledger::parse_product(kept["product"].string()).value_or(ledger::Product::Account),
      .service = std::string(kept["service"].string()),
      .reference = std::string(kept["reference"].string()),
      .description = std::string(kept["description"].string()),
      .billing_group = std::string(kept["billing_group"].string())};
}

/// Adds the document of a thing whose next month begins at `due`.
void keep(const Item& item, ledger::Nanos monthly, WallTime now, WallTime due, Effects& effects) {
  const json::Value kept = json::Value::object({{"product", ledger::to_string(item.product)},
                                                {"service", item.service},
                                                {"reference", item.reference},
                                                {"description", item.description},
                                                {"billing_group", item.billing_group},
                                                {"nanos", monthly},
                                                {"day", static_cast<int64_t>(day_of_month(now))},
                                                {"due", date_text(due)},
                                                {"next", date_text(due)},
                                                {"unpaid", due <= now}});
  effects.put(std::string(kSubscriptions), item.key, item.account, kept, store::kNew, now);
  add_timer(collection_on(item.account, due), effects);
}

/// The document moves on to the day on which it is looked at next.
void look_again(const store::Row& row, json::Value& kept, WallTime next, Effects& effects) {
  kept.set("next", date_text(next));
  effects.put(std::string(kSubscriptions), row.id, row.account, kept, row.revision);
  add_timer(collection_on(row.account, next), effects);
}

void collect_month(const store::Row& row, json::Value& kept, WallTime when, Effects& effects) {
  const std::string due(kept["due"].string());
  ledger::Note note =
      note_of(item_of(row, kept), ledger::Charge::Recurring, row.id + "/" + due, when);
  note.first = kept["unpaid"].boolean();
  ledger::charge(effects.batch, note, {.amount = kept["nanos"].integer()});
  kept.set("unpaid", false);
  const WallTime midnight = parse_iso8601(due).value_or(when);
  const WallTime next = add_months(midnight, 1, static_cast<unsigned>(kept["day"].integer()));
  kept.set("due", date_text(next));
  look_again(row, kept, next, effects);
}

/// Collects what is due from the account, as far as its money goes.
Effects collect(const api::Step& step, const store::Snapshot& snapshot) {
  Effects effects;
  store::Query query;
  query.collection = kSubscriptions;
  query.account = step.timer.account;
  query.where = {{"next", Compare::Lte, {date_text(step.timer.due)}}};
  query.order = {{"next"}};
  query.limit = kMostAtOnce;
  const store::Page page = snapshot.list(query);
  ledger::Nanos left = ledger::read_spendable(snapshot, step.timer.account);
  for (const store::Row& row : page.rows) {
    json::Value kept = api::document_of(row);
    const ledger::Nanos price = kept["nanos"].integer();
    if (price > left) {
      look_again(row, kept, day_of(step.timer.due) + kRetryPause, effects);
      continue;
    }
    left -= price;
    collect_month(row, kept, step.timer.due, effects);
  }
  if (page.more) add_timer(step.timer, effects);
  return effects;
}

}  // namespace

void charge_once(const Item& item, ledger::Nanos price, WallTime now, Effects& effects) {
  if (price == 0) return;
  ledger::charge(effects.batch, note_of(item, ledger::Charge::OneTime, once_id(item.key), now),
                 {.amount = price});
}

void subscribe(const Item& item, ledger::Nanos monthly, WallTime now, Effects& effects) {
  if (monthly == 0) return;
  ledger::Note note = note_of(item, ledger::Charge::Recurring, first_month_id(item.key), now);
  note.first = true;
  ledger::charge(effects.batch, note, {.amount = monthly});
  keep(item, monthly, now, add_months(day_of(now), 1, day_of_month(now)), effects);
}

void subscribe_later(const Item& item, ledger::Nanos monthly, WallTime now, Effects& effects) {
  if (monthly > 0) keep(item, monthly, now, day_of(now), effects);
}

void change_monthly(const store::Snapshot& snapshot, std::string_view key, ledger::Nanos monthly,
                    Effects& effects) {
  const auto row = snapshot.get(kSubscriptions, key);
  if (!row) return;
  json::Value kept = api::document_of(*row);
  kept.set("nanos", monthly);
  effects.put(std::string(kSubscriptions), row->id, row->account, kept, row->revision);
}

void unsubscribe(std::string_view key, Effects& effects) {
  effects.remove(std::string(kSubscriptions), std::string(key));
}

void refund(const store::Snapshot& snapshot, std::string_view key, WallTime now, Effects& effects) {
  for (const std::string& id : {once_id(key), first_month_id(key)}) {
    const auto entry = ledger::find_entry(snapshot, id);
    if (!entry) continue;
    ledger::Note note;
    note.description = entry->note.description;
    note.service = entry->note.service;
    note.occurred_at = now;
    ledger::reverse(effects.batch, *entry, std::move(note));
  }
  unsubscribe(key, effects);
}

void set_billing_group(const store::Snapshot& snapshot, std::string_view key,
                       std::string_view group, Effects& effects) {
  const auto row = snapshot.get(kSubscriptions, key);
  if (!row) return;
  json::Value kept = api::document_of(*row);
  if (kept["billing_group"].string() == group) return;
  kept.set("billing_group", group);
  effects.put(std::string(kSubscriptions), row->id, row->account, kept, row->revision);
}

void declare_subscriptions(api::Registry& registry) {
  registry.collection({std::string(kSubscriptions), {{.path = "next"}}});
  registry.workflow(std::string(kCollect), collect);
}

}  // namespace tandem::products
