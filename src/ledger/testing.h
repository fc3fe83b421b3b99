#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include <stdlib.h>

#include "core/assert.h"
#include "ledger/posting.h"
#include "store/store.h"

/// Help for this room's tests.
namespace tandem::ledger::testing {

inline const WallTime kStart = parse_iso8601("2026-11-20T10:00:00Z").value();

/// An embedded database with this room's collections, in a directory that goes with it.
class TempStore {
 public:
  TempStore() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "tandem-ledger-XXXXXX").string();
    TANDEM_ASSERT(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
    database_ = store::open_sqlite(path_ + "/test.db");
    TANDEM_ASSERT(database_->open(collections()));
  }
  TempStore(const TempStore&) = delete;
  TempStore& operator=(const TempStore&) = delete;
  ~TempStore() {
    database_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  store::Database* operator->() { return database_.get(); }

  /// Commits what `fill` puts into a batch.
  template <class Fill>
  store::Committed commit(Fill fill) {
    store::Batch batch;
    fill(batch);
    return database_->commit_now(std::move(batch));
  }

 private:
  std::string path_;
  std::unique_ptr<store::Database> database_;
};

inline Note make_note(std::string id, std::string owner, Product product = Product::Account,
                      Charge charge = Charge::Other) {
  Note note;
  note.id = std::move(id);
  note.owner = std::move(owner);
  note.product = product;
  note.charge = charge;
  note.occurred_at = kStart;
  return note;
}

}  // namespace tandem::ledger::testing
