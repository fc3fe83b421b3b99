#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "store/layout.h"
#include "store/store.h"

namespace tandem::store::sqlite {

/// Chooses the index that a query goes through where SQLite, which knows the shape of the data
/// but not the data, would have to guess: between several fields that find rows, and between
/// finding rows and reading them in the order in which they are wanted.
class Plan {
 public:
  /// `probe` counts the rows of one condition, to no more than kMostProbed.
  using Probe = std::function<int64_t(const Condition&)>;
  Plan(const CollectionLayout& collection, const Query& query, const Probe& probe);

  /// The name of the index to count through; null: SQLite's choice is the only one.
  const std::string* for_count() const;
  /// The same for a page, when the account's `documents` and the query's `matches` are known.
  const std::string* for_page(int64_t documents, int64_t matches) const;
  /// For a page of a query of which nothing is known.
  const std::string* for_page() const;

  static constexpr int64_t kMostProbed = 256;

 private:
  const std::string* ordered() const;
  const std::string* by_time() const;

  const CollectionLayout& collection_;
  const Query& query_;
  const IndexLayout* narrow_ = nullptr;  // where the rows are found
  bool seeks_ = false;                   // by their value; else by reading all of it
};

}  // namespace tandem::store::sqlite
