#pragma once

#include <memory>

#include "api/handler_pool.h"
#include "api/request.h"
#include "contract/contract.h"
#include "core/function.h"
#include "runtime/shards.h"
#include "store/blobs.h"

namespace tandem::api {

/// Where uploads go and how much they may be.
struct UploadSettings {
  store::Blobs* blobs = nullptr;     // null: files are refused
  HandlerPool* pool = nullptr;       // writes to disk, so that no shard waits for it
  size_t max_bytes = 50u << 20;      // of the whole body
  size_t max_field_bytes = 1 << 20;  // of all fields that are no files
};

/// Reads a multipart body (RFC 7578) of the request: fields become its JSON body, typed as the
/// schema says, files stream into Blobs. `done` is called on `home`, the request's shard, with
/// what went wrong: 10015 for a body that is malformed (400) or too large (413).
void read_multipart(std::shared_ptr<Request> request, runtime::Shard& home, contract::Schema schema,
                    const UploadSettings& settings,
                    UniqueFunction<void(Result<void, ApiError>)> done);

}  // namespace tandem::api
