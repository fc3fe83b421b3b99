#include "telephony/sip/name_addr.h"

#include "telephony/sip/grammar.h"

namespace tandem::sip {
namespace {

/// Tokens and white space; bytes above ASCII are let through, as many phones send names in UTF-8.
bool is_unquoted_display(std::string_view text) {
  for (char c : text) {
    if (!is_token_char(c) && !is_space(c) && static_cast<uint8_t>(c) < 0x80) return false;
  }
  return true;
}

bool read_bracketed(Cursor& cursor, NameAddr& out) {
  if (!cursor.take('<')) return false;
  const std::string_view text = cursor.until(">");
  if (!cursor.take('>')) return false;
  const auto uri = parse_uri(text);
  if (!uri) return false;
  out.uri = *uri;
  return true;
}

bool read_bare(Cursor& cursor, NameAddr& out) {
  const auto uri = parse_uri(trim(cursor.until(";")));
  if (!uri || uri->text.find_first_of(",? \t\r\n") != std::string_view::npos) return false;
  out.uri = *uri;
  return true;
}

}  // namespace

std::string NameAddr::display_text() const { return unquote(display); }

std::optional<NameAddr> parse_name_addr(std::string_view value) {
  value = trim(value);
  Cursor cursor(value);
  NameAddr out;
  bool good = false;
  if (cursor.peek() == '"') {
    const auto display = cursor.quoted();
    if (!display) return std::nullopt;
    out.display = *display;
    cursor.skip_space();
    good = read_bracketed(cursor, out);
  } else if (value.find('<') != std::string_view::npos) {
    out.display = trim(cursor.until("<"));
    good = is_unquoted_display(out.display) && read_bracketed(cursor, out);
  } else {
    good = read_bare(cursor, out);
  }
  if (!good) return std::nullopt;
  const auto params = Params::parse(cursor);
  if (!params) return std::nullopt;
  out.params = *params;
  return out;
}

}  // namespace tandem::sip
