#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "core/assert.h"
#include "core/json.h"

namespace tandem::json {

void append_quoted(std::string& out, std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  size_t plain = 0;  // where the run of characters that need no escape began
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, plain, i - plain);
    plain = i + 1;
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
  out.append(text, plain, text.size() - plain);
  out += '"';
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
  append_quoted(out_, name);
  out_ += ':';
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
