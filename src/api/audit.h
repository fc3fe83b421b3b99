#pragma once

#include <memory>

#include "api/call.h"
#include "api/registry.h"

namespace tandem::api {

/// Who changed what: for each document of the account that a request creates, changes or deletes,
/// an audit event in the same transaction. Counted are documents of collections that the API lets
/// their owner change or delete; what only happens (calls, messages, events) has records of its
/// own. The one place that knows all requests, the pipeline, asks it.
class Audit {
 public:
  /// Documents of one request that are told of, and fields of one document.
  static constexpr size_t kMostDocuments = 1'000;
  static constexpr size_t kMostFields = 200;

  explicit Audit(const Registry& registry);
  ~Audit();

  /// Adds to `effects` the audit events of what it holds. Those of creations keep the document as
  /// it was written, because every creation pays for this; describe_event() makes the changes of it.
  void record(const Call& call, const store::Snapshot& snapshot, Effects& effects) const;

 private:
  struct Impl;
  std::unique_ptr<const Impl> impl_;
};

/// Completes a stored audit event of an account on its way out: of a creation what it set, without
/// secrets, and all that the events of an account have in common.
void describe_event(const Registry& registry, std::string_view account, json::Value& event);

}  // namespace tandem::api
