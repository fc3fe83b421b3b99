#pragma once

#include "products/voice/orders.h"
#include "products/voice/outbound.h"

/// Calls that applications place.
namespace tandem::products::voice {

/// Adds the legs that a POST /calls asks for, one a destination, and answers with the first.
api::Outcome dial(const api::Call& request, const store::Snapshot& snapshot, const Office& office,
                  Engine& engine);

/// What a request says of a new leg, beyond where it goes: headers, codecs, timeouts, encryption,
/// credentials. Of dial and transfer alike.
orders::Dial dial_order(json::View body, const Outbound& leg);

/// What a dial or a transfer says of its new leg: 90028 for a timeout that can't be, 10015 for
/// media that would have to be encrypted in a way we don't speak.
Result<void, api::ApiError> check_leg(json::View body);

/// The billing group that a request names, or empty; 10015 when the account has none of this id.
Result<std::string, api::ApiError> read_billing_group(const api::Call& request,
                                                      const store::Snapshot& snapshot);

/// X- and other fields of the members custom_headers and sip_headers.
HeaderLines read_headers(json::View body);
/// "G722,PCMU" one by one.
std::vector<std::string> read_codecs(std::string_view text);
/// 90017 when the client_state is no base64.
Result<void, api::ApiError> take_client_state(json::View body, CallState& call,
                                              std::string_view member = "client_state");

/// The members webhook_url and webhook_url_method: where the call's events go from now on.
void take_webhook(json::View body, CallState& call);

/// The answer of POST /calls and GET /calls/{id}.
json::Value call_document(const CallState& call, WallTime now);

}  // namespace tandem::products::voice
