#include "products/voice/charges.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "ledger/holds.h"
#include "ledger/money.h"
#include "ledger/payers.h"
#include "products/common/connections.h"
#include "products/common/detail_records.h"
#include "products/voice/limits.h"

namespace tandem::products::voice {
namespace {

constexpr std::string_view kCurrency = "USD";
constexpr int64_t kSecondsAside = 120;  // held at any time beyond what was used
constexpr int64_t kExtendEverySeconds = 60;

/// What is set aside for the call, which itself says how much that is.
ledger::Hold hold_of(const CallState& call) {
  return {.id = "call/" + call.id,
          .owner = call.account,
          .currency = std::string(kCurrency),
          .amount = call.held_nanos,
          .kept_elsewhere = true};
}

ledger::Nanos price_of(const CallState& call, int64_t seconds, ledger::Nanos a_minute) {
  return ledger::for_duration(a_minute, seconds, std::max<int64_t>(1, call.first_seconds),
                              std::max<int64_t>(1, call.step_seconds))
      .value_or(0);
}

/// What the account may be charged beyond what is set aside.
ledger::Nanos spendable(const Turn& turn, const CallState& call) {
  if (turn.within_means()) return 0;
  return std::max<ledger::Nanos>(0, ledger::read_spendable(turn.snapshot(), call.account));
}

/// Begun seconds count.
int64_t talked_seconds(const CallState& call) {
  if (call.answered_ms == 0) return 0;
  return std::max<int64_t>(0, (call.ended_ms - call.answered_ms + 999) / 1000);
}

ledger::Note note_of(const Turn& turn, const CallState& call, std::string id) {
  ledger::Note note;
  note.id = std::move(id);
  note.owner = call.account;
  note.product = ledger::Product::Voice;
  note.reference = call.leg_id;
  note.description = call.incoming ? call.from : call.to;
  note.billing_group = call.billing_group;
  note.occurred_at = turn.now();
  return note;
}

std::string iso(int64_t ms) { return to_iso8601(WallTime(Millis(ms))); }

std::string_view record_type(const CallState& call) {
  return call.control == Control::Trunk ? "sip-trunking" : "call-control";
}

json::Value call_record(const CallState& call, int64_t seconds, ledger::Nanos cost) {
  json::Value record = json::Value::object({{"record_type", record_type(call)},
                                            {"id", call.leg_id},
                                            {"call_leg_id", call.leg_id},
                                            {"call_session_id", call.session_id},
                                            {"call_control_id", call.id},
                                            {"connection_id", call.connection_id},
                                            {"direction", call.incoming ? "inbound" : "outbound"},
                                            {"cli", call.from},
                                            {"cld", call.to},
                                            {"from", call.from},
                                            {"to", call.to},
                                            {"user_id", call.account},
                                            {"on_net", call.on_net},
                                            {"started_at", iso(call.started_ms)},
                                            {"finished_at", iso(call.ended_ms)},
                                            {"call_sec", seconds},
                                            {"billed_sec", seconds},
                                            {"hangup_cause", call.hangup_cause},
                                            {"rate", ledger::to_decimal(call.price_nanos, 4)},
                                            {"rate_measured_in", "minutes"},
                                            {"cost", ledger::to_decimal(cost, 4)},
                                            {"currency", kCurrency},
                                            {"tags", tags_of_record(call.tags)}});
  if (call.answered_ms != 0) record.set("answered_at", iso(call.answered_ms));
  if (!call.profile_id.empty()) record.set("outbound_profile_id", call.profile_id);
  if (!call.billing_group.empty()) record.set("billing_group_id", call.billing_group);
  return record;
}

/// What was used besides the minutes of the call itself.
struct Used {
  std::string_view service;
  std::string_view record_type;
  ledger::Nanos price = 0;
  ledger::Nanos full = 0;  // what it costs, if the money is there
  int64_t quantity = 1;
};

/// Members of the records of all services.
json::Value service_record(const Turn& turn, const CallState& call) {
  json::Value record = json::Value::object({{"call_leg_id", call.leg_id},
                                            {"call_session_id", call.session_id},
                                            {"call_control_id", call.id},
                                            {"connection_id", call.connection_id},
                                            {"user_id", call.account},
                                            {"currency", kCurrency},
                                            {"tags", tags_of_record(call.tags)}});
  if (const auto row = turn.snapshot().get(kConnections, call.connection_id)) {
    record.set("connection_name", api::document_of(*row)["connection_name"].string());
  }
  if (call.billing_group.empty()) return record;
  record.set("billing_group_id", call.billing_group);
  if (const auto row = turn.snapshot().get("billing_groups", call.billing_group)) {
    record.set("billing_group_name", api::document_of(*row)["name"].string());
  }
  return record;
}

void charge(Turn& turn, const CallState& call, const Used& used, json::Value more) {
  const ledger::Nanos cost = std::min(used.full, spendable(turn, call));
  const std::string id = turn.ids().uuid();
  if (cost > 0) {
    ledger::Note note = note_of(turn, call, id);
    note.description = used.service;
    note.quantity = used.quantity;
    if (used.record_type == "recording") note.product = ledger::Product::Recording;
    ledger::charge(turn.extra().batch, note, {.amount = cost});
  }
  json::Value record = service_record(turn, call);
  record.set("record_type", used.record_type);
  record.set("id", id);
  record.set("rate", ledger::to_decimal(used.price, 4));
  record.set("cost", ledger::to_decimal(cost, 4));
  if (more.is_object()) {
    for (auto& [name, value] : more.members()) record.set(name, std::move(value));
  }
  add_detail_record(turn.extra(), id, call.account, std::move(record), turn.now());
}

}  // namespace

void open_charges(Turn& turn, CallState& call) {
  if (call.on_net) return;
  const auto direction = call.incoming ? ledger::Direction::Inbound : ledger::Direction::Outbound;
  const auto rate = turn.office().rates.find("voice", direction, call.to);
  if (!rate) return;
  call.price_nanos = rate->price;
  call.cost_nanos = rate->cost;
  call.first_seconds = rate->first;
  call.step_seconds = rate->step;
  call.metered = true;
  call.held_nanos = price_of(call, kSecondsAside, rate->price);
  ledger::open_hold(turn.extra().batch, hold_of(call));
}

void watch_money(Turn& turn, CallState& call) {
  if (!call.metered || call.price_nanos == 0) return;
  call.money_timer = turn.start_timer(call, std::chrono::seconds(kExtendEverySeconds));
}

void extend_charges(Turn& turn, CallState& call) {
  if (turn.within_means()) return turn.order(orders::HangUp{.call = call.id});
  const int64_t used = (turn.now_ms() - call.answered_ms) / 1000;
  const ledger::Nanos wanted = price_of(call, used + kSecondsAside, call.price_nanos);
  if (wanted > call.held_nanos) {
    ledger::Hold hold = hold_of(call);
    ledger::extend(turn.extra().batch, hold, wanted - hold.amount);
    call.held_nanos = hold.amount;
  }
  watch_money(turn, call);
}

void settle_charges(Turn& turn, CallState& call) {
  const int64_t seconds = talked_seconds(call);
  ledger::Nanos cost = 0;
  if (call.metered) {
    ledger::Hold hold = hold_of(call);
    // A call that an older program left behind has its hold in a row.
    if (hold.amount == 0) hold = ledger::find_hold(turn.snapshot(), hold.id).value_or(hold);
    call.held_nanos = 0;
    cost = std::min(price_of(call, seconds, call.price_nanos), hold.amount + spendable(turn, call));
    if (cost > 0) {
      ledger::Note note = note_of(turn, call, call.leg_id);
      note.quantity = seconds;
      ledger::settle(turn.extra().batch, hold, note,
                     {.amount = cost, .cost = price_of(call, seconds, call.cost_nanos)});
    } else {
      ledger::release(turn.extra().batch, hold);
    }
  }
  count_spending(turn, call, cost);
  add_detail_record(turn.extra(), call.leg_id, call.account, call_record(call, seconds, cost),
                    turn.now());
}

void charge_service(Turn& turn, const CallState& call, std::string_view service,
                    std::string_view record_type, int64_t seconds, json::Value more) {
  const ledger::Nanos price = turn.office().rates.service(service).value_or(0);
  const ledger::Nanos full =
      seconds > 0 ? ledger::for_duration(price, seconds, 1, 1).value_or(0) : price;
  charge(turn, call, {service, record_type, price, full, std::max<int64_t>(1, seconds)},
         std::move(more));
}

void charge_units(Turn& turn, const CallState& call, std::string_view service,
                  std::string_view record_type, int64_t units, json::Value more) {
  const ledger::Nanos price = turn.office().rates.service(service).value_or(0);
  charge(turn, call, {service, record_type, price, ledger::times(price, units).value_or(0), units},
         std::move(more));
}

}  // namespace tandem::products::voice
