#pragma once

#include <memory>
#include <string>

#include "store/layout.h"
#include "store/log_reading.h"
#include "store/postgres/readers.h"
#include "store/store.h"
#include "store/totals_cache.h"

namespace tandem::store::postgres {

/// A read-only transaction at isolation level repeatable read, begun by the first read.
class PostgresSnapshot final : public Snapshot {
 public:
  PostgresSnapshot(Readers& readers, const Layout& layout, TotalsCache& cache);
  ~PostgresSnapshot() override;

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
  bool begin() const;
  /// The answer; nothing when the snapshot has failed.
  std::optional<Answer> ask(const Sql& sql) const;
  Total total(const Query& query) const;
  LogReader log_reader(const Query& query) const;

  Readers& readers_;
  const Layout& layout_;
  TotalsCache& cache_;
  mutable std::unique_ptr<Connection> connection_;
  mutable bool begun_ = false;
  mutable bool failed_ = false;
};

}  // namespace tandem::store::postgres
