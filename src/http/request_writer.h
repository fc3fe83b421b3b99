#pragma once

#include <optional>
#include <string>

#include "http/client.h"

namespace tandem::http {

/// The head of a request as the client sends it: request line, Host, the caller's fields but those
/// that are the client's business, Content-Length when `body_bytes` is given. Line breaks in
/// values become spaces.
std::string write_request_head(std::string_view method, const Url& url, const Headers& headers,
                               std::optional<uint64_t> body_bytes);

}  // namespace tandem::http
