#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "store/store.h"

namespace tandem::store {

/// One index as the database has it. A declared Index becomes one over (account, value), and
/// created_at behind it so that matches are found newest first; one that is `everywhere` also
/// becomes one over the value alone. What is unique is over nothing else.
struct IndexLayout {
  std::string name;  // "rooms/unique_name/unique": tells all that matters about it
  std::string path;
  Index::Kind kind = Index::Kind::Text;
  bool unique = false;
  bool by_account = true;
  bool sparse = false;
};

/// A declared collection and what the database keeps for it.
struct CollectionLayout {
  std::string name;
  bool log = false;
  std::string table;       // "c_rooms"; "l_visits" for a log
  std::string base_index;  // "rooms/": over (account, created_at)
  bool by_time = true;     // whether it has that one
  std::vector<Index> declared;
  std::vector<IndexLayout> indexes;

  /// The declaration for a path, or null.
  const Index* find(std::string_view path) const;
  /// The index over (account, value of path), or null.
  const IndexLayout* find_by_account(std::string_view path) const;
};

/// All declared collections.
class Layout {
 public:
  /// Refuses names and paths that are malformed or double.
  static Result<Layout> from(std::vector<Collection> collections);

  /// The collection; asking for one that was not declared is a mistake of the caller.
  const CollectionLayout& at(std::string_view collection) const;
  const std::map<std::string, CollectionLayout, std::less<>>& collections() const {
    return collections_;
  }
  /// "rooms.unique_name" for the name of one of our indexes, or nothing.
  std::optional<std::string> duplicate_of(std::string_view index_name) const;

 private:
  std::map<std::string, CollectionLayout, std::less<>> collections_;
  std::map<std::string, std::string, std::less<>> duplicates_;
};

/// Stops a batch for a collection that was not declared, or that is a log and is used as none (and
/// the other way round): a mistake of the caller.
void assert_declared(const Layout& layout, const Batch& batch);

}  // namespace tandem::store
