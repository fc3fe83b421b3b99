#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/result.h"
#include "store/store.h"

namespace tandem::products {

/// Reference data that everyone reads and nobody changes: countries, regions, event types. Products
/// name their files; the app writes them into the store when they differ from what is there.
class Seeds {
 public:
  /// `file` (data_file.h) is a JSON array of objects; `id_field` of each is its id in `collection`.
  void add(std::string collection, std::string_view file, std::string id_field = "id");
  /// The same with the array itself, where configuration has a say in it.
  void add_rows(std::string collection, std::string rows);

  /// The collections this keeps for itself.
  static std::vector<store::Collection> collections();

  /// Puts what is new or changed and removes what is gone. Costs one look-up a file when nothing
  /// changed. At start, never on a shard.
  Result<void> write(store::Database& database, WallTime now) const;

 private:
  struct Seed {
    std::string collection;
    std::string name;  // for people
    std::string rows;
    std::string id_field;
  };
  std::vector<Seed> seeds_;
};

}  // namespace tandem::products
