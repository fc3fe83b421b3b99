#include "products/account/charges.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "products/account/account.h"
#include "products/common/months.h"

// What a period cost, as a summary by service and as a breakdown by phone number.

namespace tandem::products::account {
namespace {

using api::ApiError;
using api::Call;
using api::Effects;
using api::Outcome;
using ledger::Charge;
using ledger::Entry;
using ledger::Nanos;

constexpr std::chrono::hours kLongestPeriod{31 * 24};

ApiError bad_date(std::string parameter, std::string what) {
  return ApiError::parameter("10015", std::move(parameter), std::move(what));
}

Result<ledger::Period, ApiError> read_period(const Call& call) {
  const auto from = parse_iso8601(call.query.get("start_date"));
  if (!from) return tl::unexpected(bad_date("start_date", "A date is written YYYY-MM-DD."));
  const std::string_view end = call.query.get("end_date");
  const WallTime month_later = add_months(*from, 1, day_of_month(*from));
  const auto to = end.empty() ? Result<WallTime>(month_later) : parse_iso8601(end);
  if (!to) return tl::unexpected(bad_date("end_date", "A date is written YYYY-MM-DD."));
  if (*to <= *from) return tl::unexpected(bad_date("end_date", "It comes after start_date."));
  if (*to - *from > kLongestPeriod) {
    return tl::unexpected(bad_date("end_date", "At most 31 days are reported at a time."));
  }
  return ledger::Period{*from, *to};
}

/// "toll_free" to "Toll free"
std::string title_of(std::string_view service) {
  std::string title(service);
  std::replace(title.begin(), title.end(), '_', ' ');
  if (!title.empty() && title[0] >= 'a' && title[0] <= 'z') title[0] -= 'a' - 'A';
  return title;
}

/// What all answers begin with: whose charges of which period.
json::Value heading(const Call& call, const store::Snapshot& snapshot,
                    const ledger::Period& period) {
  return json::Value::object({{"user_id", call.account.id},
                              {"user_email", email_of(snapshot, call.account.id)},
                              {"currency", "USD"},
                              {"start_date", date_text(period.from)},
                              {"end_date", date_text(period.to)}});
}

/// What one service cost in the period.
struct ServiceSums {
  Nanos new_months = 0;
  Nanos once = 0;
  Nanos further_months = 0;
  int64_t new_count = 0;
  int64_t further_count = 0;
};

/// A summary while it is added up.
struct Sums {
  std::map<std::string, ServiceSums> services;
  json::Array adjustments;
};

std::string service_of(const Entry& entry) {
  return entry.note.service.empty() ? std::string(to_string(entry.note.product))
                                    : entry.note.service;
}

void add(Sums& sums, const Entry& entry) {
  const ledger::Note& note = entry.note;
  if (note.charge == Charge::Correction || note.charge == Charge::Credit) {
    sums.adjustments.push_back(json::Value::object({{"amount", ledger::to_decimal(entry.taken())},
                                                    {"description", note.description},
                                                    {"event_date", date_text(note.occurred_at)}}));
    return;
  }
  ServiceSums& service = sums.services[service_of(entry)];
  if (note.charge == Charge::OneTime) {
    service.once += entry.taken();
  } else if (note.first) {
    service.new_months += entry.taken();
    service.new_count += note.quantity;
  } else {
    service.further_months += entry.taken();
    service.further_count += note.quantity;
  }
}

json::Value line_of(const std::string& name, const ServiceSums& sums) {
  return json::Value::object(
      {{"type", "comparative"},
       {"name", title_of(name)},
       {"alias", name},
       {"new_this_month", json::Value::object({{"quantity", sums.new_count},
                                               {"mrc", ledger::to_decimal(sums.new_months)},
                                               {"otc", ledger::to_decimal(sums.once)}})},
       {"existing_this_month",
        json::Value::object({{"quantity", sums.further_count},
                             {"mrc", ledger::to_decimal(sums.further_months)},
                             {"otc", nullptr}})}});
}

json::Value line_of(const ledger::Total& total) {
  return json::Value::object({{"type", "simple"},
                              {"name", title_of(to_string(total.product))},
                              {"alias", to_string(total.product)},
                              {"quantity", total.quantity},
                              {"amount", ledger::to_decimal(total.taken)}});
}

Outcome show_summary(const Call& call, const store::Snapshot& snapshot) {
  const auto period = read_period(call);
  if (!period) return tl::unexpected(period.error());
  Sums sums;
  ledger::for_each_entry(snapshot, call.account.id, *period,
                         {Charge::OneTime, Charge::Recurring, Charge::Correction, Charge::Credit},
                         [&](const Entry& entry) { add(sums, entry); });
  ServiceSums all;
  json::Array lines;
  for (const auto& [name, service] : sums.services) {
    lines.push_back(line_of(name, service));
    all.new_months += service.new_months;
    all.once += service.once;
    all.further_months += service.further_months;
  }
  Nanos other = 0;
  Nanos credits = 0;
  Nanos corrections = 0;
  for (const ledger::Total& total : ledger::read_totals(snapshot, call.account.id, *period)) {
    if (total.charge == Charge::Credit) credits += total.taken;
    if (total.charge == Charge::Correction) corrections += total.taken;
    if (total.charge != Charge::Usage && total.charge != Charge::Other) continue;
    other += total.taken;
    lines.push_back(line_of(total));
  }
  const Nanos sum = all.new_months + all.once + all.further_months + other + credits + corrections;
  json::Value data = heading(call, snapshot, *period);
  data.set("summary", json::Value::object({{"lines", std::move(lines)},
                                           {"adjustments", std::move(sums.adjustments)}}));
  data.set("total", json::Value::object({{"new_mrc", ledger::to_decimal(all.new_months)},
                                         {"new_otc", ledger::to_decimal(all.once)},
                                         {"existing_mrc", ledger::to_decimal(all.further_months)},
                                         {"other", ledger::to_decimal(other)},
                                         {"credits", ledger::to_decimal(credits)},
                                         {"ledger_adjustments", ledger::to_decimal(corrections)},
                                         {"grand_total", ledger::to_decimal(sum)}}));
  Effects effects;
  effects.reply = api::Reply::data(data);
  return effects;
}

/// One thing that was paid for one number.
struct NumberCharge {
  std::string service;
  std::string_view type;  // "MRC", "OTC"
  Nanos cost = 0;
};
using NumberCharges = std::map<std::string, std::vector<NumberCharge>>;

NumberCharges charges_by_number(const Call& call, const store::Snapshot& snapshot,
                                const ledger::Period& period) {
  NumberCharges numbers;
  ledger::for_each_entry(
      snapshot, call.account.id, period, {Charge::OneTime, Charge::Recurring},
      [&](const Entry& entry) {
        if (entry.note.description.empty() || entry.note.description[0] != '+') return;
        const std::string_view type = entry.note.charge == Charge::OneTime ? "OTC" : "MRC";
        numbers[entry.note.description].push_back({service_of(entry), type, entry.taken()});
      });
  return numbers;
}

json::Array breakdown_of(const NumberCharges& numbers, const std::string& account,
                         const std::string& email) {
  json::Array results;
  for (const auto& [number, charges] : numbers) {
    json::Array services;
    for (const NumberCharge& one : charges) {
      services.push_back(json::Value::object({{"cost_type", one.type},
                                              {"name", title_of(one.service)},
                                              {"cost", ledger::to_decimal(one.cost)}}));
    }
    results.push_back(json::Value::object({{"tn", number},
                                           {"charge_type", charges.front().service},
                                           {"service_owner_user_id", account},
                                           {"service_owner_email", email},
                                           {"services", std::move(services)}}));
  }
  return results;
}

std::string csv_of(const NumberCharges& numbers, const std::string& account,
                   const std::string& email) {
  std::string csv =
      "tn,charge_type,service_owner_user_id,service_owner_email,cost_type,name,cost\n";
  for (const auto& [number, charges] : numbers) {
    for (const NumberCharge& one : charges) {
      csv += fmt::format("{},{},{},{},{},{},{}\n", number, charges.front().service, account, email,
                         one.type, title_of(one.service), ledger::to_decimal(one.cost));
    }
  }
  return csv;
}

Outcome show_breakdown(const Call& call, const store::Snapshot& snapshot) {
  const auto period = read_period(call);
  if (!period) return tl::unexpected(period.error());
  const NumberCharges numbers = charges_by_number(call, snapshot, *period);
  const std::string& account = call.account.id;
  const std::string email = email_of(snapshot, account);
  Effects effects;
  if (call.query.get("format") == "csv") {
    effects.reply = api::Reply::text(csv_of(numbers, account, email), "text/csv");
    return effects;
  }
  json::Value data = heading(call, snapshot, *period);
  data.set("results", breakdown_of(numbers, account, email));
  effects.reply = api::Reply::data(data);
  return effects;
}

}  // namespace

std::string email_of(const store::Snapshot& snapshot, std::string_view account) {
  if (const auto managed = snapshot.get("managed_accounts", account)) {
    return std::string(api::document_of(*managed)["email"].string());
  }
  return "owner-" +
         std::string(account.substr(account.size() - std::min<size_t>(12, account.size()))) +
         "@example.com";
}

void declare_charges(api::Registry& registry) {
  registry.bind(contract::Op::GetChargesSummary, show_summary);
  registry.bind(contract::Op::GetChargesBreakdown, show_breakdown);
}

}  // namespace tandem::products::account
