#pragma once

#include <string>

#include "products/voice/routing.h"
#include "products/voice/turn.h"

/// Legs that leave: may they, who pays, where do they go. The same rules for what applications
/// dial, for transfers and for what SIP phones and trunks call.
namespace tandem::products::voice {

/// What is asked for.
struct OutboundAsk {
  std::string from = {};
  std::string from_name = {};
  std::string to = {};
  std::string session_id = {};  // empty: one of its own
  std::string billing_group = {};
  Control control = Control::Application;
};

/// A leg that may be placed.
struct Outbound {
  CallState* call = nullptr;
  Destination destination;
};

/// Checks destination, caller, profile and spending, and adds the leg with its limits counted and
/// its money set aside. Errors: 10016 and 10015 for what can't be called, 10010 for what must not
/// be, 10039 for what was spent; 90041 to 90043 and 20100 when the batch falls.
Result<Outbound, api::ApiError> prepare_outbound(Turn& turn, const Connection& connection,
                                                 const OutboundAsk& ask);

/// Where events of the connection's calls go, and the tags they carry.
void follow_connection(CallState& call, const json::Value& connection);

/// A call_control_id.
std::string new_call_id(Ids& ids);

}  // namespace tandem::products::voice
