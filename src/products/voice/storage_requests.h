#pragma once

#include <string>
#include <string_view>

#include "core/clock.h"
#include "core/result.h"
#include "products/voice/cloud_hosts.h"
#include "products/voice/custom_storage.h"
#include "products/voice/storage_signing.h"

/// The requests that put a file into the bucket of a cloud, as each of them wants it signed.
namespace tandem::products::voice {

/// A file on its way.
struct StoredObject {
  std::string name;  // in the bucket
  std::string content_type;
  std::string body;
};

/// Where the object is: an address of the bucket, which asks for its owner's sign-in.
std::string object_url(const CloudHosts& hosts, const CustomStorage& storage,
                       std::string_view name);

/// S3: PUT with SigV4, the bucket in the path. Azure: Put Blob with a shared key.
StorageRequest put_object(const CloudHosts& hosts, const CustomStorage& storage,
                          StoredObject object, WallTime now);

/// GCS: the credentials are a token, or the JSON of a service account, which is exchanged for one
/// first (RFC 7523). An error says that they are neither.
bool is_token(const CustomStorage& storage);
Result<StorageRequest> token_request(const CustomStorage& storage, WallTime now);
std::string gcs_upload_url(const CloudHosts& hosts, const CustomStorage& storage);
StorageRequest upload_to_gcs(const CloudHosts& hosts, const CustomStorage& storage,
                             StoredObject object, std::string_view token);

}  // namespace tandem::products::voice
