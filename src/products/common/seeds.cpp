#include "products/common/seeds.h"

#include <set>

#include "core/json.h"
#include "products/common/data_file.h"

namespace tandem::products {
namespace {

constexpr std::string_view kSeeds = "seeds";
constexpr int64_t kMostRows = 100'000;
/// Rows a transaction; keeps one batch from holding the writer for long.
constexpr size_t kBatchRows = 500;

/// FNV-1a: only tells one version of our own files from another.
std::string fingerprint(std::string_view text) {
  uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : text) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3ULL;
  return std::to_string(hash);
}

Result<void> commit(store::Database& database, store::Batch& batch) {
  if (batch.empty()) return {};
  const store::Committed done = database.commit_now(std::move(batch));
  batch = {};
  if (done.status != store::Committed::Status::Done) return fail("cannot store it: " + done.what);
  return {};
}

/// Removes the rows of a collection whose ids are not among `kept`.
Result<void> remove_others(store::Database& database, const std::string& collection,
                           const std::set<std::string>& kept) {
  store::Query all;
  all.collection = collection;
  all.account = "";
  all.limit = kMostRows;
  store::Batch batch;
  for (const store::Row& row : database.snapshot()->list(all).rows) {
    if (kept.count(row.id) == 0) batch.removes.push_back({collection, row.id});
  }
  return commit(database, batch);
}

}  // namespace

void Seeds::add(std::string collection, std::string_view file, std::string id_field) {
  seeds_.push_back({std::move(collection), std::string(file), std::string(data_file(file)),
                    std::move(id_field)});
}

void Seeds::add_rows(std::string collection, std::string rows) {
  seeds_.push_back({std::move(collection), "configuration", std::move(rows), "id"});
}

std::vector<store::Collection> Seeds::collections() { return {{std::string(kSeeds), {}}}; }

Result<void> Seeds::write(store::Database& database, WallTime now) const {
  for (const Seed& seed : seeds_) {
    const std::string mark = json::Value::object({{"fingerprint", fingerprint(seed.rows)}}).text();
    const std::string mark_id = seed.collection + "/" + seed.name;
    const auto before = database.snapshot()->get(kSeeds, mark_id);
    if (before && before->body == mark) continue;
    const auto rows = json::Document::parse(seed.rows);
    if (!rows || !rows->root().is_array()) return fail(seed.name + " is no JSON array");
    std::set<std::string> ids;
    store::Batch batch;
    for (const json::View row : rows->root().items()) {
      const json::View id = row[seed.id_field];
      const std::string key = id.is_string() ? std::string(id.string()) : id.text();
      if (!id.exists()) return fail(seed.name + ": an entry has no " + seed.id_field);
      if (!ids.insert(key).second) return fail(seed.name + ": " + key + " is there twice");
      batch.puts.push_back({.collection = seed.collection,
                            .id = key,
                            .account = "",
                            .body = row.text(),
                            .expected = store::kAnyRevision,
                            .created_at = now});
      if (batch.puts.size() < kBatchRows) continue;
      if (auto done = commit(database, batch); !done) return done;
    }
    if (auto done = commit(database, batch); !done) return done;
    if (auto done = remove_others(database, seed.collection, ids); !done) return done;
    batch.puts.push_back({std::string(kSeeds), mark_id, "", mark, store::kAnyRevision, now});
    if (auto done = commit(database, batch); !done) return done;
  }
  return {};
}

}  // namespace tandem::products
