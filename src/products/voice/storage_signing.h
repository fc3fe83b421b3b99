#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/clock.h"
#include "products/common/fetcher.h"
#include "products/voice/custom_storage.h"

/// How requests to clouds are signed.
namespace tandem::products::voice {

/// Names and values, decoded.
using StorageQuery = std::vector<std::pair<std::string, std::string>>;

/// For Fetcher::fetch().
struct StorageRequest {
  std::string url;  // with the query
  FetchOptions options;
  StorageQuery query;
};

/// A request that is not signed yet. `content_type` may be empty.
StorageRequest storage_request(http::Method method, std::string url, StorageQuery query,
                               std::string content_type, std::string body);

/// Signature Version 4 (S3 API reference, "Authenticating Requests").
void sign_for_s3(const CustomStorage& storage, StorageRequest& request, WallTime now);
/// Shared key of the blob service ("Authorize with Shared Key", version 2015-02-21 and later). The
/// x-ms- fields that are there already are signed too.
void sign_for_azure(const CustomStorage& storage, StorageRequest& request, WallTime now);

}  // namespace tandem::products::voice
