#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "api/auth/gate.h"
#include "api/dispatcher.h"
#include "api/registry.h"
#include "http/server.h"

namespace tandem {
class Metrics;
}
namespace tandem::runtime {
class Shards;
}
namespace tandem::store {
class Blobs;
}

namespace tandem::api {

class RequestLog;

/// The way of a request: route, authenticate, rate limit, access rules, read the body, check path,
/// query and body against the contract, run what the operation is bound to, commit, answer, log.
/// Every answer carries x-request-id and x-ratelimit-*; every refusal is the documented envelope.
///
/// It runs on the shard of the request's connection and shares nothing between shards.
class Pipeline {
 public:
  struct Options {
    std::string base_url = "http://127.0.0.1:8080";  // for links in answers
    size_t max_body_bytes = 1 << 20;                 // JSON and forms
    size_t max_upload_bytes = 50u << 20;             // multipart, all parts together
    bool validate_answers = false;  // hold answers and events against the contract; 10007 if not
    /// How requests to the object store are refused; the envelope, when there is none.
    std::function<Reply(const ApiError&, int status)> storage_refusal = {};
  };
  /// What it works with; all of it outlives the pipeline. `log` and `blobs` may be null: then
  /// nothing is logged, and multipart bodies with files are refused.
  struct Parts {
    const Registry& registry;
    Dispatcher& dispatcher;
    auth::Gate& gate;
    runtime::Shards& shards;
    Metrics& metrics;
    RequestLog* log = nullptr;
    store::Blobs* blobs = nullptr;
  };
  Pipeline(Parts parts, Options options);
  ~Pipeline();

  /// Serves "/v2/..." and "/.well-known/...", and refuses everything else with 10005: an
  /// http::Handler. On a shard's thread.
  void handle(std::shared_ptr<http::Exchange> exchange);
  /// Serves the paths of the object store ("/{bucketName}/{objectName}"), for requests that the app
  /// has recognised as such.
  void handle_storage(std::shared_ptr<http::Exchange> exchange);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tandem::api
