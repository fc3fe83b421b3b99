#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tandem::http {

enum class Method : uint8_t { Get, Head, Post, Put, Patch, Delete, Options, Other };

std::string_view to_string(Method method);
Method parse_method(std::string_view text);

/// Header fields in the order of the wire; names compare without case.
class Headers {
 public:
  /// The first of that name.
  std::optional<std::string_view> find(std::string_view name) const;
  /// The first of that name, or the fallback.
  std::string_view get(std::string_view name, std::string_view fallback = {}) const;
  void add(std::string name, std::string value);
  /// Replaces all of that name.
  void set(std::string_view name, std::string value);
  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }
  size_t size() const { return fields_.size(); }
  void clear() { fields_.clear(); }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

/// The head of a request as it came, checked for form but not decoded.
struct RequestHead {
  Method method = Method::Get;
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

/// An answer, complete. Content-Length, Date and Connection are the server's business.
struct Response {
  int status = 200;
  Headers headers;
  std::string body;
  std::optional<FileBody> file;  // instead of body
};

/// Percent-decoding; `plus` reads '+' as space (queries and forms). Nothing when malformed.
std::optional<std::string> url_decode(std::string_view text, bool plus = false);
std::string url_encode(std::string_view text);
/// `a=1&b=2` decoded, in order; nothing when malformed or longer than `limit` pairs.
std::optional<std::vector<std::pair<std::string, std::string>>> parse_form(std::string_view text,
                                                                           size_t limit = 1000);

}  // namespace tandem::http
