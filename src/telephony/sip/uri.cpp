#include "telephony/sip/uri.h"

#include "telephony/sip/host.h"
#include "telephony/sip/limits.h"

namespace tandem::sip {
namespace {

constexpr std::string_view kUserMarks = "-_.!~*'()&=+$,;?/%#";
constexpr std::string_view kPasswordMarks = "-_.!~*'()&=+$,%";
constexpr std::string_view kHeaderMarks = "-_.!~*'()[]/?:+$%&=;,@";
constexpr std::string_view kVisualSeparators = "-.()";

bool only(std::string_view text, std::string_view marks) {
  for (char c : text) {
    if (!is_alnum(c) && marks.find(c) == std::string_view::npos) return false;
  }
  return valid_escapes(text);
}

bool read_user_info(std::string_view info, Uri& uri) {
  const size_t colon = info.find(':');
  uri.user = info.substr(0, colon);
  if (colon != std::string_view::npos) uri.password = info.substr(colon + 1);
  return !uri.user.empty() && only(uri.user, kUserMarks) && only(uri.password, kPasswordMarks);
}

bool read_sip(std::string_view rest, Uri& uri) {
  const size_t at = rest.find('@');
  if (at != std::string_view::npos) {
    if (!read_user_info(rest.substr(0, at), uri)) return false;
    rest.remove_prefix(at + 1);
  }
  Cursor cursor(rest);
  const auto where = parse_host_port(cursor, false);
  if (!where) return false;
  uri.host = where->host;
  uri.port = where->port;
  const std::string_view params_text = cursor.until("?");
  const auto params = Params::parse_uri(params_text);
  if (!params || (!params_text.empty() && params_text.front() != ';')) return false;
  uri.params = *params;
  if (cursor.take('?')) {
    uri.headers = cursor.rest();
    return !uri.headers.empty() && only(uri.headers, kHeaderMarks);
  }
  return true;
}

bool read_tel(std::string_view rest, Uri& uri) {
  const size_t semicolon = rest.find(';');
  uri.user = rest.substr(0, semicolon);
  std::string_view digits = uri.user;
  const bool global = !digits.empty() && digits.front() == '+';
  if (global) digits.remove_prefix(1);
  bool any = false;
  for (char c : digits) {
    const bool local_digit =
        !global && (c == '*' || c == '#' || (lower(c) >= 'a' && lower(c) <= 'f'));
    if (is_digit(c) || local_digit) {
      any = true;
    } else if (kVisualSeparators.find(c) == std::string_view::npos) {
      return false;
    }
  }
  const auto params =
      Params::parse_uri(semicolon == std::string_view::npos ? "" : rest.substr(semicolon));
  if (!any || !params) return false;
  uri.params = *params;
  return true;
}

bool read_opaque(std::string_view rest, Uri& uri) {
  for (char c : rest) {
    if (static_cast<uint8_t>(c) <= 0x20 || c == '<' || c == '>' || c == '"' || c == 0x7F)
      return false;
  }
  uri.opaque = rest;
  return !rest.empty();
}

Scheme read_scheme(std::string_view name) {
  if (iequals(name, "sip")) return Scheme::Sip;
  if (iequals(name, "sips")) return Scheme::Sips;
  if (iequals(name, "tel")) return Scheme::Tel;
  if (iequals(name, "urn")) return Scheme::Urn;
  return Scheme::Other;
}

bool valid_scheme(std::string_view name) {
  if (name.empty() || is_digit(name.front()) || !is_alnum(name.front())) return false;
  for (char c : name) {
    if (!is_alnum(c) && c != '+' && c != '-' && c != '.') return false;
  }
  return true;
}

std::string without_separators(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (kVisualSeparators.find(c) == std::string_view::npos) out.push_back(c);
  }
  return out;
}

/// These four must be on both sides or on none; any other parameter only when on both.
bool same_params(const Params& a, const Params& b) {
  for (std::string_view name : {"user", "ttl", "method", "maddr"}) {
    if (a.has(name) != b.has(name)) return false;
  }
  std::string_view rest = a.text();
  while (const auto param = Params::next(rest)) {
    const auto other = b.find(param->name);
    if (other && !iequals(unescape(*other), unescape(param->value))) return false;
  }
  return true;
}

}  // namespace

std::string Uri::user_text() const {
  return scheme == Scheme::Tel ? without_separators(user) : unescape(user);
}

std::string Uri::number() const {
  std::string digits = without_separators(user_text());
  digits = digits.substr(0, digits.find(';'));
  const size_t first = !digits.empty() && digits.front() == '+' ? 1 : 0;
  if (digits.size() == first) return {};
  for (size_t i = first; i < digits.size(); ++i) {
    if (!is_digit(digits[i]) && digits[i] != '*' && digits[i] != '#') return {};
  }
  return digits;
}

std::optional<Uri> parse_uri(std::string_view text) {
  if (text.size() > kMaxUriBytes) return std::nullopt;
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos || !valid_scheme(text.substr(0, colon))) return std::nullopt;
  Uri uri;
  uri.text = text;
  uri.scheme = read_scheme(text.substr(0, colon));
  const std::string_view rest = text.substr(colon + 1);
  bool good = false;
  switch (uri.scheme) {
    case Scheme::Sip:
    case Scheme::Sips:
      good = read_sip(rest, uri);
      break;
    case Scheme::Tel:
      good = read_tel(rest, uri);
      break;
    default:
      good = read_opaque(rest, uri);
      break;
  }
  if (!good) return std::nullopt;
  return uri;
}

bool same_uri(const Uri& a, const Uri& b) {
  if (a.scheme != b.scheme) return false;
  if (a.scheme == Scheme::Tel) return a.user_text() == b.user_text();
  if (!a.is_sip()) return a.text == b.text;
  return unescape(a.user) == unescape(b.user) && a.password == b.password &&
         iequals(a.host, b.host) && a.port == b.port && same_params(a.params, b.params) &&
         iequals(a.headers, b.headers);
}

std::string make_sip_uri(std::string_view user, std::string_view host, uint16_t port,
                         std::string_view params) {
  std::string out = "sip:";
  if (!user.empty()) out.append(escape_user(user)).push_back('@');
  out += host;
  if (port != 0) out.append(":").append(std::to_string(port));
  out += params;
  return out;
}

}  // namespace tandem::sip
