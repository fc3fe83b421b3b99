#pragma once

#include <optional>
#include <string_view>

#include "telephony/sip/grammar.h"

namespace tandem::sip {

/// One `;name` or `;name=value`; the value may be a quoted string, quotes included.
struct Param {
  std::string_view name;
  std::string_view value;
};

/// The parameters behind a header value or inside a URI: a checked view of the text
/// `;a=1;b;c="x"`, searched in place.
class Params {
 public:
  Params() = default;

  /// Reads generic parameters (RFC 3261 `generic-param`) from the cursor to the end of its text.
  /// Nothing when one is empty, misspelt or too many are there.
  static std::optional<Params> parse(Cursor& cursor);
  /// The same for URI parameters, whose characters differ and which allow no white space.
  static std::optional<Params> parse_uri(std::string_view text);

  /// Takes the next parameter off `rest`, which starts as text().
  static std::optional<Param> next(std::string_view& rest);

  bool has(std::string_view name) const { return find(name).has_value(); }
  /// The first of that name; names compare without case.
  std::optional<std::string_view> find(std::string_view name) const;
  std::string_view get(std::string_view name, std::string_view fallback = {}) const;
  /// How often that name occurs.
  size_t count(std::string_view name) const;
  bool empty() const { return text_.empty(); }
  /// As it came, the first semicolon included.
  std::string_view text() const { return text_; }

 private:
  explicit Params(std::string_view text) : text_(text) {}
  std::string_view text_;
};

}  // namespace tandem::sip
