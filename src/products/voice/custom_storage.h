#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/registry.h"
#include "store/store.h"

namespace tandem::products {
class SecretBox;
}

/// The bucket of a cloud that a connection's recordings go to (/custom_storage_credentials).
namespace tandem::products::voice {

struct CustomStorage {
  enum class Backend : uint8_t { S3, Gcs, Azure };
  Backend backend = Backend::S3;
  std::string bucket;
  std::string region;   // S3
  std::string account;  // S3: the access key's id; Azure: the account's name
  std::string secret;   // S3: secret key; Azure: account key; GCS: credentials
};

/// What is stored for the connection, its secret opened; nothing when there is none.
std::optional<CustomStorage> find_custom_storage(const store::Snapshot& snapshot,
                                                 const SecretBox& secrets,
                                                 std::string_view connection_id);
/// Whether there is any.
bool has_custom_storage(const store::Snapshot& snapshot, std::string_view connection_id);

void declare_custom_storage(api::Registry& registry, const SecretBox& secrets);

}  // namespace tandem::products::voice
