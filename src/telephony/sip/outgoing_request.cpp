#include "telephony/sip/outgoing_request.h"

#include <algorithm>

#include "telephony/sip/grammar.h"
#include "telephony/sip/message.h"

namespace tandem::sip {
namespace {

/// What ACK and CANCEL share with their INVITE.
void copy_identity(MessageWriter& writer, const Message& invite, std::string_view to,
                   std::string_view method) {
  writer.request(method, invite.request_uri());
  std::string_view vias = invite.get(HeaderId::Via);
  writer.header(HeaderId::Via, next_list_value(vias).value_or(std::string_view()));
  writer.copy(invite, HeaderId::MaxForwards);
  writer.copy(invite, HeaderId::Route);
  writer.copy(invite, HeaderId::From);
  writer.header(HeaderId::To, to);
  writer.copy(invite, HeaderId::CallId);
  writer.header(HeaderId::CSeq, std::to_string(invite.cseq().number) + " " + std::string(method));
}

}  // namespace

std::string_view OutgoingRequest::get(std::string_view name) const {
  for (const auto& [field, value] : headers) {
    if (iequals(field, name)) return value;
  }
  return {};
}

void OutgoingRequest::set(std::string_view name, std::string value) {
  for (auto& [field, old] : headers) {
    if (!iequals(field, name)) continue;
    old = std::move(value);
    return;
  }
  add(name, std::move(value));
}

void OutgoingRequest::remove(std::string_view name) {
  std::erase_if(headers, [name](const auto& field) { return iequals(field.first, name); });
}

std::string encode_request(const OutgoingRequest& request, Protocol protocol,
                           std::string_view local, std::string_view branch) {
  std::string via = "SIP/2.0/";
  via.append(via_name(protocol)).append(" ").append(local);
  via.append(";branch=").append(branch).append(";rport");
  std::string out;
  out.reserve(768 + request.body.data.size());
  MessageWriter writer(out, request.compact);
  writer.request(request.method, request.uri).header(HeaderId::Via, via);
  writer.headers(request.headers).finish(request.body);
  return out;
}

std::string make_ack(std::string_view invite_bytes, std::string_view response_to) {
  Message invite;
  if (invite.parse(invite_bytes) != ParseFault::None) return {};
  std::string out;
  MessageWriter writer(out);
  copy_identity(writer, invite, response_to, "ACK");
  writer.finish();
  return out;
}

std::string make_cancel(std::string_view request_bytes, const HeaderList& extra) {
  Message request;
  if (request.parse(request_bytes) != ParseFault::None) return {};
  std::string out;
  MessageWriter writer(out);
  copy_identity(writer, request, request.get(HeaderId::To), "CANCEL");
  writer.headers(extra).finish();
  return out;
}

}  // namespace tandem::sip
