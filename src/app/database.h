#pragma once

#include <memory>
#include <string>
#include <vector>

#include "api/call.h"
#include "api/registry.h"
#include "app/config.h"
#include "core/metrics.h"
#include "core/result.h"
#include "ledger/money.h"
#include "products/common/secret_box.h"
#include "store/store.h"

namespace tandem::app {

/// The database these settings name, not opened yet.
std::unique_ptr<store::Database> make_database(const Config& config);
/// The same for a process that serves: the embedded one shows in `metrics` what its cache takes.
std::unique_ptr<store::Database> make_database(const Config& config, Metrics& metrics);

/// Where SQLite keeps it.
std::string database_file(const Config& config);

/// Every collection of every room, to open the database with.
std::vector<store::Collection> all_collections(const api::Registry& registry);

/// The key of the sandbox's account: the configured one, else the one made at the first start (kept
/// sealed, so that every start can show it).
Result<std::string> sandbox_key(const Config& config, const products::SecretBox& secrets,
                                store::Database& database, api::Moment moment,
                                const std::string& account);

/// The database these settings name, open with every collection, for the command line. It may run
/// beside a server of the same version: both want the same tables and indexes.
Result<std::unique_ptr<store::Database>> open_database(const Config& config);

/// Opens the books of every account that has none yet: new ones, and those of older data.
Result<void> open_all_books(store::Database& database, api::Moment moment,
                            ledger::Nanos starting_credit);

}  // namespace tandem::app
