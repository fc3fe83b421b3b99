#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/clock.h"
#include "products/common/fetcher.h"
#include "products/voice/cloud_hosts.h"
#include "products/voice/custom_storage.h"
#include "products/voice/storage_signing.h"

namespace tandem::products::voice {

/// A piece of a file that goes to a bucket.
struct FilePart {
  size_t number = 1;
  uint64_t from = 0;
  uint64_t total = 0;  // bytes of the whole file
  std::string bytes;
};

/// The requests that take one file to a bucket in parts, and what their answers mean: one begins,
/// one a part follows in their order, one finishes.
class PartRequests {
 public:
  virtual ~PartRequests() = default;

  /// Nothing: parts may be sent at once.
  virtual std::optional<StorageRequest> begin(WallTime now) = 0;
  /// False when the answer makes no sense; so below.
  virtual bool begun(const Fetched& answer) = 0;
  virtual StorageRequest put(FilePart part, WallTime now) = 0;
  virtual bool taken(const Fetched& answer) = 0;
  /// Whether what looks like a failure asks for the next part.
  virtual bool goes_on(const FetchError& error) const = 0;
  /// Nothing: the last part was the end.
  virtual std::optional<StorageRequest> finish(WallTime now) = 0;
  virtual bool finished(const Fetched& answer) = 0;
  /// Lets the bucket drop the parts it has; nothing where it does so by itself.
  virtual std::optional<StorageRequest> abandon(WallTime now) = 0;
};

/// Where the file goes.
struct PartTarget {
  CloudHosts hosts;
  CustomStorage storage;
  std::string name;  // of the object
  std::string content_type;
  std::string token;  // of GCS
};

/// S3: a multipart upload. Azure: blocks, which a list makes a blob. GCS: a resumable upload.
std::unique_ptr<PartRequests> part_requests(PartTarget target);

}  // namespace tandem::products::voice
