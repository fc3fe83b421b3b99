#pragma once

#include <memory>

#include "api/request.h"
#include "contract/contract.h"
#include "core/function.h"
#include "store/blobs.h"

namespace tandem::api {

/// Reads a multipart body (RFC 7578) of the request: fields become its JSON body, typed as the
/// schema says, files stream into Blobs. `done` is called on the shard with what went wrong:
/// 10015 for a body that is malformed, has too many parts or is too large (413).
void read_multipart(std::shared_ptr<Request> request, contract::Schema schema, store::Blobs* blobs,
                    size_t max_bytes, UniqueFunction<void(Result<void, ApiError>)> done);

}  // namespace tandem::api
