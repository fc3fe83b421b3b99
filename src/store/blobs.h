#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/function.h"
#include "core/result.h"

namespace tandem::store {

/// Files by what is in them: recordings, media, documents, faxes. The name of a blob is the
/// SHA-256 of its content in hex, so equal files are kept once.
class Blobs {
 public:
  virtual ~Blobs() = default;

  /// A file being written; nothing is visible before finish().
  class Upload {
   public:
    virtual ~Upload() = default;
    virtual Result<void> append(std::string_view bytes) = 0;
    /// Makes it durable and gives its name.
    virtual Result<std::string> finish() = 0;
  };
  virtual Result<std::unique_ptr<Upload>> upload() = 0;

  /// Short way for what is in memory already.
  Result<std::string> put(std::string_view bytes);

  /// Bytes of the blob, or why not. A read beyond the end gives what there is.
  virtual Result<uint64_t> size(std::string_view name) const = 0;
  virtual Result<std::string> read(std::string_view name, uint64_t offset,
                                   uint64_t length) const = 0;
  /// A path to send the file from without copying; empty when it is not a local file.
  virtual std::string local_path(std::string_view name) const = 0;
  /// Removing what is not there is fine.
  virtual Result<void> remove(std::string_view name) = 0;
};

/// Blobs as files below `directory`, two levels deep, written to a temporary name, synced, renamed.
Result<std::unique_ptr<Blobs>> open_file_blobs(const std::string& directory);

}  // namespace tandem::store
