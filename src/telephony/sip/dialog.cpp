#include "telephony/sip/dialog.h"

#include <algorithm>
#include <cstdio>

#include "telephony/sip/grammar.h"
#include "telephony/sip/limits.h"
#include "telephony/sip/message.h"

namespace tandem::sip {
namespace {

/// A From or To value without its tag, display name and other parameters kept.
std::string party_of(const NameAddr& address) {
  std::string out;
  if (!address.display.empty()) out.append(unfold(address.display)).push_back(' ');
  out.append("<").append(address.uri.text).append(">");
  std::string_view rest = address.params.text();
  while (const auto param = Params::next(rest)) {
    if (iequals(param->name, "tag")) continue;
    out.append(";").append(param->name);
    if (!param->value.empty()) out.append("=").append(param->value);
  }
  return out;
}

std::vector<std::string> routes_of(const Message& message) {
  std::vector<std::string> out;
  for (std::string_view value : message.values(HeaderId::RecordRoute)) {
    if (out.size() == kMaxRouteSet) break;
    out.push_back(unfold(value));
  }
  return out;
}

std::string contact_of(const Message& message) {
  const auto contact = message.address(HeaderId::Contact);
  return contact && contact->uri.is_sip() ? std::string(contact->uri.text) : std::string();
}

/// 10/8, 172.16/12, 192.168/16, 100.64/10, 169.254/16 and fc00::/7: addresses of someone's inside.
bool is_private(const Address& address) {
  const std::string ip = address.ip();
  if (address.is_v6()) return ip.rfind("fc", 0) == 0 || ip.rfind("fd", 0) == 0;
  unsigned a = 0;
  unsigned b = 0;
  if (std::sscanf(ip.c_str(), "%u.%u.", &a, &b) != 2) return false;
  return a == 10 || (a == 172 && b >= 16 && b < 32) || (a == 192 && b == 168) ||
         (a == 100 && b >= 64 && b < 128) || (a == 169 && b == 254);
}

}  // namespace

Dialog Dialog::from_request(const Message& request, const Flow& flow, std::string_view local_tag) {
  Dialog out;
  out.call_id = request.call_id();
  out.local_tag = local_tag;
  out.remote_tag = request.from().tag();
  out.local_party = party_of(request.to());
  out.remote_party = party_of(request.from());
  out.remote_target = contact_of(request);
  out.route_set = routes_of(request);
  out.remote_cseq = request.cseq().number;
  out.has_remote_cseq = true;
  out.flow = flow;
  return out;
}

void Dialog::learn_from_response(const Message& response, const Flow& from) {
  remote_tag = response.to().tag();
  const std::string contact = contact_of(response);
  if (!contact.empty()) remote_target = contact;
  if (response.has(HeaderId::RecordRoute) || response.status() >= 200) {
    route_set = routes_of(response);
    std::reverse(route_set.begin(), route_set.end());
  }
  flow = from;
}

void Dialog::refresh_target(const Message& message) {
  const std::string contact = contact_of(message);
  if (!contact.empty()) remote_target = contact;
}

OutgoingRequest Dialog::make_request(std::string_view method) {
  if (method != "ACK") ++local_cseq;
  OutgoingRequest out;
  out.method = method;
  out.uri = remote_target;
  std::vector<std::string> routes = route_set;
  const auto first = routes.empty() ? std::nullopt : parse_name_addr(routes.front());
  if (first && !first->uri.params.has("lr")) {
    // A strict router of RFC 2543 wants its own URI on the request line (section 12.2.1.1).
    out.uri = first->uri.text;
    routes.erase(routes.begin());
    routes.push_back("<" + remote_target + ">");
  }
  for (std::string& route : routes) out.add("Route", std::move(route));
  out.add("Max-Forwards", "70");
  out.add("From", local_party + ";tag=" + local_tag);
  out.add("To", remote_tag.empty() ? remote_party : remote_party + ";tag=" + remote_tag);
  out.add("Call-ID", call_id);
  out.add("CSeq", std::to_string(local_cseq) + " " + std::string(method));
  return out;
}

std::string_view Dialog::next_hop() const {
  if (route_set.empty()) return remote_target;
  const auto first = parse_name_addr(route_set.front());
  return first ? first->uri.text : std::string_view(remote_target);
}

bool Dialog::follows_flow() const {
  if (pinned && route_set.empty()) return true;
  const auto uri = parse_uri(next_hop());
  return !uri || is_behind_flow(*uri, flow);
}

bool Dialog::accept_cseq(uint32_t number) {
  if (has_remote_cseq && number <= remote_cseq) return false;
  remote_cseq = number;
  has_remote_cseq = true;
  return true;
}

bool is_behind_flow(const Uri& uri, const Flow& flow) {
  if (flow.protocol == Protocol::Ws || flow.protocol == Protocol::Wss) return true;
  if (uri.params.has("ob") || (uri.host.size() > 8 && uri.host.ends_with(".invalid"))) return true;
  const auto contact = Address::parse(uri.host, uri.port);
  if (!contact) return false;
  const bool same_host = contact->ip() == flow.remote.ip();
  if (same_host) return is_reliable(flow.protocol) && flow.connection != 0;
  return is_private(*contact) && !is_private(flow.remote) && !flow.remote.is_loopback();
}

}  // namespace tandem::sip
