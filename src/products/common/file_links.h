#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/effects.h"
#include "core/clock.h"
#include "http/server.h"

namespace tandem::store {
class Blobs;
}

/// Links under which a file can be fetched without a key until they expire: what the API calls
/// pre-signed URLs. The link itself says what it opens, sealed with the platform's key, so nothing
/// has to be stored or cleaned up.
namespace tandem::products {

class SecretBox;

/// A stored file and how it is handed out.
struct StoredFile {
  std::string blob;  // name in Blobs
  std::string filename;
  std::string content_type;
};

/// Where the links are served; the composition root mounts file_link_handler() there.
inline constexpr std::string_view kFileLinks = "/files";

/// An absolute URL below `base_url` that gives the file until `expires`.
std::string make_file_link(const SecretBox& secrets, std::string_view base_url,
                           const StoredFile& file, WallTime expires);

/// What the path of a request opens at `now`; nothing for a link that was altered or has expired.
std::optional<StoredFile> open_file_link(const SecretBox& secrets, std::string_view path,
                                         WallTime now);

/// Answers requests for links: the file, or 403 with code 20006.
http::Handler file_link_handler(const SecretBox& secrets, const store::Blobs& blobs,
                                const Clock& clock);

/// The answer of an operation that gives the file itself; code 10005 when the blob is gone.
Result<api::Reply, api::ApiError> file_reply(const store::Blobs& blobs, const StoredFile& file);

}  // namespace tandem::products
