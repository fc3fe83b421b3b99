#pragma once

#include <memory>
#include <string>

#include "store/layout.h"
#include "store/log_reading.h"
#include "store/sqlite/plan.h"
#include "store/sqlite/readers.h"
#include "store/store.h"
#include "store/totals_cache.h"

namespace tandem::store::sqlite {

/// Reads in one transaction, which the first read begins or an earlier snapshot had begun.
class SqliteSnapshot final : public Snapshot {
 public:
  SqliteSnapshot(Readers& readers, const Layout& layout, TotalsCache& cache);
  ~SqliteSnapshot() override;

  std::optional<Row> get(std::string_view collection, std::string_view id) const override;
  std::optional<Row> find(std::string_view collection, std::optional<std::string_view> account,
                          std::string_view path, std::string_view value) const override;
  Page list(const Query& query) const override;
  int64_t count(const Query& query) const override;
  int64_t counter(std::string_view key) const override;
  bool failed() const override { return failed_; }

 private:
  /// The maintained total and the change number behind it.
  struct Total {
    int64_t documents = 0;
    int64_t changes = 0;
  };
  Statement start(std::string_view sql) const;
  Statement start(const Sql& sql) const;
  bool next(Statement& statement) const;
  Total total(const Query& query) const;
  LogReader log_reader(const Query& query) const;
  int64_t count(const Query& query, const Total& all, const Plan& plan) const;
  Plan plan_of(const CollectionLayout& collection, const Query& query) const;

  Readers& readers_;
  const Layout& layout_;
  TotalsCache& cache_;
  std::unique_ptr<Reader> reader_;
  mutable bool failed_ = false;
};

}  // namespace tandem::store::sqlite
