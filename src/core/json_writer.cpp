#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>

#include <fmt/format.h>

#include "core/assert.h"
#include "core/json.h"

namespace tandem::json {

namespace {

/// Whether one of eight characters needs an escape: below 0x20, '"' or '\\'.
bool needs_escape(uint64_t word) {
  constexpr uint64_t kOnes = 0x0101010101010101u;
  constexpr uint64_t kHighs = 0x8080808080808080u;
  // A byte becomes 0, and a borrow out of it sets its high bit, where it is the character.
  const auto has_zero = [](uint64_t w) { return (w - kOnes) & ~w & kHighs; };
  const uint64_t control = (word - kOnes * 0x20) & ~word & kHighs;
  return (control | has_zero(word ^ kOnes * '"') | has_zero(word ^ kOnes * '\\')) != 0;
}

bool needs_escape(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; }

template <class Word>
uint64_t load(const char* from) {
  Word word = 0;
  std::memcpy(&word, from, sizeof word);
  return word;
}

/// Whether no character needs an escape, as nearly always. The last characters are looked at
/// together with some of those before them.
bool is_plain(std::string_view text) {
  const char* data = text.data();
  const size_t size = text.size();
  if (size >= sizeof(uint64_t)) {
    for (size_t at = 0; at + sizeof(uint64_t) < size; at += sizeof(uint64_t)) {
      if (needs_escape(load<uint64_t>(data + at))) return false;
    }
    return !needs_escape(load<uint64_t>(data + size - sizeof(uint64_t)));
  }
  if (size >= sizeof(uint32_t)) {
    const uint64_t end = load<uint32_t>(data + size - sizeof(uint32_t));
    return !needs_escape(load<uint32_t>(data) | end << 32);
  }
  return std::none_of(text.begin(), text.end(), [](char c) { return needs_escape(c); });
}

void append_escaped(std::string& out, unsigned char c) {
  static constexpr char kHex[] = "0123456789abcdef";
  out += '\\';
  switch (c) {
    case '"':
      out += '"';
      break;
    case '\\':
      out += '\\';
      break;
    case '\n':
      out += 'n';
      break;
    case '\r':
      out += 'r';
      break;
    case '\t':
      out += 't';
      break;
    case '\b':
      out += 'b';
      break;
    case '\f':
      out += 'f';
      break;
    default:
      out += "u00";
      out += kHex[c >> 4];
      out += kHex[c & 15];
  }
}

/// Names and most values are short and plain: they are copied in one go with what stands around.
void append_plain(std::string& out, std::string_view text, std::string_view end) {
  const size_t at = out.size();
  out.resize(at + 1 + text.size() + end.size());
  char* to = out.data() + at;
  *to = '"';
  text.copy(to + 1, text.size());
  end.copy(to + 1 + text.size(), end.size());
}

/// `text` in quotes; `end` begins with the closing one.
void append_quoted_until(std::string& out, std::string_view text, std::string_view end) {
  if (is_plain(text)) return append_plain(out, text, end);
  out += '"';
  size_t plain = 0;  // where the run of characters that need no escape began
  for (size_t i = 0; i < text.size(); ++i) {
    if (!needs_escape(text[i])) continue;
    out.append(text, plain, i - plain);
    plain = i + 1;
    append_escaped(out, static_cast<unsigned char>(text[i]));
  }
  out.append(text, plain, text.size() - plain);
  out += end;
}

}  // namespace

void append_quoted(std::string& out, std::string_view text) {
  append_quoted_until(out, text, "\"");
}

void Writer::separate() {
  if (after_key_) {
    after_key_ = false;
  } else if (comma_) {
    out_ += ',';
  }
  comma_ = true;
}

Writer& Writer::object() {
  separate();
  out_ += '{';
  closers_ += '}';
  comma_ = false;
  return *this;
}

Writer& Writer::array() {
  separate();
  out_ += '[';
  closers_ += ']';
  comma_ = false;
  return *this;
}

Writer& Writer::end() {
  TANDEM_ASSERT(!closers_.empty() && !after_key_);
  out_ += closers_.back();
  closers_.pop_back();
  comma_ = true;
  return *this;
}

Writer& Writer::key(std::string_view name) {
  separate();
  append_quoted_until(out_, name, "\":");
  after_key_ = true;
  return *this;
}

Writer& Writer::value(std::string_view text) {
  separate();
  append_quoted(out_, text);
  return *this;
}

Writer& Writer::value(bool flag) { return raw(flag ? "true" : "false"); }
Writer& Writer::value(std::nullptr_t) { return raw("null"); }

Writer& Writer::value(int64_t number) {
  char buffer[24];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, number).ptr;
  return raw({buffer, static_cast<size_t>(end - buffer)});
}

Writer& Writer::value(uint64_t number) {
  char buffer[24];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, number).ptr;
  return raw({buffer, static_cast<size_t>(end - buffer)});
}

Writer& Writer::value(double number) {
  if (!std::isfinite(number)) return raw("null");
  char buffer[40];
  auto* end = std::to_chars(buffer, buffer + sizeof buffer, number).ptr;
  // A double stays one when it is read again: 5.0, not 5.
  if (std::string_view(buffer, static_cast<size_t>(end - buffer)).find_first_of(".eE") ==
      std::string_view::npos) {
    *end++ = '.';
    *end++ = '0';
  }
  return raw({buffer, static_cast<size_t>(end - buffer)});
}

Writer& Writer::value(View view) {
  separate();
  view.append_text(out_);
  return *this;
}

Writer& Writer::raw(std::string_view json) {
  separate();
  out_ += json;
  return *this;
}

}  // namespace tandem::json
