#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/auth/gate.h"
#include "api/call.h"
#include "api/limits/rate_limit.h"
#include "contract/contract.h"
#include "contract/query.h"
#include "core/json.h"
#include "http/server.h"

namespace tandem::api {

/// One request on its way through the pipeline. Lives on its shard until it is answered.
struct Request {
  std::shared_ptr<http::Exchange> exchange;
  size_t shard = 0;
  std::chrono::steady_clock::time_point started;
  std::string id;  // x-request-id
  bool storage = false;  // one to the object store, which has refusals of its own form
  contract::Match match;
  std::shared_ptr<const auth::Caller> caller;  // from authentication on
  limits::RateVerdict rate;
  contract::QueryValues query;
  std::string body_text;  // JSON as it came, or made of a form
  std::optional<json::Document> body;
  std::vector<UploadedFile> files;

  const http::RequestHead& head() const { return exchange->head(); }
  const contract::Operation& operation() const { return *match.operation; }
  json::View body_view() const { return body ? body->root() : json::View(); }
};

}  // namespace tandem::api
