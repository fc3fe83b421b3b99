#pragma once

#include <string>
#include <string_view>

#include "telephony/sip/flow.h"
#include "telephony/sip/writer.h"

namespace tandem::sip {

class Message;
struct Refusal;

/// A response to send. What ties it to its request (Via, From, To, Call-ID, CSeq) is added when it
/// is encoded.
struct Response {
  int status = 200;
  std::string reason;  // empty: the usual phrase
  HeaderList headers;
  Body body;
};

Response make_response(const Refusal& refusal);

/// The lines Via, From, To, Call-ID and CSeq (and Timestamp) that every response to `request`
/// repeats; To gets `to_tag` unless it has one, the top Via gets `received` and `rport` as RFC 3261
/// section 18.2.1 and RFC 3581 have it.
std::string response_head(const Message& request, const Flow& from, std::string_view to_tag);

/// The whole response.
std::string encode_response(const Response& response, std::string_view head);

/// Where a response goes: back along the flow; over UDP to the port of RFC 3261 section 18.2.2.
Flow response_flow(const Message& request, const Flow& from);

}  // namespace tandem::sip
