#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// The lexical ground of SIP (RFC 3261 section 25.1): character classes, white space that may
/// contain folded lines, tokens, quoted strings and escapes. Everything works on views.
namespace tandem::sip {

bool is_digit(char c);
bool is_alnum(char c);
/// A character of `token`.
bool is_token_char(char c);
/// SP, HT, CR or LF: inside a header value CR LF only ever occur as part of a fold.
bool is_space(char c);
/// One or more token characters and nothing else.
bool is_token(std::string_view text);

char lower(char c);
/// Equal without regard to ASCII case.
bool iequals(std::string_view a, std::string_view b);
bool istarts_with(std::string_view text, std::string_view prefix);
/// Without white space at both ends.
std::string_view trim(std::string_view text);
/// With every fold (CRLF and white space) turned into one space.
std::string unfold(std::string_view text);

/// A decimal number of digits only, at most `max`.
std::optional<uint64_t> parse_number(std::string_view digits, uint64_t max);

/// Whether every `%` is followed by two hexadecimal digits.
bool valid_escapes(std::string_view text);
/// `%41` decoded; text with broken escapes comes back as it was.
std::string unescape(std::string_view text);
/// Escapes what may not stand in the user part of a SIP URI.
std::string escape_user(std::string_view text);

/// What a quoted string means: without the quotes, pairs resolved. Other text as it is.
std::string unquote(std::string_view text);
/// `text` as a quoted string; control characters become spaces.
std::string quote(std::string_view text);

/// Reads a text from left to right; every step is bounds checked.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  bool done() const { return at_ == text_.size(); }
  /// The next character, NUL at the end.
  char peek() const { return done() ? '\0' : text_[at_]; }
  std::string_view rest() const { return text_.substr(at_); }
  size_t position() const { return at_; }
  std::string_view since(size_t position) const { return text_.substr(position, at_ - position); }

  void advance(size_t count = 1) { at_ = at_ + count < text_.size() ? at_ + count : text_.size(); }
  void skip_space();
  /// Steps over `c` when it is next.
  bool take(char c);
  /// The same with white space allowed on both sides (SEMI, COMMA, EQUAL, SLASH of the grammar).
  bool take_separator(char c);
  /// The longest run of token characters; may be empty.
  std::string_view token();
  /// The characters up to any of `stops` or the end.
  std::string_view until(std::string_view stops);
  /// A quoted string, quotes included; nothing when it does not start here or never ends.
  std::optional<std::string_view> quoted();

 private:
  std::string_view text_;
  size_t at_ = 0;
};

/// Takes the next value of a comma-separated list off `list`, minding quoted strings and angle
/// brackets. Nothing when the list is used up; an empty value is given as such.
std::optional<std::string_view> next_list_value(std::string_view& list);

}  // namespace tandem::sip
