#include "telephony/sip/grammar.h"

#include <array>

namespace tandem::sip {
namespace {

constexpr uint8_t kDigit = 1;
constexpr uint8_t kAlpha = 2;
constexpr uint8_t kTokenMark = 4;
constexpr uint8_t kSpace = 8;
constexpr uint8_t kUserMark = 16;

constexpr std::array<uint8_t, 256> make_classes() {
  std::array<uint8_t, 256> table{};
  for (int c = '0'; c <= '9'; ++c) table[c] |= kDigit;
  for (int c = 'a'; c <= 'z'; ++c) table[c] |= kAlpha;
  for (int c = 'A'; c <= 'Z'; ++c) table[c] |= kAlpha;
  for (char c : std::string_view("-.!%*_+`'~")) table[static_cast<uint8_t>(c)] |= kTokenMark;
  for (char c : std::string_view(" \t\r\n")) table[static_cast<uint8_t>(c)] |= kSpace;
  for (char c : std::string_view("-_.!~*'()&=+$,;?/")) table[static_cast<uint8_t>(c)] |= kUserMark;
  return table;
}

constexpr std::array<uint8_t, 256> kClasses = make_classes();

bool has_class(char c, uint8_t wanted) { return (kClasses[static_cast<uint8_t>(c)] & wanted) != 0; }

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char l = lower(c);
  return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

}  // namespace

bool is_digit(char c) { return has_class(c, kDigit); }
bool is_alnum(char c) { return has_class(c, kDigit | kAlpha); }
bool is_token_char(char c) { return has_class(c, kDigit | kAlpha | kTokenMark); }
bool is_space(char c) { return has_class(c, kSpace); }

bool is_token(std::string_view text) {
  for (char c : text) {
    if (!is_token_char(c)) return false;
  }
  return !text.empty();
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

bool iequals(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

bool istarts_with(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && iequals(text.substr(0, prefix.size()), prefix);
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

std::string unfold(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r' && text[i] != '\n') {
      out.push_back(text[i]);
      continue;
    }
    while (i + 1 < text.size() && is_space(text[i + 1])) ++i;
    while (!out.empty() && (out.back() == ' ' || out.back() == '\t')) out.pop_back();
    out.push_back(' ');
  }
  return out;
}

std::optional<uint64_t> parse_number(std::string_view digits, uint64_t max) {
  if (digits.empty()) return std::nullopt;
  uint64_t value = 0;
  for (char c : digits) {
    if (!is_digit(c)) return std::nullopt;
    const uint64_t digit = static_cast<uint64_t>(c - '0');
    if (value > (max - digit) / 10 || digit > max) return std::nullopt;
    value = value * 10 + digit;
  }
  return value;
}

bool valid_escapes(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') continue;
    if (text.size() - i < 3 || hex_value(text[i + 1]) < 0 || hex_value(text[i + 2]) < 0) {
      return false;
    }
    i += 2;
  }
  return true;
}

std::string unescape(std::string_view text) {
  if (!valid_escapes(text)) return std::string(text);
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(text[i]);
      continue;
    }
    out.push_back(static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2])));
    i += 2;
  }
  return out;
}

std::string escape_user(std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (char c : text) {
    if (has_class(c, kDigit | kAlpha | kUserMark)) {
      out.push_back(c);
      continue;
    }
    const uint8_t byte = static_cast<uint8_t>(c);
    out.push_back('%');
    out.push_back(kHex[byte >> 4]);
    out.push_back(kHex[byte & 15]);
  }
  return out;
}

std::string unquote(std::string_view text) {
  text = trim(text);
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return unfold(text);
  text = text.substr(1, text.size() - 2);
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    out.push_back(text[i]);
  }
  return unfold(out);
}

std::string quote(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    const bool control = static_cast<uint8_t>(c) < 0x20 || c == 0x7F;
    out.push_back(control ? ' ' : c);
  }
  out.push_back('"');
  return out;
}

void Cursor::skip_space() {
  while (at_ < text_.size() && is_space(text_[at_])) ++at_;
}

bool Cursor::take(char c) {
  if (done() || text_[at_] != c) return false;
  ++at_;
  return true;
}

bool Cursor::take_separator(char c) {
  const size_t start = at_;
  skip_space();
  if (!take(c)) {
    at_ = start;
    return false;
  }
  skip_space();
  return true;
}

std::string_view Cursor::token() {
  const size_t start = at_;
  while (at_ < text_.size() && is_token_char(text_[at_])) ++at_;
  return since(start);
}

std::string_view Cursor::until(std::string_view stops) {
  const size_t start = at_;
  const size_t stop = text_.find_first_of(stops, at_);
  at_ = stop == std::string_view::npos ? text_.size() : stop;
  return since(start);
}

std::optional<std::string_view> Cursor::quoted() {
  if (peek() != '"') return std::nullopt;
  for (size_t i = at_ + 1; i < text_.size(); ++i) {
    if (text_[i] == '\\') {
      ++i;
    } else if (text_[i] == '"') {
      const std::string_view found = text_.substr(at_, i + 1 - at_);
      at_ = i + 1;
      return found;
    }
  }
  return std::nullopt;
}

std::optional<std::string_view> next_list_value(std::string_view& list) {
  if (list.data() == nullptr) return std::nullopt;
  bool quoted = false;
  bool in_angle = false;
  for (size_t i = 0; i < list.size(); ++i) {
    const char c = list[i];
    if (quoted) {
      if (c == '\\') ++i;
      if (c == '"') quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '<') {
      in_angle = true;
    } else if (c == '>') {
      in_angle = false;
    } else if (c == ',' && !in_angle) {
      const std::string_view value = trim(list.substr(0, i));
      list.remove_prefix(i + 1);
      return value;
    }
  }
  const std::string_view value = trim(list);
  list = std::string_view();
  return value;
}

}  // namespace tandem::sip
