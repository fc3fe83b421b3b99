#include "app/database.h"

#include <algorithm>

#include "api/auth/accounts.h"
#include "api/auth/api_keys.h"
#include "api/collections.h"
#include "api/timer_rows.h"
#include "app/declarations.h"
#include "carrier/sandbox/inbox.h"
#include "events/event.h"
#include "ledger/posting.h"
#include "products/account/opening.h"
#include "products/common/seeds.h"
#include "store/sqlite_cache.h"

namespace tandem::app {
namespace {

constexpr std::string_view kSandboxState = "sandbox_state";
constexpr std::string_view kKeyRow = "api_key";

}  // namespace

std::unique_ptr<store::Database> make_database(const Config& config) {
  return config.database.empty() ? store::open_sqlite(database_file(config))
                                 : store::open_postgres(config.database);
}

std::unique_ptr<store::Database> make_database(const Config& config, Metrics& metrics) {
  if (!config.database.empty()) return make_database(config);
  return store::open_sqlite(database_file(config),
                            metrics.gauge("tandem_database_cache_bytes",
                                          "Pages of the embedded database held in memory"));
}

std::string database_file(const Config& config) { return config.data_dir + "/tandem.db"; }

std::vector<store::Collection> all_collections(const api::Registry& registry) {
  std::vector<store::Collection> all = registry.collections();
  for (const auto& more :
       {api::collections(), events::collections(), ledger::collections(),
        products::Seeds::collections(), carrier::sandbox::message_collections()}) {
    for (const store::Collection& collection : more) {
      // What a Resource shows of a room's own collection, it has declared already.
      const auto same = [&](const store::Collection& c) { return c.name == collection.name; };
      if (std::none_of(all.begin(), all.end(), same)) all.push_back(collection);
    }
  }
  all.push_back({std::string(kSandboxState), {}});
  return all;
}

Result<std::unique_ptr<store::Database>> open_database(const Config& config) {
  const auto declared = Declarations::make();
  if (!declared) return tl::unexpected(declared.error());
  auto database = make_database(config);
  const auto opened = database->open(all_collections((*declared)->registry()));
  if (!opened) return tl::unexpected(opened.error());
  return database;
}

Result<std::string> sandbox_key(const Config& config, const products::SecretBox& secrets,
                                store::Database& database, api::Moment moment,
                                const std::string& account) {
  if (!config.api_key.empty()) {
    auto done = api::auth::ensure_api_key(database, moment, account, config.api_key);
    if (!done) return tl::unexpected(done.error());
    return config.api_key;
  }
  if (const auto row = database.snapshot()->get(kSandboxState, kKeyRow)) {
    const auto kept = json::Value::parse(row->body);
    const auto key = kept ? secrets.open_sealed((*kept)["sealed"].string(), kKeyRow)
                          : std::optional<std::string>();
    if (key) return *key;
  }
  const auto made = api::auth::create_api_key(database, moment, account, "Sandbox");
  if (!made) return tl::unexpected(made.error());
  store::Batch batch;
  batch.puts.push_back(
      {.collection = std::string(kSandboxState),
       .id = std::string(kKeyRow),
       .account = "",
       .body = json::Value::object({{"sealed", secrets.seal(made->secret, kKeyRow)}}).text()});
  const auto done = database.commit_now(std::move(batch));
  if (done.status != store::Committed::Status::Done) return fail("cannot keep the sandbox's key");
  return made->secret;
}

Result<void> open_all_books(store::Database& database, api::Moment moment,
                            ledger::Nanos starting_credit) {
  const auto snapshot = database.snapshot();
  api::Effects effects;
  for (const auto& account : api::auth::list_accounts(*snapshot)) {
    if (products::account::has_books(*snapshot, account.id)) continue;
    products::account::open_books(moment, account.id, starting_credit, effects);
  }
  api::seal(effects);
  if (effects.batch.empty()) return {};
  const auto done = database.commit_now(std::move(effects.batch));
  if (done.status != store::Committed::Status::Done) return fail("cannot open the books");
  return {};
}

}  // namespace tandem::app
