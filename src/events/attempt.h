#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/clock.h"
#include "core/result.h"
#include "http/client.h"
#include "http/message.h"

namespace tandem::events {

/// Of an answer this much of its body, and of its header fields, is kept in the record.
inline constexpr size_t kMaxKeptBytes = 10 * 1024;

/// One request of a delivery, and what came of it.
struct Attempt {
  std::string url;
  WallTime started_at{};
  WallTime finished_at{};
  http::Headers request_headers = {};
  Result<http::Response, http::ClientError> answer;

  /// Whether the target took it: any status from 200 to 299.
  bool delivered() const { return answer && answer->status >= 200 && answer->status <= 299; }
  /// The code of the error catalogue (75000 and on); 0 for a plain 200. 75299 notes a success with
  /// another status.
  int error_code() const;
};

/// Appends the attempt as /webhook_deliveries shows it. What is no UTF-8 in an answer is replaced.
void append_attempt(std::string& out, const Attempt& attempt);

/// The code for a request that got no answer.
int error_code(const http::ClientError& error);
/// The code for an answer's status.
int error_code(int status);

/// At most `limit` bytes of `text` as valid UTF-8 without NUL; every byte that does not belong
/// becomes U+FFFD.
std::string readable(std::string_view text, size_t limit);

}  // namespace tandem::events
