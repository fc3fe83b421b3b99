#pragma once

#include <functional>
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
  std::string id;      // UUID: owner of everything it makes; empty where nobody is asked
  std::string parent;  // organisation it is managed by, or empty
  std::string key_id;  // API key or token used
};

/// A file of a multipart body, already stored.
struct UploadedFile {
  std::string field;
  std::string filename;
  std::string content_type;
  std::string blob;  // name in Blobs
  uint64_t size = 0;
};

/// One validated request, as a handler sees it. Nothing in it blocks or changes anything.
struct Call {
  const contract::Operation& operation;
  const http::RequestHead& head;
  std::span<const std::pair<std::string_view, std::string>> path;
  const contract::QueryValues& query;
  /// JSON body; form and multipart fields as an object too (typed as the schema says; a file's
  /// field is there with its file name). Not existing when the request has none.
  json::View body;
  std::span<const UploadedFile> files;
  const Account& account;
  WallTime now;
  Ids& ids;
  const contract::Contract& contract;
  std::string_view base_url;    // "http://127.0.0.1:8080", to build links with
  std::string_view request_id;  // as answered in x-request-id

  /// The path parameter; asking for one the template does not have is an assertion.
  std::string_view param(std::string_view name) const;
  /// The last path parameter: the id in "/networks/{id}"; empty when the template has none.
  std::string_view last_param() const;
};

/// The account's document in a collection; 10005 when it is not there or another account's.
/// Documents of the platform itself (no account) are everyone's to read.
Result<store::Row, ApiError> find_own(const store::Snapshot& snapshot, const Account& account,
                                      std::string_view collection, std::string_view id);

/// A stored body as a tree to change.
json::Value document_of(const store::Row& row);

/// When and with which ids something is made.
struct Moment {
  WallTime now;
  Ids& ids;
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

/// A decision outside any request: what an engine or a carrier reported (dispatcher.h).
using Decision = std::function<Outcome(const Moment&, const store::Snapshot&)>;

}  // namespace tandem::api
