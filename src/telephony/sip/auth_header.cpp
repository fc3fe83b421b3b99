#include "telephony/sip/auth_header.h"

#include "telephony/sip/grammar.h"
#include "telephony/sip/limits.h"

namespace tandem::sip {
namespace {

struct AuthParam {
  std::string_view name;
  std::string_view value;
};

/// Characters of an unquoted value: token68 marks are let through for schemes like Bearer.
bool is_bare_char(char c) {
  return is_token_char(c) || c == '/' || c == '=' || c == ':' || c == '@';
}

std::optional<AuthParam> read_param(Cursor& cursor) {
  AuthParam param;
  param.name = cursor.token();
  if (param.name.empty() || !cursor.take_separator('=')) return std::nullopt;
  if (cursor.peek() == '"') {
    const auto quoted = cursor.quoted();
    if (!quoted) return std::nullopt;
    param.value = *quoted;
    return param;
  }
  const size_t start = cursor.position();
  while (!cursor.done() && is_bare_char(cursor.peek())) cursor.advance();
  param.value = cursor.since(start);
  if (param.value.empty()) return std::nullopt;
  return param;
}

}  // namespace

std::optional<AuthHeader> AuthHeader::parse(std::string_view value) {
  Cursor cursor(trim(value));
  AuthHeader out;
  out.scheme_ = cursor.token();
  if (out.scheme_.empty() || !is_space(cursor.peek())) return std::nullopt;
  cursor.skip_space();
  const size_t start = cursor.position();
  out.params_ = cursor.rest();
  for (size_t count = 0; count < kMaxParams; ++count) {
    const std::string_view before = out.params_.substr(0, cursor.position() - start);
    const auto param = read_param(cursor);
    if (!param) return std::nullopt;
    AuthHeader seen = out;
    seen.params_ = before;
    if (seen.has(param->name)) return std::nullopt;
    if (cursor.done()) return out;
    if (!cursor.take_separator(',')) return std::nullopt;
  }
  return std::nullopt;
}

bool AuthHeader::is_digest() const { return iequals(scheme_, "Digest"); }

std::string AuthHeader::get(std::string_view name) const {
  return unquote(raw(name).value_or(std::string_view()));
}

std::optional<std::string_view> AuthHeader::raw(std::string_view name) const {
  Cursor cursor(params_);
  while (const auto param = read_param(cursor)) {
    if (iequals(param->name, name)) return param->value;
    if (!cursor.take_separator(',')) break;
  }
  return std::nullopt;
}

}  // namespace tandem::sip
