#include <string>

#include "api/resource_engine.h"
#include "contract/operations.h"
#include "products/common/steps.h"
#include "products/storage/storage.h"

// Copies of another provider's bucket into one of the account's. Both sides are looked at first; a
// copy whose target bucket is not there fails.

namespace tandem::products::storage {
namespace {

using api::ApiError;
using api::Call;
using api::Draft;
using api::Effects;
using api::Outcome;
using api::refuse;
using contract::Op;
using store::Compare;

constexpr std::string_view kMigrations = "migrations";
constexpr std::string_view kSources = "migration_sources";
constexpr std::string_view kAdvance = "storage.advance_migration";
constexpr auto kCheckTime = std::chrono::seconds(5);

bool is_open(const json::Value& migration) {
  const std::string_view status = migration["status"].string();
  return status == "pending" || status == "checking" || status == "migrating";
}

Result<void, ApiError> make_migration(Draft& draft) {
  json::Value& migration = draft.document;
  for (const char* name : {"source_id", "target_bucket_name", "target_region"}) {
    if (migration[name].string().empty()) {
      return refuse("10004", "A migration needs this.", "/" + std::string(name));
    }
  }
  migration.set("status", "pending");
  migration.set("bytes_migrated", 0);
  migration.set("bytes_to_migrate", 0);
  migration.set("speed", 0);
  draft.effects.timers.push_back(document_timer(
      kAdvance, migration["id"].string(), draft.call.account.id, draft.call.now + kCheckTime));
  return {};
}

Effects advance(const api::Step& step, const store::Snapshot& snapshot) {
  Effects effects;
  auto migration = step_document(step, snapshot, kMigrations);
  if (!migration || !is_open(migration->fields)) return effects;
  const bool fresh = migration->fields["status"].string() == "pending";
  migration->fields.set("status", fresh ? "checking" : "error");
  if (fresh) {
    effects.timers.push_back(
        document_timer(kAdvance, migration->row.id, migration->row.account, step.now + kCheckTime));
  }
  put_back(kMigrations, *migration, step.now, effects);
  return effects;
}

Outcome stop(const api::Registry& registry, const Call& call, const store::Snapshot& snapshot) {
  const api::ResourceEngine* migrations = registry.engine(kMigrations);
  const auto row = migrations->find(call, snapshot, call.param("id"));
  if (!row) return tl::unexpected(row.error());
  json::Value migration = api::document_of(*row);
  if (!is_open(migration)) return refuse("10027", "The migration has ended already.");
  migration.set("status", "stopped");
  Effects effects;
  migrations->put(*row, migration, call.now, effects);
  effects.reply = migrations->reply(call, snapshot, migration);
  return effects;
}

}  // namespace

Result<void, ApiError> check_source_unused(Draft& draft) {
  store::Query open;
  open.collection = kMigrations;
  open.account = draft.call.account.id;
  open.where = {{"source_id", Compare::Eq, {std::string(draft.document["id"].string())}},
                {"status", Compare::In, {std::string("pending"), std::string("checking")}}};
  if (draft.snapshot.count(open) == 0) return {};
  return refuse("10021", "Something is still being copied from this source.");
}

void declare_migrations(api::Registry& registry) {
  registry.bind(Op::StopMigration, [&registry](const Call& call, const store::Snapshot& snapshot) {
    return stop(registry, call, snapshot);
  });
  registry.workflow(std::string(kAdvance), advance);
  registry.resource({.path = "/storage/migrations",
                     .collection = std::string(kMigrations),
                     .references = {{"source_id", std::string(kSources)}},
                     .indexes = {{.path = "source_id"}},
                     .on_create = make_migration});
}

}  // namespace tandem::products::storage
