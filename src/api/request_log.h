#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "store/store.h"

namespace tandem {
class Metrics;
}
namespace tandem::runtime {
class Shards;
}

namespace tandem::api {

/// What was asked and what came of it; never bodies, headers or query strings, which may hold
/// secrets.
struct RequestRecord {
  WallTime at{};
  std::string request_id;
  std::string account;
  std::string method;
  std::string path;
  std::string operation;  // operationId, or empty
  int status = 0;
  int64_t duration_us = 0;
  std::string error_codes;  // "10004,10026"
};

/// The log of requests: written in the background, many to a row, so that it costs a request
/// nothing but a copy. Bounded in every direction; under a load it can't follow it drops and
/// counts (metric tandem_api_request_log_dropped_total).
class RequestLog {
 public:
  struct Options {
    std::chrono::milliseconds interval{500};  // from a request to its row, at most
    size_t max_waiting = 4'096;               // a shard; more are dropped
    size_t records_per_row = 256;
    int64_t max_rows = 4'000;  // about a million requests
    std::chrono::hours max_age{24 * 7};
  };
  RequestLog(runtime::Shards& shards, store::Database& database, const Clock& clock,
             Metrics& metrics, Options options);
  ~RequestLog();

  // On the shard's thread.

  /// Whether one more would be kept; when not, it counts as dropped.
  bool has_room(size_t shard);
  void add(size_t shard, RequestRecord record);

  /// The latest of an account, or of all and of nobody (requests without a key that is known),
  /// newest first; `before` (a request id of an earlier page) goes on behind it. At most 1,000.
  static std::vector<RequestRecord> list(const store::Snapshot& snapshot,
                                         std::optional<std::string> account, size_t limit,
                                         std::string_view before = {});
  /// One as the JSON object that lists show.
  static std::string to_json(const RequestRecord& record);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;  // timers of shards look whether it is still there
};

}  // namespace tandem::api
