#include "http/request_writer.h"

#include <openssl/evp.h>

#include "http/response_writer.h"

namespace tandem::http {

namespace {

bool is_clients_business(std::string_view name) {
  return equals_ignoring_case(name, "host") || equals_ignoring_case(name, "content-length") ||
         equals_ignoring_case(name, "transfer-encoding") || equals_ignoring_case(name, "expect");
}

std::string base64(std::string_view text) {
  std::string out((text.size() + 2) / 3 * 4 + 1, '\0');  // and EVP's terminator
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()));
  out.resize(static_cast<size_t>(size));
  return out;
}

}  // namespace

std::string write_request_head(std::string_view method, const Url& url, const Headers& headers,
                               std::optional<uint64_t> body_bytes) {
  std::string out;
  out.reserve(512);
  out.append(method).append(" ").append(url.target).append(" HTTP/1.1\r\nHost: ");
  out.append(url.authority()).append("\r\n");
  for (const auto& [name, value] : headers) {
    if (is_clients_business(name)) continue;
    out.append(name).append(": ");
    append_field_value(out, value);
    out.append("\r\n");
  }
  if (!url.userinfo.empty() && !headers.find("Authorization")) {
    out.append("Authorization: Basic ").append(base64(url.userinfo)).append("\r\n");
  }
  if (body_bytes) {
    out.append("Content-Length: ");
    append_number(out, *body_bytes);
    out.append("\r\n");
  }
  out.append("\r\n");
  return out;
}

}  // namespace tandem::http
