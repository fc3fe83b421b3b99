#include "products/porting/activation.h"

#include "products/common/number_ports.h"
#include "products/common/steps.h"
#include "products/porting/bind.h"
#include "products/porting/order_state.h"
#include "products/porting/porting.h"
#include "products/porting/portouts.h"

namespace tandem::products::porting {
namespace {

using api::Call;
using api::Effects;
using api::Outcome;
using api::refuse;
using contract::Op;
using std::chrono::hours;

constexpr int kWindows = 10;
constexpr auto kWindowStart = hours(13);
constexpr auto kWindowTime = hours(8);
/// How long an order can be activated by hand before its numbers move anyway.
constexpr auto kByHandTime = hours(12);
constexpr auto kJobTime = std::chrono::seconds(5);

std::optional<store::Row> open_job(const store::Snapshot& snapshot, const std::string& account,
                                   std::string_view order_id) {
  store::Query query;
  query.collection = kJobs;
  query.account = account;
  query.where = {{"_porting_order_id", store::Compare::Eq, {std::string(order_id)}},
                 {"status", store::Compare::Eq, {std::string("created")}}};
  query.limit = 1;
  const store::Page page = snapshot.list(query);
  if (page.rows.empty()) return std::nullopt;
  return page.rows.front();
}

/// Whether `moment` lies in one of the job's windows.
bool in_window(const json::Value& job, WallTime moment) {
  for (const json::Value& window : job["activation_windows"].items()) {
    const auto start = parse_iso8601(window["start_at"].string());
    const auto end = parse_iso8601(window["end_at"].string());
    if (start && end && *start <= moment && moment <= *end) return true;
  }
  return false;
}

Outcome activate(const api::Registry& registry, const Call& call, const store::Snapshot& snapshot) {
  const auto row = registry.engine(kOrders)->find(call, snapshot, call.param("id"));
  if (!row) return tl::unexpected(row.error());
  const json::Value order = api::document_of(*row);
  if (!order.at_path("activation_settings.fast_port_eligible").boolean()) {
    return refuse("10015", "The numbers of this order move at their own time only.");
  }
  const auto job_row = open_job(snapshot, call.account.id, row->id);
  if (!job_row) return refuse("10015", "The losing provider has not confirmed a date yet.");
  json::Value job = api::document_of(*job_row);
  if (!in_window(job, call.now)) return refuse("10015", "The confirmed date is not there yet.");
  const api::ResourceEngine* jobs = registry.engine(kJobs);
  job.set("status", "in-process");
  job.set("activate_at", to_iso8601(call.now));
  Effects effects;
  jobs->put(*job_row, job, call.now, effects);
  effects.timers.push_back(
      document_timer(kRunJob, job_row->id, call.account.id, call.now + kJobTime));
  effects.reply = jobs->reply(call, snapshot, job);
  return effects;
}

Result<void, api::ApiError> move_job(api::Draft& draft) {
  json::Value& job = draft.document;
  if (job["status"].string() != "created") {
    return refuse("10015", "The numbers have moved, or are moving.");
  }
  const auto moment = parse_iso8601(job["activate_at"].string());
  if (!moment || *moment <= draft.call.now || !in_window(job, *moment)) {
    return refuse("10015", "The moment lies outside the activation windows.", "/activate_at");
  }
  draft.effects.timers.push_back(
      document_timer(kRunJob, job["id"].string(), draft.call.account.id, *moment));
  return {};
}

void finish_messaging(json::Value& order) {
  json::Value& messaging = order.member("messaging");
  if (messaging["messaging_port_status"].string() != "pending") return;
  messaging.set("messaging_port_status", "ported");
  messaging.set("messaging_port_completed", true);
}

/// The numbers move: they are the account's from now on.
Effects run(const api::Registry& registry, const Services& services, const api::Step& step,
            const store::Snapshot& snapshot) {
  Effects effects;
  auto job = step_document(step, snapshot, kJobs);
  if (!job || job->fields["status"].string() == "completed") return effects;
  const auto row = snapshot.get(kOrders, job->fields["_porting_order_id"].string());
  if (!row) return effects;
  StepDocument order{*row, api::document_of(*row)};
  const bool ready = order.fields.at_path("status.value").string() == "foc-date-confirmed";
  job->fields.set("status", ready ? "completed" : "failed");
  put_back(kJobs, *job, step.now, effects);
  if (!ready) return effects;
  const api::Moment moment{step.now, step.ids};
  const api::Account account{row->account, {}, {}};
  for (const store::Row& number : numbers_of(snapshot, row->id)) {
    bring_in(registry, services.inventory, services.rates, snapshot, moment, account,
             api::document_of(number)["phone_number"].string(),
             order.fields["phone_number_configuration"], effects);
  }
  finish_messaging(order.fields);
  finish_portouts(snapshot, row->id, moment, effects);
  move_order(snapshot, order.fields, row->account, "ported", "Active", moment, effects);
  put_back(kOrders, order, step.now, effects);
  return effects;
}

}  // namespace

std::vector<Window> foc_windows(WallTime now) {
  std::vector<Window> windows;
  auto day = std::chrono::floor<std::chrono::days>(now) + std::chrono::days(1);
  while (windows.size() < kWindows) {
    day += std::chrono::days(1);
    const std::chrono::weekday weekday{day};
    if (weekday == std::chrono::Saturday || weekday == std::chrono::Sunday) continue;
    const WallTime start = day + kWindowStart;
    windows.push_back({start, start + kWindowTime});
  }
  return windows;
}

WallTime committed_moment(const json::Value& order, WallTime now) {
  const auto asked =
      parse_iso8601(order.at_path("activation_settings.foc_datetime_requested").string());
  if (asked && *asked > now) return *asked;
  return foc_windows(now).front().start;
}

void plan_job(const json::Value& order, std::string_view account, api::Moment moment,
              Effects& effects) {
  const json::Value& settings = order["activation_settings"];
  const bool by_hand = settings["fast_port_eligible"].boolean();
  const WallTime start =
      parse_iso8601(settings["foc_datetime_actual"].string()).value_or(moment.now);
  const WallTime end = start + (by_hand ? kByHandTime : kWindowTime);
  const WallTime when = by_hand ? end : start;
  const std::string id = moment.ids.uuid();
  const std::string now = to_iso8601(moment.now);
  const json::Value window =
      json::Value::object({{"start_at", to_iso8601(start)}, {"end_at", to_iso8601(end)}});
  effects.put(std::string(kJobs), id, std::string(account),
              json::Value::object({{"id", id},
                                   {"record_type", "porting_activation_job"},
                                   {"status", "created"},
                                   {"activation_type", by_hand ? "on-demand" : "scheduled"},
                                   {"activate_at", to_iso8601(when)},
                                   {"activation_windows", json::Value::array({window})},
                                   {"_porting_order_id", order["id"]},
                                   {"created_at", now},
                                   {"updated_at", now}}),
              store::kNew, moment.now);
  effects.timers.push_back(document_timer(kRunJob, id, account, when));
}

void declare_activation(api::Registry& registry, const Services& services) {
  bind(registry, Op::ActivatePortingOrder, activate);
  registry.resource({.path = "/porting_orders/{id}/activation_jobs",
                     .collection = std::string(kJobs),
                     .record_type = "porting_activation_job",
                     .parent_field = "_porting_order_id",
                     .parent_collection = std::string(kOrders),
                     .on_update = move_job});
  registry.workflow(std::string(kRunJob),
                    [&registry, services](const api::Step& step, const store::Snapshot& snapshot) {
                      return run(registry, services, step, snapshot);
                    });
}

}  // namespace tandem::products::porting
