#include <filesystem>

#include "core/assert.h"
#include "store/commit_queue.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/snapshot.h"
#include "store/sqlite/writer.h"
#include "store/sqlite_cache.h"
#include "store/store.h"

namespace tandem::store {
namespace sqlite {
namespace {

class SqliteDatabase final : public Database {
 public:
  SqliteDatabase(std::string path, Gauge* cached_bytes)
      : path_(std::move(path)), readers_(path_), cached_bytes_(cached_bytes) {}

  Result<void> open(std::vector<Collection> collections) override {
    TANDEM_ASSERT(queue_ == nullptr && "a database is opened once");
    auto layout = Layout::from(std::move(collections));
    if (!layout) return tl::unexpected(layout.error());
    layout_ = std::move(*layout);
    std::error_code ignored;  // opening the file tells better what is wrong
    std::filesystem::create_directories(std::filesystem::path(path_).parent_path(), ignored);
    auto connection = Connection::open(path_, Connection::Mode::Writer);
    if (!connection) return tl::unexpected(connection.error());
    auto ready = migrate(**connection, migrations());
    if (ready) ready = create_collections(**connection, layout_);
    if (!ready) return fail(path_ + ": " + ready.error().what);
    queue_ = std::make_unique<CommitQueue>(
        std::make_unique<Writer>(std::move(*connection), layout_, readers_, cached_bytes_));
    return {};
  }

  std::unique_ptr<Snapshot> snapshot() override {
    TANDEM_ASSERT(queue_ != nullptr);
    return std::make_unique<SqliteSnapshot>(readers_, layout_, totals_);
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
  const std::string path_;
  Layout layout_;
  Readers readers_;
  TotalsCache totals_;
  Gauge* const cached_bytes_;
  std::unique_ptr<CommitQueue> queue_;  // goes first: its writer uses the rest
};

}  // namespace
}  // namespace sqlite

std::unique_ptr<Database> open_sqlite(const std::string& path) {
  return std::make_unique<sqlite::SqliteDatabase>(path, nullptr);
}

std::unique_ptr<Database> open_sqlite(const std::string& path, Gauge& cached_bytes) {
  return std::make_unique<sqlite::SqliteDatabase>(path, &cached_bytes);
}

}  // namespace tandem::store
