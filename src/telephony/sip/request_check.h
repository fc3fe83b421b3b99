#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "telephony/sip/message.h"

namespace tandem::sip {

/// Why a request is answered with an error, and how.
struct Refusal {
  int status = 400;
  std::string reason;  // empty: the usual phrase
  std::string header;  // one more header field that the status asks for
  std::string header_value;
};

/// What this side understands, for the checks of RFC 3261 section 8.2.
struct Capabilities {
  std::vector<std::string> methods;
  std::vector<std::string> extensions;  // option tags
  std::vector<std::string> body_types;  // media types of request bodies

  std::string allow() const;
  std::string supported() const;
  std::string accept() const;
};

/// Whether the request is well-formed: parse faults, Request-URI, Max-Forwards, Contact, routes,
/// dates and numbers. Nothing when it is.
std::optional<Refusal> check_form(const Message& request, ParseFault fault);

/// Whether we can serve it: scheme (416), method (405, 501), Require (420), body type and
/// encoding (415), Accept (406). Nothing when we can.
std::optional<Refusal> check_capabilities(const Message& request, const Capabilities& ours);

/// Whether a response may be looked at: well-formed, and with one Via only (it is for us).
bool is_usable_response(const Message& response, ParseFault fault);

}  // namespace tandem::sip
