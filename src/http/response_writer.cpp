#include "http/response_writer.h"

#include <algorithm>
#include <charconv>

namespace tandem::http {

namespace {

bool is_servers_business(std::string_view name) {
  switch (name.size()) {
    case 4:
      return equals_ignoring_case(name, "date");
    case 10:
      return equals_ignoring_case(name, "connection");
    case 14:
      return equals_ignoring_case(name, "content-length");
    case 17:
      return equals_ignoring_case(name, "transfer-encoding");
    default:
      return false;
  }
}

void append_status_line(std::string& out, int status) {
  if (status == 200) {
    out.append("HTTP/1.1 200 OK\r\n");
    return;
  }
  out.append("HTTP/1.1 ");
  append_number(out, static_cast<uint64_t>(status));
  out.push_back(' ');
  out.append(reason_phrase(status));
  out.append("\r\n");
}

}  // namespace

void append_field_value(std::string& out, std::string_view value) {
  const size_t start = out.size();
  out.append(value);
  for (size_t at = start; at < out.size(); ++at) {
    const char c = out[at];
    if (c == '\r' || c == '\n' || c == '\0') out[at] = ' ';
  }
}

bool is_bodiless(int status) { return status < 200 || status == 204 || status == 304; }

void append_number(std::string& out, uint64_t number) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out.append(digits, end);
}

void append_response_head(std::string& out, const Response& response, const ResponseShape& shape,
                          std::string_view date) {
  append_status_line(out, response.status);
  for (const auto& [name, value] : response.headers) {
    if (is_servers_business(name)) continue;
    out.append(name);
    out.append(": ");
    append_field_value(out, value);
    out.append("\r\n");
  }
  if (shape.content_length) {
    out.append("Content-Length: ");
    append_number(out, *shape.content_length);
    out.append("\r\n");
  }
  if (shape.chunked) out.append("Transfer-Encoding: chunked\r\n");
  if (!shape.keep_alive) {
    out.append("Connection: close\r\n");
  } else if (shape.http10) {
    out.append("Connection: keep-alive\r\n");
  }
  out.append("Date: ");
  out.append(date);
  out.append("\r\n\r\n");
}

}  // namespace tandem::http
