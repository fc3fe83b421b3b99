#include "store/layout.h"

#include <algorithm>

#include "core/assert.h"
#include "store/field_path.h"
#include "store/limits.h"
#include "store/text.h"

namespace tandem::store {
namespace {

bool is_collection_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxCollectionNameBytes &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
         });
}

IndexLayout index_layout(const std::string& collection, const Index& index, bool by_account) {
  IndexLayout layout;
  layout.path = index.path;
  layout.kind = index.kind;
  layout.by_account = by_account;
  layout.sparse = index.sparse;
  layout.unique = index.unique && by_account != index.everywhere;
  layout.name = collection + "/" + index.path;
  if (index.kind == Index::Kind::Number) layout.name += "/number";
  if (!by_account) layout.name += "/everywhere";
  if (layout.unique) layout.name += "/unique";
  if (layout.sparse) layout.name += "/sparse";
  return layout;
}

Result<CollectionLayout> collection_layout(Collection collection) {
  if (!is_collection_name(collection.name)) return fail("bad collection name: " + collection.name);
  CollectionLayout layout;
  layout.name = std::move(collection.name);
  layout.log = collection.log;
  layout.by_time = collection.by_time;
  layout.table = (layout.log ? "l_" : "c_") + layout.name;
  layout.base_index = layout.name + "/";
  if (layout.log && !collection.indexes.empty()) {
    return fail("a log has no indexes: " + layout.name);
  }
  for (Index& index : collection.indexes) {
    // Names in SQL know no case, so neither may the paths that they are made of.
    const auto same = [&index](const Index& other) {
      return ascii_lower(other.path) == ascii_lower(index.path);
    };
    const bool twice = std::any_of(layout.declared.begin(), layout.declared.end(), same);
    if (!is_field_path(index.path) || index.path == "id" || twice) {
      return fail("bad index of collection " + layout.name + ": " + index.path);
    }
    const bool base = index.path == "created_at";  // which the base index serves
    if (base) index.kind = Index::Kind::Number;
    if (!base) layout.indexes.push_back(index_layout(layout.name, index, true));
    if (index.everywhere) layout.indexes.push_back(index_layout(layout.name, index, false));
    layout.declared.push_back(std::move(index));
  }
  return layout;
}

}  // namespace

const Index* CollectionLayout::find(std::string_view path) const {
  const auto found = std::find_if(declared.begin(), declared.end(),
                                  [path](const Index& index) { return index.path == path; });
  return found == declared.end() ? nullptr : &*found;
}

const IndexLayout* CollectionLayout::find_by_account(std::string_view path) const {
  const auto found = std::find_if(indexes.begin(), indexes.end(), [path](const IndexLayout& index) {
    return index.by_account && index.path == path;
  });
  return found == indexes.end() ? nullptr : &*found;
}

Result<Layout> Layout::from(std::vector<Collection> collections) {
  Layout layout;
  for (Collection& collection : collections) {
    auto made = collection_layout(std::move(collection));
    if (!made) return tl::unexpected(made.error());
    for (const IndexLayout& index : made->indexes) {
      layout.duplicates_[index.name] = made->name + "." + index.path;
    }
    std::string name = made->name;
    const bool added = layout.collections_.emplace(name, std::move(*made)).second;
    if (!added) return fail("collection declared twice: " + name);
  }
  return layout;
}

const CollectionLayout& Layout::at(std::string_view collection) const {
  const auto found = collections_.find(collection);
  TANDEM_ASSERT(found != collections_.end() && "the collection was not declared");
  return found->second;
}

void assert_declared(const Layout& layout, const Batch& batch) {
  for (const Put& put : batch.puts) {
    TANDEM_ASSERT(!layout.at(put.collection).log || put.expected == kNew);
  }
  for (const Remove& remove : batch.removes) TANDEM_ASSERT(!layout.at(remove.collection).log);
  for (const Trim& trim : batch.trims) TANDEM_ASSERT(layout.at(trim.collection).log);
}

std::optional<std::string> Layout::duplicate_of(std::string_view index_name) const {
  const auto found = duplicates_.find(index_name);
  if (found == duplicates_.end()) return std::nullopt;
  return found->second;
}

}  // namespace tandem::store
