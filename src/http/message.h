#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tandem::http {

enum class Method : uint8_t { Get, Head, Post, Put, Patch, Delete, Options, Other };

std::string_view to_string(Method method);
/// Other when it is none of those; methods are case-sensitive (RFC 9110 section 9.1).
Method parse_method(std::string_view text);

/// Whether two texts are equal but for the case of ASCII letters.
bool equals_ignoring_case(std::string_view a, std::string_view b);

/// Header fields in the order of the wire; names compare without case. One buffer holds the text
/// of all of them, so views that were handed out last until the next change.
class Headers {
 public:
  /// Name and value.
  using Field = std::pair<std::string_view, std::string_view>;
  class Iterator;

  Headers() = default;
  Headers(std::initializer_list<Field> fields);

  /// The first of that name.
  std::optional<std::string_view> find(std::string_view name) const;
  /// The first of that name, or the fallback.
  std::string_view get(std::string_view name, std::string_view fallback = {}) const;
  /// Whether a comma-separated field of that name holds the token, without case:
  /// `has_token("Connection", "close")`.
  bool has_token(std::string_view name, std::string_view token) const;
  void add(std::string_view name, std::string_view value);
  /// Replaces all of that name.
  void set(std::string_view name, std::string_view value);
  /// Whether there was one.
  bool remove(std::string_view name);
  /// `for (auto [name, value] : headers)`
  Iterator begin() const;
  Iterator end() const;
  size_t size() const { return spans_.size(); }
  void clear();

 private:
  friend class HeadBuilder;
  struct Span {
    uint32_t name_at, name_size, value_at, value_size;
  };
  Field field(const Span& span) const {
    return {std::string_view(text_).substr(span.name_at, span.name_size),
            std::string_view(text_).substr(span.value_at, span.value_size)};
  }
  std::string text_;
  std::vector<Span> spans_;
};

class Headers::Iterator {
 public:
  Field operator*() const { return headers_->field(headers_->spans_[index_]); }
  Iterator& operator++() {
    ++index_;
    return *this;
  }
  bool operator!=(const Iterator& other) const { return index_ != other.index_; }

 private:
  friend class Headers;
  Iterator(const Headers* headers, size_t index) : headers_(headers), index_(index) {}
  const Headers* headers_;
  size_t index_;
};

inline Headers::Iterator Headers::begin() const { return {this, 0}; }
inline Headers::Iterator Headers::end() const { return {this, spans_.size()}; }

/// The head of a request as it came, checked for form but not decoded.
struct RequestHead {
  Method method = Method::Get;
  /// As sent, for methods that Method does not name: "PROPFIND".
  std::string method_name;
  std::string target;  // path and query as sent: "/v2/calls?page%5Bsize%5D=1"
  Headers headers;
  std::string remote_address;  // without port
  uint16_t remote_port = 0;
  bool tls = false;

  std::string_view path() const;   // up to '?'
  std::string_view query() const;  // behind '?', or empty
};

/// A part of a local file as a body: sent without copying where the transport allows.
struct FileBody {
  std::string path;
  uint64_t offset = 0;
  uint64_t length = 0;
};

/// An answer, complete. Content-Length, Date and Connection are the server's business; only the
/// answer to HEAD may name the Content-Length that GET would have.
struct Response {
  int status = 200;
  Headers headers;
  std::string body;
  std::optional<FileBody> file;  // instead of body
};

/// "Not Found" for 404; empty for a status without a registered phrase.
std::string_view reason_phrase(int status);

/// Percent-decoding; `plus` reads '+' as space (queries and forms). Nothing when malformed.
std::optional<std::string> url_decode(std::string_view text, bool plus = false);
/// Percent-encodes everything but the unreserved characters of RFC 3986.
std::string url_encode(std::string_view text);
/// `a=1&b=2` decoded, in order; nothing when malformed or longer than `limit` pairs.
std::optional<std::vector<std::pair<std::string, std::string>>> parse_form(std::string_view text,
                                                                           size_t limit = 1000);

}  // namespace tandem::http
