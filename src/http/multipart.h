#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.h"
#include "http/message.h"

namespace tandem::http {

/// A field value with parameters: `form-data; name="a"; filename="b.txt"`.
struct ParameterizedValue {
  std::string value;                                            // in small letters
  std::vector<std::pair<std::string, std::string>> parameters;  // names in small letters
  std::optional<std::string_view> find(std::string_view name) const;
};

/// Reads such a value (RFC 9110 section 5.6.6, RFC 6266): tokens, quoted strings, and `name*` in
/// UTF-8, which takes precedence. Nothing when malformed.
std::optional<ParameterizedValue> parse_parameterized(std::string_view text);

/// What is known of a part before its content.
struct PartHead {
  std::string name;
  std::optional<std::string> filename;  // without any path
  std::string content_type;             // as sent, "text/plain" when not
  Headers headers;
};

/// A parser of multipart/form-data (RFC 7578) that is fed as bytes come and keeps none of the
/// content: uploads go through in pieces of any size.
///
///   auto boundary = MultipartParser::boundary_of(head.headers.get("Content-Type"));
///   MultipartParser parser(*boundary, limits, {.on_part = ..., .on_data = ..., .on_end = ...});
///   ... for each piece: if (auto ok = parser.feed(piece); !ok) answer 400
///   ... at the end: parser.finish()
class MultipartParser {
 public:
  struct Limits {
    size_t max_parts = 100;
    size_t max_part_head_bytes = 8 * 1024;
    size_t max_part_headers = 20;
    size_t max_part_bytes = static_cast<size_t>(-1);
  };
  /// An error that a listener gives ends the parsing.
  struct Listener {
    std::function<Result<void>(const PartHead& head)> on_part;
    std::function<Result<void>(std::string_view data)> on_data;
    std::function<Result<void>()> on_end;
  };

  /// The boundary of a Content-Type, when that is multipart/form-data with a proper one.
  static std::optional<std::string> boundary_of(std::string_view content_type);

  MultipartParser(std::string boundary, Limits limits, Listener listener);

  /// The next bytes of the body; after an error no more.
  Result<void> feed(std::string_view bytes);
  /// The body ended: an error when the closing boundary is missing.
  Result<void> finish() const;

 private:
  enum class State { Preamble, AfterBoundary, Head, Data, Epilogue, Failed };

  Result<bool> step();
  Result<bool> after_boundary();
  Result<bool> read_head();
  Result<bool> read_data();
  Result<void> begin_part(std::string_view head);
  std::string_view rest() const { return std::string_view(buffer_).substr(at_); }

  const std::string delimiter_;  // CR LF -- boundary
  const Limits limits_;
  Listener listener_;
  State state_ = State::Preamble;
  std::string buffer_;  // what could not be decided yet
  size_t at_ = 0;
  size_t parts_ = 0;
  size_t part_bytes_ = 0;
};

}  // namespace tandem::http
