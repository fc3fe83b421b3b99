#pragma once

#include <string>
#include <string_view>

#include "telephony/sip/flow.h"
#include "telephony/sip/writer.h"

namespace tandem::sip {

/// A request before it is sent: everything but Via, which depends on the way it takes.
struct OutgoingRequest {
  std::string method;
  std::string uri;
  HeaderList headers;
  Body body;
  bool compact = false;  // with short names of fields

  std::string_view get(std::string_view name) const;
  /// Replaces the field or adds it at the end.
  void set(std::string_view name, std::string value);
  void add(std::string_view name, std::string value) {
    headers.emplace_back(std::string(name), std::move(value));
  }
  void remove(std::string_view name);
};

/// The bytes on the wire, with a Via of `local` (host:port) and that branch.
std::string encode_request(const OutgoingRequest& request, Protocol protocol,
                           std::string_view local, std::string_view branch);

/// ACK of a final response other than 2xx (RFC 3261 section 17.1.1.3), made from the INVITE's bytes
/// and the To of the response. Empty when the bytes are no request.
std::string make_ack(std::string_view invite, std::string_view response_to);

/// CANCEL of a request (RFC 3261 section 9.1), made from its bytes.
std::string make_cancel(std::string_view request, const HeaderList& extra);

}  // namespace tandem::sip
