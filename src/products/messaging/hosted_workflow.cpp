#include <string>

#include "products/common/number_ports.h"
#include "products/common/steps.h"
#include "products/messaging/hosted.h"

// What the other carriers decide: the sandbox's stand for them.

namespace tandem::products::messaging {
namespace {

using api::Effects;

/// Last digits of numbers that the other carrier does not let go of, and why.
std::string_view carrier_says(std::string_view number) {
  if (number.ends_with("0090")) return "failed_carrier_rejected";
  if (number.ends_with("0091")) return "failed_ineligible_carrier";
  if (number.ends_with("0092")) return "failed_activation";
  return "successful";
}

/// Each number that was waiting becomes the account's, or fails.
void finish_numbers(const api::Registry& registry, const numbers::Inventory& inventory,
                    const api::Step& step, const store::Snapshot& snapshot, StepDocument& order,
                    Effects& effects) {
  const api::Account account{.id = order.row.account, .parent = {}, .key_id = {}};
  bool any = false;
  for (json::Value& number : order.fields.member("phone_numbers").items()) {
    if (number["status"].string() != "provisioning") continue;
    const std::string e164(number["phone_number"].string());
    std::string_view status = carrier_says(e164);
    if (status == "successful" &&
        !start_hosting(registry, inventory, snapshot, {step.now, step.ids}, account, e164,
                       order.fields["messaging_profile_id"].string(), effects)) {
      status = "failed_number_already_hosted";
    }
    number.set("status", status);
    any = any || status == "successful";
  }
  order.fields.set("_open_numbers", json::Value::array());
  order.fields.set("status", any ? "successful" : "failed");
}

Effects advance(const api::Registry& registry, const numbers::Inventory& inventory,
                const api::Step& step, const store::Snapshot& snapshot) {
  Effects effects;
  auto order = step_document(step, snapshot, kHostedOrders);
  if (!order) return effects;
  const std::string status(order->fields["status"].string());
  if (status == "pending" || status == "loa_file_successful") {
    for (json::Value& number : order->fields.member("phone_numbers").items()) {
      if (number["status"].string() == "pending") number.set("status", "provisioning");
    }
    order->fields.set("status", "provisioning");
    effects.timers.push_back(hosted_timer(order->row.id, order->row.account, step.now));
  } else if (status == "provisioning") {
    finish_numbers(registry, inventory, step, snapshot, *order, effects);
  } else {
    return effects;
  }
  put_back(kHostedOrders, *order, step.now, effects);
  return effects;
}

/// Nobody proved anything in time.
Effects expire(const api::Step& step, const store::Snapshot& snapshot) {
  Effects effects;
  auto order = step_document(step, snapshot, kHostedOrders);
  if (!order) return effects;
  const std::string_view status = order->fields["status"].string();
  if (status != "pending" && status != "loa_file_invalid") return effects;
  for (json::Value& number : order->fields.member("phone_numbers").items()) {
    if (number["status"].string() == "pending") number.set("status", "failed_timeout");
  }
  order->fields.set("status", "failed");
  order->fields.set("_open_numbers", json::Value::array());
  put_back(kHostedOrders, *order, step.now, effects);
  return effects;
}

}  // namespace

void declare_hosted_workflow(api::Registry& registry, const numbers::Inventory& inventory) {
  registry.workflow(
      std::string(kAdvanceHosted),
      [&registry, &inventory](const api::Step& step, const store::Snapshot& snapshot) {
        return advance(registry, inventory, step, snapshot);
      });
  registry.workflow(std::string(kExpireHosted), expire);
}

}  // namespace tandem::products::messaging
