#include "telephony/sip/request_check.h"

#include <algorithm>
#include <array>

#include "telephony/sip/auth_header.h"
#include "telephony/sip/grammar.h"
#include "telephony/sip/limits.h"

namespace tandem::sip {
namespace {

constexpr uint64_t kMaxHops = 255;  // RFC 3261 section 20.22

std::string join(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) {
    if (!out.empty()) out += ", ";
    out += word;
  }
  return out;
}

bool contains(const std::vector<std::string>& words, std::string_view word) {
  return std::any_of(words.begin(), words.end(),
                     [word](const std::string& known) { return iequals(known, word); });
}

Refusal bad(std::string_view what) { return {400, "Bad " + std::string(what), {}, {}}; }

bool valid_contact(const Message& request, std::string_view value) {
  if (value == "*") return request.method() == Method::Register;
  const auto contact = parse_name_addr(value);
  if (!contact) return false;
  const auto expires = contact->params.find("expires");
  return !expires || parse_seconds(*expires).has_value();
}

bool valid_route(std::string_view value) {
  const auto route = parse_name_addr(value);
  return route && route->uri.is_sip() && value.find('<') != std::string_view::npos;
}

template <class Check>
bool every_value(const Message& request, HeaderId id, Check check) {
  for (std::string_view value : request.values(id)) {
    if (!check(value)) return false;
  }
  return true;
}

std::optional<Refusal> check_request_uri(const Message& request) {
  const auto uri = parse_uri(request.request_uri());
  if (!uri || !uri->headers.empty()) return bad("Request-URI");
  return std::nullopt;
}

std::optional<Refusal> check_single_values(const Message& request) {
  if (const auto hops = request.find(HeaderId::MaxForwards);
      hops && !parse_number(*hops, kMaxHops)) {
    return bad("Max-Forwards");
  }
  for (HeaderId id : {HeaderId::Expires, HeaderId::MinSe, HeaderId::MinExpires}) {
    const auto value = request.find(id);
    if (value && !parse_seconds(*value)) return bad(header_name(id));
  }
  if (const auto date = request.find(HeaderId::Date); date && !is_sip_date(*date))
    return bad("Date");
  const auto type = request.find(HeaderId::ContentType);
  if (type && !parse_content_type(*type)) return bad("Content-Type");
  const auto replaces = request.find(HeaderId::Replaces);
  if (replaces && !parse_replaces(*replaces)) return bad("Replaces");
  const auto refer_to = request.find(HeaderId::ReferTo);
  if (refer_to && !parse_name_addr(*refer_to)) return bad("Refer-To");
  const auto session = request.find(HeaderId::SessionExpires);
  if (session && !parse_session_expires(*session)) return bad("Session-Expires");
  return std::nullopt;
}

std::optional<Refusal> check_lists(const Message& request) {
  const auto contact = [&request](std::string_view value) { return valid_contact(request, value); };
  if (!every_value(request, HeaderId::Contact, contact)) return bad("Contact");
  if (!every_value(request, HeaderId::Route, valid_route)) return bad("Route");
  if (!every_value(request, HeaderId::RecordRoute, valid_route)) return bad("Record-Route");
  const auto via = [](std::string_view value) { return parse_via(value).has_value(); };
  // Only the topmost Via must be of our grammar; those below belong to the hops behind it.
  if (request.via_count() == 1 && !every_value(request, HeaderId::Via, via)) return bad("Via");
  return std::nullopt;
}

/// Methods whose body is a session description; bodies of others are their users' business.
bool carries_session(Method method) {
  return method == Method::Invite || method == Method::Update || method == Method::Prack;
}

std::optional<Refusal> check_body(const Message& request, const Capabilities& ours) {
  const std::string_view encoding = request.get(HeaderId::ContentEncoding);
  if (!encoding.empty() && !iequals(encoding, "identity")) {
    return Refusal{415, {}, "Accept-Encoding", "identity"};
  }
  if (request.body().empty() || !carries_session(request.method())) return std::nullopt;
  const std::string_view type = request.content_type();
  const bool optional =
      request.get(HeaderId::ContentDisposition).find("handling=optional") != std::string_view::npos;
  if (type.empty() || contains(ours.body_types, type) || optional) return std::nullopt;
  return Refusal{415, {}, "Accept", ours.accept()};
}

bool accepts_sdp(const Message& request) {
  if (!request.has(HeaderId::Accept)) return true;
  for (std::string_view value : request.values(HeaderId::Accept)) {
    const std::string_view type = trim(value.substr(0, value.find(';')));
    constexpr std::array<std::string_view, 3> kFitting = {"application/sdp", "application/*",
                                                          "*/*"};
    for (std::string_view fitting : kFitting) {
      if (iequals(type, fitting)) return true;
    }
  }
  return false;
}

}  // namespace

std::string Capabilities::allow() const { return join(methods); }
std::string Capabilities::supported() const { return join(extensions); }
std::string Capabilities::accept() const { return join(body_types); }

std::optional<Refusal> check_form(const Message& request, ParseFault fault) {
  switch (fault) {
    case ParseFault::None:
      break;
    case ParseFault::Version:
      return Refusal{505, {}, {}, {}};
    case ParseFault::TooLarge:
      return Refusal{request.request_uri().size() > kMaxUriBytes ? 414 : 513, {}, {}, {}};
    default:
      return Refusal{400, std::string(to_string(fault)), {}, {}};
  }
  if (auto refusal = check_request_uri(request)) return refusal;
  if (auto refusal = check_single_values(request)) return refusal;
  return check_lists(request);
}

std::optional<Refusal> check_capabilities(const Message& request, const Capabilities& ours) {
  const auto uri = parse_uri(request.request_uri());
  if (!uri || (!uri->is_sip() && uri->scheme != Scheme::Tel)) return Refusal{416, {}, {}, {}};
  if (!contains(ours.methods, request.method_name())) {
    const int status = request.method() == Method::Other ? 501 : 405;
    return Refusal{status, {}, "Allow", ours.allow()};
  }
  if (request.method() == Method::Ack || request.method() == Method::Cancel) return std::nullopt;
  std::string unsupported;
  for (std::string_view tag : request.values(HeaderId::Require)) {
    if (tag.empty() || contains(ours.extensions, tag)) continue;
    if (!unsupported.empty()) unsupported += ", ";
    unsupported += tag;
  }
  if (!unsupported.empty()) return Refusal{420, {}, "Unsupported", unsupported};
  if (auto refusal = check_body(request, ours)) return refusal;
  if (request.method() == Method::Invite && !accepts_sdp(request)) return Refusal{406, {}, {}, {}};
  return std::nullopt;
}

bool is_usable_response(const Message& response, ParseFault fault) {
  return fault == ParseFault::None && !response.is_request() && response.via_count() == 1;
}

}  // namespace tandem::sip
