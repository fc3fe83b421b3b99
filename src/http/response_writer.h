#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/message.h"

namespace tandem::http {

/// How an answer's body leaves, and what becomes of the connection.
struct ResponseShape {
  std::optional<uint64_t> content_length;
  bool chunked = false;
  bool keep_alive = true;
  bool http10 = false;
};

/// Whether an answer of that status has no body whatever its fields say (RFC 9110 section 6.4.1).
bool is_bodiless(int status);

/// Appends status line and fields, the server's own included, and the empty line. Fields of the
/// response that are the server's business are left out; line breaks in values become spaces.
/// `date`: the Date field's value.
void append_response_head(std::string& out, const Response& response, const ResponseShape& shape,
                          std::string_view date);

/// Appends a field value with its line breaks and zeros made spaces, so that it stays one.
void append_field_value(std::string& out, std::string_view value);

/// Appends a number in decimal.
void append_number(std::string& out, uint64_t number);

}  // namespace tandem::http
