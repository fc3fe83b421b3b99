#pragma once

#include <string_view>

#include "api/call.h"
#include "core/json.h"

/// What happened to orders and port-outs: kept for /porting/events and /portouts/events, and told
/// by webhook to whoever asked for it.
namespace tandem::products::porting {

/// Keeps `payload` as an event of the order and sends it to the order's webhook_url.
void tell_order(const json::Value& order, std::string_view account, std::string_view type,
                const json::Value& payload, api::Moment moment, api::Effects& effects);

/// porting_order.status_changed, with the state the order is in now.
void tell_status(const json::Value& order, std::string_view account, api::Moment moment,
                 api::Effects& effects);

/// Keeps `payload` as an event of the port-out. Port-outs have no URL of their own: the account's
/// notification settings say where it goes.
void tell_portout(const store::Snapshot& snapshot, const json::Value& portout,
                  std::string_view account, std::string_view type, const json::Value& payload,
                  api::Moment moment, api::Effects& effects);

}  // namespace tandem::products::porting
