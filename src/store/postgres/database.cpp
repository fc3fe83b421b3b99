#include "core/assert.h"
#include "store/commit_queue.h"
#include "store/postgres/connection.h"
#include "store/postgres/readers.h"
#include "store/postgres/schema.h"
#include "store/postgres/snapshot.h"
#include "store/postgres/writer.h"
#include "store/store.h"

namespace tandem::store {
namespace postgres {
namespace {

class PostgresDatabase final : public Database {
 public:
  explicit PostgresDatabase(std::string conninfo)
      : conninfo_(std::move(conninfo)), readers_(conninfo_) {}

  Result<void> open(std::vector<Collection> collections) override {
    TANDEM_ASSERT(queue_ == nullptr && "a database is opened once");
    auto layout = Layout::from(std::move(collections));
    if (!layout) return tl::unexpected(layout.error());
    layout_ = std::move(*layout);
    auto connection = Connection::open(conninfo_);
    if (!connection) return tl::unexpected(connection.error());
    if (auto done = migrate(**connection, migrations()); !done) return done;
    if (auto done = create_collections(**connection, layout_); !done) return done;
    queue_ = std::make_unique<CommitQueue>(
        std::make_unique<Writer>(conninfo_, std::move(*connection), layout_));
    return {};
  }

  std::unique_ptr<Snapshot> snapshot() override {
    TANDEM_ASSERT(queue_ != nullptr);
    return std::make_unique<PostgresSnapshot>(readers_, layout_, totals_);
  }

  void commit_all(std::vector<Batch> batches,
                  UniqueFunction<void(std::vector<Committed>)> done, Haste haste) override {
    TANDEM_ASSERT(queue_ != nullptr);
    for (const Batch& batch : batches) assert_declared(layout_, batch);
    queue_->push(std::move(batches), std::move(done), haste);
  }

  Result<void> clear() override {
    TANDEM_ASSERT(queue_ != nullptr);
    return queue_->clear();
  }

 private:
  const std::string conninfo_;
  Layout layout_;
  Readers readers_;
  TotalsCache totals_;
  std::unique_ptr<CommitQueue> queue_;  // goes first: its writer uses the rest
};

}  // namespace
}  // namespace postgres

std::unique_ptr<Database> open_postgres(const std::string& conninfo) {
  return std::make_unique<postgres::PostgresDatabase>(conninfo);
}

}  // namespace tandem::store
