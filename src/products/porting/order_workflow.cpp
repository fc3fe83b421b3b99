#include <array>
#include <string>

#include "products/common/steps.h"
#include "products/porting/activation.h"
#include "products/porting/bind.h"
#include "products/porting/events.h"
#include "products/porting/order_state.h"
#include "products/porting/porting.h"
#include "products/porting/portouts.h"

// The way of an order: in-process, submitted, foc-date-confirmed; then its activation job moves the
// numbers and it is ported. One decision of the losing provider at a time.

namespace tandem::products::porting {
namespace {

using api::Effects;

/// What the sandbox's losing providers do not accept in an order, and how they say so.
struct Complaint {
  std::string_view path;
  std::string_view value;
  std::string_view code;
};
constexpr std::array<Complaint, 4> kComplaints = {{
    {"end_user.admin.pin_passcode", "0000", "PASSCODE_PIN_INVALID"},
    {"end_user.admin.account_number", "MISMATCH", "ACCOUNT_NUMBER_MISMATCH"},
    {"end_user.admin.entity_name", "MISMATCH", "ENTITY_NAME_MISMATCH"},
    {"end_user.location.postal_code", "00000", "POSTAL_CODE_MISMATCH"},
}};

std::string_view complaint_of(const json::Value& order) {
  for (const Complaint& complaint : kComplaints) {
    if (order.at_path(complaint.path).string() == complaint.value) return complaint.code;
  }
  return {};
}

/// A step of an order, with what it does.
struct Move {
  const numbers::Inventory& inventory;
  const api::Step& step;
  const store::Snapshot& snapshot;
  StepDocument& order;
  Effects& effects;

  api::Moment moment() const { return {step.now, step.ids}; }
  void to(std::string_view status, std::string_view activation) {
    move_order(snapshot, order.fields, order.row.account, status, activation, moment(), effects);
    put_back(kOrders, order, step.now, effects);
  }
  void fail(std::string_view code) {
    fail_order(snapshot, order.fields, order.row.account, code, moment(), effects);
    put_back(kOrders, order, step.now, effects);
  }
  void again() {
    effects.timers.push_back(
        document_timer(kAdvanceOrder, order.row.id, order.row.account, step.now + kDecisionTime));
  }
};

void submit(Move& move) {
  const std::string_view code = complaint_of(move.order.fields);
  if (!code.empty()) return move.fail(code);
  move.to("submitted", "Sending");
  ask_owners(move.inventory, move.snapshot, move.order.fields, move.order.row.account,
             move.moment(), move.effects);
  move.again();
}

/// While an account that has the numbers has not answered, its answer leads to the next step.
void commit_to_date(Move& move) {
  const Consent consent = consent_of(move.snapshot, move.order.row.id);
  if (consent == Consent::Awaited) return;
  if (consent == Consent::Refused) return move.fail("FOC_REJECTED");
  json::Value& order = move.order.fields;
  const WallTime moment = committed_moment(order, move.step.now);
  order.member("activation_settings").set("foc_datetime_actual", to_iso8601(moment));
  plan_job(order, move.order.row.account, move.moment(), move.effects);
  move.to("foc-date-confirmed", "Concurred");
}

Effects advance(const numbers::Inventory& inventory, const api::Step& step,
                const store::Snapshot& snapshot) {
  Effects effects;
  auto order = step_document(step, snapshot, kOrders);
  if (!order) return effects;
  Move move{inventory, step, snapshot, *order, effects};
  const std::string status(order->fields.at_path("status.value").string());
  if (status == "in-process") submit(move);
  if (status == "submitted") commit_to_date(move);
  if (status == "cancel-pending") {
    cancel_portouts(snapshot, order->row.id, move.moment(), effects);
    move.to("cancelled", "Cancelled");
  }
  return effects;
}

}  // namespace

void declare_order_workflow(api::Registry& registry, const numbers::Inventory& inventory) {
  registry.workflow(std::string(kAdvanceOrder),
                    [&inventory](const api::Step& step, const store::Snapshot& snapshot) {
                      return advance(inventory, step, snapshot);
                    });
}

}  // namespace tandem::products::porting
