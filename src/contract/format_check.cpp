#include "contract/format_check.h"

#include <algorithm>
#include <array>

#include "core/clock.h"
#include "core/e164.h"

namespace tandem::contract {
namespace {

constexpr size_t kMaxUrlBytes = 2000;
constexpr size_t kMaxEmailBytes = 254;  // RFC 5321 section 4.5.3.1.3
constexpr size_t kMaxDecimalBytes = 64;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_alpha(char c) { return is_upper(c) || (c >= 'a' && c <= 'z'); }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
/// What may stand in a URI: neither control characters nor space, nor what must be encoded.
constexpr std::array<bool, 256> url_characters() {
  std::array<bool, 256> table{};
  for (size_t i = '!'; i < table.size(); ++i) table[i] = i != 0x7f;
  for (const unsigned char c : {'"', '<', '>', '\\', '^', '`'}) table[c] = false;
  return table;
}
constexpr std::array<bool, 256> kUrlCharacters = url_characters();
bool is_url_char(char c) { return kUrlCharacters[static_cast<unsigned char>(c)]; }

template <class Test>
bool all(std::string_view text, Test test) {
  return std::all_of(text.begin(), text.end(), test);
}

bool is_scheme(std::string_view text) {
  return !text.empty() && is_alpha(text[0]) && all(text, [](char c) {
    return is_alpha(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
  });
}

bool is_web_scheme(std::string_view scheme) {
  std::string lower(scheme);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; });
  return lower == "http" || lower == "https" || lower == "ws" || lower == "wss";
}

bool is_port(std::string_view text) {
  return text.size() <= 5 && all(text, is_digit) &&
         (text.empty() || std::stoi(std::string(text)) <= 65535);
}

/// `host`, `host:port`, `user@host`, `[::1]:8080`.
bool has_host(std::string_view authority) {
  if (const size_t at = authority.rfind('@'); at != std::string_view::npos) {
    authority.remove_prefix(at + 1);
  }
  if (authority.starts_with('[')) {
    const size_t close = authority.find(']');
    if (close == std::string_view::npos || close == 1) return false;
    const auto after = authority.substr(close + 1);
    return after.empty() || (after[0] == ':' && is_port(after.substr(1)));
  }
  const size_t colon = std::min(authority.find(':'), authority.size());
  const auto host = authority.substr(0, colon);
  if (host.empty() || host.starts_with('.') || host.find("..") != std::string_view::npos) {
    return false;
  }
  return colon == authority.size() || is_port(authority.substr(colon + 1));
}

bool is_email(std::string_view text) {
  const size_t at = text.rfind('@');
  if (text.size() > kMaxEmailBytes || at == std::string_view::npos || at == 0) return false;
  const auto domain = text.substr(at + 1);
  return domain.find('.') != std::string_view::npos && !domain.starts_with('.') &&
         !domain.ends_with('.') && domain.find("..") == std::string_view::npos &&
         all(text, [](char c) { return static_cast<unsigned char>(c) > ' ' && c != '\x7f'; }) &&
         all(domain, [](char c) { return is_alpha(c) || is_digit(c) || c == '-' || c == '.'; });
}

/// `Fri, 11 Aug 2023 19:12:11 +0000`: letters and digits where they belong.
bool is_mail_date(std::string_view text) {
  constexpr std::string_view kForm = "Aaa, 00 Aaa 0000 00:00:00 +0000";
  if (text.size() != kForm.size()) return false;
  for (size_t i = 0; i < kForm.size(); ++i) {
    const char form = kForm[i];
    const bool fine = form == 'A'   ? is_upper(text[i])
                      : form == 'a' ? is_alpha(text[i])
                      : form == '0' ? is_digit(text[i])
                                    : text[i] == form;
    if (!fine) return false;
  }
  return true;
}

bool is_json_pointer(std::string_view text) { return text.empty() || text[0] == '/'; }

}  // namespace

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !is_hex(text[i])) return false;
  }
  return true;
}

bool is_url(std::string_view text) {
  if (text.size() > kMaxUrlBytes || !all(text, [](char c) { return is_url_char(c); })) return false;
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos || !is_scheme(text.substr(0, colon))) return false;
  const auto rest = text.substr(colon + 1);
  if (!is_web_scheme(text.substr(0, colon))) return !rest.empty();
  if (!rest.starts_with("//")) return false;
  return has_host(rest.substr(2, rest.find_first_of("/?#", 2) - 2));
}

bool is_date(std::string_view text) {
  return text.size() == 10 && text[4] == '-' && parse_iso8601(text).has_value();
}

bool is_decimal(std::string_view text) {
  if (text.size() > kMaxDecimalBytes) return false;
  if (text.starts_with('-')) text.remove_prefix(1);
  const size_t point = std::min(text.find('.'), text.size());
  const auto whole = text.substr(0, point);
  if (whole.empty() || !all(whole, is_digit)) return false;
  if (point == text.size()) return true;
  const auto fraction = text.substr(point + 1);
  return !fraction.empty() && all(fraction, is_digit);
}

std::optional<FormatProblem> check_format(Check check, std::string_view text, bool lenient) {
  const auto unless = [](bool good, std::string_view code,
                         std::string_view detail) -> std::optional<FormatProblem> {
    if (good) return std::nullopt;
    return FormatProblem{code, detail};
  };
  switch (check) {
    case Check::None:
      return std::nullopt;
    case Check::Uuid:
      return unless(is_uuid(text), "10015", "Must be a UUID.");
    case Check::DateTime:
      return unless(parse_iso8601(text).has_value() || (lenient && is_mail_date(text)), "10015",
                    "Must be a date and time such as 2024-05-01T12:30:00.000Z.");
    case Check::Date:
      return unless(is_date(text), "10015", "Must be a date such as 2024-05-01.");
    case Check::Uri:
      return unless(is_url(text) || (lenient && (text.empty() || text[0] == '/')), "10003",
                    "Must be a complete URL of at most 2000 characters.");
    case Check::E164:
      return unless(is_e164(text), "10016",
                    "Must be a phone number in +E.164 format, such as +13125550100.");
    case Check::Email:
      return unless(is_email(text), "10019", "Must be an email address.");
    case Check::Decimal:
      return unless(is_decimal(text), "10015", "Must be a decimal number such as 12.50.");
    case Check::Currency:
      return unless(text.size() == 3 && all(text, is_upper), "10015",
                    "Must be a three-letter ISO 4217 currency code.");
    case Check::JsonPointer:
      return unless(is_json_pointer(text), "10015", "Must be a JSON pointer.");
  }
  return std::nullopt;
}

}  // namespace tandem::contract
