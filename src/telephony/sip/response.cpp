#include "telephony/sip/response.h"

#include "telephony/sip/grammar.h"
#include "telephony/sip/message.h"
#include "telephony/sip/request_check.h"

namespace tandem::sip {
namespace {

/// The top Via with the sender's true address filled in.
std::string stamped_via(const Via& via, const Flow& from) {
  std::string out = "SIP/2.0/";
  out.append(via.transport).append(" ").append(via.host);
  if (via.port != 0) out.append(":").append(std::to_string(via.port));
  std::string_view rest = via.params.text();
  while (const auto param = Params::next(rest)) {
    if (iequals(param->name, "received") || iequals(param->name, "rport")) continue;
    out.append(";").append(param->name);
    if (!param->value.empty()) out.append("=").append(param->value);
  }
  const std::string ip = from.remote.ip();
  if (via.wants_rport()) {
    out.append(";received=")
        .append(ip)
        .append(";rport=")
        .append(std::to_string(from.remote.port()));
  } else if (!iequals(via.host, from.remote.host())) {
    out.append(";received=").append(ip);
  }
  return out;
}

void write_vias(MessageWriter& writer, const Message& request, const Flow& from) {
  bool first = true;
  for (const Header& field : request.headers()) {
    if (field.id != HeaderId::Via) continue;
    std::string_view list = field.value;
    if (first) {
      next_list_value(list);
      writer.header(HeaderId::Via, stamped_via(request.via(), from));
      first = false;
    }
    if (list.data() != nullptr) writer.header(HeaderId::Via, trim(list));
  }
}

}  // namespace

Response make_response(const Refusal& refusal) {
  Response out;
  out.status = refusal.status;
  out.reason = refusal.reason;
  if (!refusal.header.empty()) out.headers.emplace_back(refusal.header, refusal.header_value);
  return out;
}

std::string response_head(const Message& request, const Flow& from, std::string_view to_tag) {
  std::string out;
  out.reserve(512);
  MessageWriter writer(out);
  write_vias(writer, request, from);
  writer.copy(request, HeaderId::From);
  std::string to(request.get(HeaderId::To));
  if (!to.empty() && request.to().tag().empty() && !to_tag.empty())
    to.append(";tag=").append(to_tag);
  if (!to.empty()) writer.header(HeaderId::To, to);
  writer.copy(request, HeaderId::CallId);
  writer.copy(request, HeaderId::CSeq);
  writer.copy(request, HeaderId::Timestamp);
  return out;
}

std::string encode_response(const Response& response, std::string_view head) {
  std::string out;
  out.reserve(256 + head.size() + response.body.data.size());
  MessageWriter writer(out);
  writer.status(response.status, response.reason);
  out += head;
  writer.headers(response.headers);
  writer.finish(response.body);
  return out;
}

Flow response_flow(const Message& request, const Flow& from) {
  if (is_reliable(from.protocol) || request.via().wants_rport()) return from;
  Flow out = from;
  const uint16_t port = request.via().port;
  out.remote = from.remote.with_port(port != 0 ? port : default_port(from.protocol));
  return out;
}

}  // namespace tandem::sip
