#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/effects.h"
#include "contract/contract.h"
#include "contract/query.h"
#include "core/clock.h"
#include "core/ids.h"
#include "core/json.h"
#include "http/message.h"
#include "store/store.h"

namespace tandem::api {

/// Who asks.
struct Account {
  std::string id;        // UUID: owner of everything it makes
  std::string parent;    // organisation it is managed by, or empty
  std::string key_id;    // API key or token used
};

/// A file of a multipart body, already stored.
struct UploadedFile {
  std::string field;
  std::string filename;
  std::string content_type;
  std::string blob;      // name in Blobs
  uint64_t size = 0;
};

/// One validated request, as a handler sees it. Nothing in it blocks or changes anything.
struct Call {
  const contract::Operation& operation;
  const http::RequestHead& head;
  std::span<const std::pair<std::string_view, std::string>> path;
  const contract::QueryValues& query;
  json::View body;                        // JSON body; form and multipart fields as an object too
  std::span<const UploadedFile> files;
  const Account& account;
  WallTime now;
  Ids& ids;
  const contract::Contract& contract;
  std::string_view base_url;              // "http://127.0.0.1:8080", to build links with

  /// The path parameter; asking for one the template does not have is an assertion.
  std::string_view param(std::string_view name) const;
};

/// A plain function: it looks and decides, it never waits and never changes anything itself.
/// It may be run again when what it read has changed meanwhile.
using Handler = std::function<Outcome(const Call&, const store::Snapshot&)>;

/// A workflow step: what a due Timer leads to.
struct Step {
  const Timer& timer;
  WallTime now;
  Ids& ids;
};
using Workflow = std::function<Effects(const Step&, const store::Snapshot&)>;

}  // namespace tandem::api
