#include <string>

#include "products/common/secret_box.h"
#include "products/common/seeds.h"
#include "products/storage/object_store.h"
#include "products/storage/storage.h"

namespace tandem::products::storage {
namespace {

using api::ApiError;
using api::Draft;
using api::refuse;

/// The secret half of the other provider's key is sealed and never answered.
Result<void, ApiError> make_source(Draft& draft, const SecretBox& secrets) {
  json::Value& source = draft.document;
  json::Value& auth = source.member("provider_auth");
  for (const char* name : {"access_key", "secret_access_key"}) {
    if (auth[name].string().empty()) {
      return refuse("10004", "A source needs both halves of a key.",
                    "/provider_auth/" + std::string(name));
    }
  }
  const bool aws = source["provider"].string() == "aws";
  const std::string_view region = source["source_region"].string();
  if (aws && !draft.snapshot.get("migration_source_coverage", "aws/" + std::string(region))) {
    return refuse("10015", "Nothing can be copied from this region.", "/source_region");
  }
  source.set("_secret_access_key", secrets.seal(auth["secret_access_key"].string(),
                                                draft.call.account.id + "/migration_source"));
  auth.members().erase("secret_access_key");
  return {};
}

}  // namespace

void declare(api::Registry& registry, const Services& services) {
  services.seeds.add("migration_source_coverage", "storage/data/migration_source_coverage.json",
                     "_id");
  registry.resource({.path = "/storage/migration_source_coverage",
                     .collection = "migration_source_coverage",
                     .id_field = "_id",
                     .global = true});
  registry.resource({.path = "/storage/migration_sources",
                     .collection = "migration_sources",
                     .on_create = [&secrets = services.secrets](
                                      Draft& draft) { return make_source(draft, secrets); },
                     .on_delete = check_source_unused});
  declare_migrations(registry);
  declare_buckets(registry, services);
  declare_objects(registry, services);
  declare_uploads(registry, services);
  declare_listing(registry, services);
  declare_usage(registry);
  declare_certificates(registry, services);
  declare_presigned(registry, services);
}

}  // namespace tandem::products::storage
