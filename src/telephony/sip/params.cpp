#include "telephony/sip/params.h"

#include "telephony/sip/limits.h"

namespace tandem::sip {
namespace {

/// token, or a host, which brings brackets and colons; a few vendors' marks are let through.
bool is_value_char(char c) {
  return is_token_char(c) || c == '[' || c == ']' || c == ':' || c == '@' || c == '/' || c == '&' ||
         c == '$' || c == '(' || c == ')' || c == '?' || c == '#' || c == '{' || c == '}' ||
         c == '|' || static_cast<uint8_t>(c) >= 0x80;
}

bool is_uri_param_char(char c) {
  return is_alnum(c) || c == '%' ||
         std::string_view("-_.!~*'()[]/:&+$").find(c) != std::string_view::npos;
}

bool read_value(Cursor& cursor) {
  if (cursor.peek() == '"') return cursor.quoted().has_value();
  const size_t start = cursor.position();
  while (!cursor.done() && is_value_char(cursor.peek())) cursor.advance();
  return cursor.position() != start;
}

}  // namespace

std::optional<Params> Params::parse(Cursor& cursor) {
  cursor.skip_space();
  const size_t start = cursor.position();
  size_t count = 0;
  while (cursor.take_separator(';')) {
    if (++count > kMaxParams || cursor.token().empty()) return std::nullopt;
    if (cursor.take_separator('=') && !read_value(cursor)) return std::nullopt;
  }
  const std::string_view text = cursor.since(start);
  cursor.skip_space();
  if (!cursor.done()) return std::nullopt;
  return Params(trim(text));
}

std::optional<Params> Params::parse_uri(std::string_view text) {
  size_t count = 0;
  bool empty_part = false;
  for (char c : text) {
    if (c == ';') {
      if (++count > kMaxParams || empty_part) return std::nullopt;
      empty_part = true;
    } else if (c == '=' || is_uri_param_char(c)) {
      if (empty_part && c == '=') return std::nullopt;
      empty_part = false;
    } else {
      return std::nullopt;
    }
  }
  if (empty_part || !valid_escapes(text)) return std::nullopt;
  return Params(text);
}

std::optional<Param> Params::next(std::string_view& rest) {
  Cursor cursor(rest);
  if (!cursor.take_separator(';')) return std::nullopt;
  Param param;
  param.name = trim(cursor.until(";="));
  if (cursor.take_separator('=')) {
    const auto quoted = cursor.quoted();
    param.value = quoted ? *quoted : trim(cursor.until(";"));
  }
  cursor.until(";");
  rest = cursor.rest();
  return param;
}

std::optional<std::string_view> Params::find(std::string_view name) const {
  std::string_view rest = text_;
  while (const auto param = next(rest)) {
    if (iequals(param->name, name)) return param->value;
  }
  return std::nullopt;
}

std::string_view Params::get(std::string_view name, std::string_view fallback) const {
  const auto found = find(name);
  return found ? *found : fallback;
}

size_t Params::count(std::string_view name) const {
  size_t found = 0;
  std::string_view rest = text_;
  while (const auto param = next(rest)) found += iequals(param->name, name) ? 1 : 0;
  return found;
}

}  // namespace tandem::sip
