#include "store/sqlite/writer.h"

#include <sqlite3.h>

#include <utility>

#include "core/assert.h"
#include "core/log.h"
#include "store/limits.h"
#include "store/text.h"

namespace tandem::store::sqlite {
namespace {

using Status = Committed::Status;

constexpr std::string_view kBegin = "BEGIN IMMEDIATE";
constexpr std::string_view kCommit = "COMMIT";
constexpr std::string_view kRollback = "ROLLBACK";
constexpr std::string_view kSavepoint = "SAVEPOINT batch";
constexpr std::string_view kRelease = "RELEASE batch";
constexpr std::string_view kUndoBatch = "ROLLBACK TO batch";

/// Pages in the log after which it is moved into the file; 16 MB.
constexpr int kCheckpointPages = 4'096;
/// Pages after which readers are waited for, so that the log can start over; 256 MB.
constexpr int kRestartPages = 65'536;
constexpr int kRestartWaitMillis = 100;

Committed done() { return {}; }
bool is_done(const Committed& committed) { return committed.status == Status::Done; }

int remember_pages(void* pages, sqlite3*, const char*, int in_log) {
  *static_cast<int*>(pages) = in_log;
  return SQLITE_OK;
}

}  // namespace

Writer::Writer(std::unique_ptr<Connection> connection, const Layout& layout, Readers& readers,
               Gauge* cached_bytes)
    : connection_(std::move(connection)),
      layout_(layout),
      readers_(readers),
      cached_bytes_(cached_bytes),
      counters_(*connection_),
      sequences_(*connection_) {
  sqlite3_wal_hook(connection_->handle(), remember_pages, &log_pages_);
}

std::vector<Committed> Writer::write(std::span<const Batch> group) {
  if (auto results = write_once(group, Savepoints::None)) return std::move(*results);
  auto results = write_once(group, Savepoints::EachBatch);
  TANDEM_ASSERT(results.has_value());
  return std::move(*results);
}

std::optional<std::vector<Committed>> Writer::write_once(std::span<const Batch> group,
                                                         Savepoints mode) {
  if (!connection_->prepare(kBegin).run() || !look_for_others()) {
    return fail_all(group.size(), connection_->message());
  }
  const bool careful = mode == Savepoints::EachBatch;
  std::vector<Committed> results;
  results.reserve(group.size());
  for (const Batch& batch : group) {
    if (careful) connection_->prepare(kSavepoint).run();
    changed_ = false;
    results.push_back(apply(batch));
    if (is_done(results.back())) {
      totals_.keep_batch();
      log_rows_.keep_batch();
      counters_.keep_batch();
    } else {
      totals_.drop_batch();
      log_rows_.drop_batch();
      counters_.drop_batch();
      // A full disk and the like end the whole transaction.
      if (!connection_->in_transaction()) return fail_all(group.size(), results.back().what);
      if (changed_ && !careful) {
        roll_back();
        return std::nullopt;
      }
      if (careful) connection_->prepare(kUndoBatch).run();
    }
    if (careful) connection_->prepare(kRelease).run();
  }
  const bool written = write_logs() && counters_.write() && write_totals() && sequences_.write() &&
                       connection_->prepare(kCommit).run();
  if (!written) return fail_all(group.size(), connection_->message());
  readers_.committed();
  counters_.keep_group();
  sequences_.keep_group();
  forget_group();
  return results;
}

Committed Writer::apply(const Batch& batch) {
  Committed result;
  for (const Remove& remove : batch.removes) {
    result = apply(remove);
    if (!is_done(result)) return result;
  }
  for (const Trim& trim : batch.trims) {
    result = apply(trim);
    if (!is_done(result)) return result;
  }
  for (const Put& put : batch.puts) {
    result = apply(put);
    if (!is_done(result)) return result;
  }
  for (const Adjust& adjust : batch.adjusts) {
    result = apply(adjust);
    if (!is_done(result)) return result;
  }
  return result;
}

Committed Writer::apply(const Put& put) {
  if (put.expected == kNew) return create(put);
  const auto present = look_up(put.collection, put.id);
  if (!present) return failure();
  const bool any = put.expected == kAnyRevision;
  if (!any && put.expected != present->revision) return {Status::Conflict, {}};
  return present->revision == kNew ? create(put) : replace(put, *present);
}

std::optional<Writer::Present> Writer::look_up(const std::string& collection,
                                               const std::string& id) {
  Statement find = connection_->prepare(texts(collection).find);
  if (find.bind(id).row())
    return Present{find.integer(0), find.integer(1), std::string(find.text(2))};
  if (find.failed()) return std::nullopt;
  return Present{};
}

Committed Writer::create(const Put& put) {
  if (texts(put.collection).log) {
    log_rows_.add(put);
    totals_.add(put.collection, put.account, 1);
    return done();
  }
  if (!is_json(put.body)) return {Status::Failed, "body is not JSON"};
  const auto sequence = sequences_.next(put.collection);
  if (!sequence) return failure();
  Statement insert = connection_->prepare(texts(put.collection).insert);
  insert.bind(*sequence).bind(put.id).bind(put.account);
  insert.bind(int64_t{put.created_at.time_since_epoch().count()}).bind(put.body);
  if (!insert.run()) return constraint(put);
  changed_ = true;
  totals_.add(put.collection, put.account, 1);
  return done();
}

Committed Writer::replace(const Put& put, const Present& present) {
  if (!is_json(put.body)) return {Status::Failed, "body is not JSON"};
  Statement update = connection_->prepare(texts(put.collection).update);
  update.bind(put.account).bind(present.revision + 1).bind(put.body).bind(present.sequence);
  if (!update.run()) return constraint(put);
  changed_ = true;
  const bool moved = present.account != put.account;
  if (moved) totals_.add(put.collection, present.account, -1);
  totals_.add(put.collection, put.account, moved ? 1 : 0);
  return done();
}

Committed Writer::apply(const Remove& remove) {
  const auto present = look_up(remove.collection, remove.id);
  if (!present) return failure();
  const bool any = remove.expected == kAnyRevision;
  if (!any && remove.expected != present->revision) return {Status::Conflict, {}};
  if (present->revision == kNew) return done();
  Statement erase = connection_->prepare(texts(remove.collection).remove);
  if (!erase.bind(present->sequence).run()) return failure();
  changed_ = true;
  totals_.add(remove.collection, present->account, -1);
  return done();
}

Committed Writer::apply(const Trim& trim) {
  Statement erase = connection_->prepare(texts(trim.collection).trim);
  erase.bind(trim.account).bind(int64_t{trim.before.time_since_epoch().count()});
  erase.bind(kMaxTrimmedRows);
  int64_t entries = 0;
  while (erase.row()) entries += erase.integer(0);
  if (erase.failed()) return failure();
  if (entries == 0) return done();
  changed_ = true;
  totals_.add(trim.collection, trim.account, -entries);
  return done();
}

bool Writer::write_logs() {
  for (const auto& [key, rows] : log_rows_.rows()) {
    const std::string& insert_text = texts(std::string(key.first)).insert;
    for (const LogRow& row : rows) {
      Statement insert = connection_->prepare(insert_text);
      insert.bind(row.account).bind(row.first).bind(row.last).bind(row.entries).bind(row.body);
      if (!insert.run()) return false;
    }
  }
  return true;
}

Committed Writer::apply(const Adjust& adjust) {
  switch (counters_.adjust(adjust)) {
    case Counters::Outcome::Done: return done();
    case Counters::Outcome::OutOfBounds: return {Status::OutOfBounds, adjust.key};
    case Counters::Outcome::Unreadable: return failure();
  }
  TANDEM_ASSERT(false);
}

bool Writer::write_totals() {
  for (const auto& [key, by] : totals_.group()) {
    Statement write = connection_->prepare(
        "INSERT INTO tandem_totals VALUES(?,?,?,1) ON CONFLICT(collection,account)"
        " DO UPDATE SET total=total+excluded.total, changes=changes+1");
    if (!write.bind(key.first).bind(key.second).bind(by).run()) return false;
  }
  return true;
}

/// What is remembered of the file holds while nobody else writes to it; false when it cannot be
/// read.
bool Writer::look_for_others() {
  Statement version = connection_->prepare("PRAGMA data_version");
  if (!version.row()) return false;
  if (version.integer(0) == std::exchange(file_version_, version.integer(0))) return true;
  counters_.forget();
  sequences_.forget();
  return true;
}

Committed Writer::constraint(const Put& put) {
  const int code = sqlite3_extended_errcode(connection_->handle());
  const std::string message = connection_->message();
  if (code != SQLITE_CONSTRAINT_UNIQUE) return failure();
  // "UNIQUE constraint failed: index 'rooms/unique_name/unique'", or "...: c_rooms.id"
  const size_t open = message.find('\'');
  const size_t close = message.rfind('\'');
  if (open == std::string::npos || open == close) return {Status::Conflict, {}};
  const auto present = look_up(put.collection, put.id);
  if (put.expected == kNew && present && present->revision != kNew) return {Status::Conflict, {}};
  auto duplicate = layout_.duplicate_of(message.substr(open + 1, close - open - 1));
  return {Status::Duplicate, duplicate.value_or(put.collection)};
}

Committed Writer::failure() const { return {Status::Failed, connection_->message()}; }

std::vector<Committed> Writer::fail_all(size_t size, const std::string& what) {
  log::error("store", "a transaction failed", {{"why", what}});
  roll_back();
  return std::vector<Committed>(size, Committed{Status::Failed, what});
}

void Writer::roll_back() {
  if (connection_->in_transaction()) connection_->prepare(kRollback).run();
  counters_.forget();
  sequences_.forget();
  forget_group();
}

void Writer::forget_group() {
  totals_.clear();
  log_rows_.clear();
}

const Writer::Texts& Writer::texts(const std::string& collection) {
  const auto found = texts_.find(collection);
  if (found != texts_.end()) return found->second;
  const std::string table = '"' + layout_.at(collection).table + '"';
  Texts made;
  made.log = layout_.at(collection).log;
  if (made.log) {
    made.insert = "INSERT INTO " + table + "(account,first,last,entries,body) VALUES(?,?,?,?,?)";
    made.trim = "DELETE FROM " + table + " WHERE sequence IN (SELECT sequence FROM " + table +
                " WHERE account=? AND last<? ORDER BY last LIMIT ?) RETURNING entries";
    return texts_.emplace(collection, std::move(made)).first->second;
  }
  made.find = "SELECT sequence,revision,account FROM " + table + " WHERE id=?";
  made.insert =
      "INSERT INTO " + table + "(sequence,id,account,revision,created_at,body) VALUES(?,?,?,1,?,?)";
  made.update = "UPDATE " + table + " SET account=?,revision=?,body=? WHERE sequence=?";
  made.remove = "DELETE FROM " + table + " WHERE sequence=?";
  return texts_.emplace(collection, std::move(made)).first->second;
}

Result<void> Writer::clear() {
  std::string sql = "BEGIN IMMEDIATE; DELETE FROM tandem_counters;";
  // The rows stay: their change numbers must go on growing for totals that are remembered.
  sql += "UPDATE tandem_totals SET total=0, changes=changes+1;";
  {
    Statement tables = connection_->prepare(
        "SELECT name FROM sqlite_schema WHERE type='table'"
        " AND (name LIKE 'c\\_%' ESCAPE '\\' OR name LIKE 'l\\_%' ESCAPE '\\')");
    while (tables.row()) sql += "DELETE FROM \"" + std::string(tables.text(0)) + "\";";
    if (tables.failed()) return fail(connection_->message());
  }
  auto cleared = connection_->execute(sql + "COMMIT;");
  if (!cleared) roll_back();
  counters_.forget();
  readers_.committed();
  return cleared;
}

void Writer::rest() {
  if (cached_bytes_ != nullptr) {
    cached_bytes_->set(static_cast<int64_t>(connection_->cached_bytes()));
  }
  if (log_pages_ < kCheckpointPages) next_checkpoint_pages_ = kCheckpointPages;
  if (log_pages_ < next_checkpoint_pages_) return;
  next_checkpoint_pages_ = log_pages_ + kCheckpointPages;
  const bool wait = log_pages_ >= kRestartPages;
  // A reader in the way is no failure: a later group tries again.
  sqlite3* handle = connection_->handle();
  if (wait) sqlite3_busy_timeout(handle, kRestartWaitMillis);
  (void)sqlite3_wal_checkpoint_v2(handle, nullptr,
                                  wait ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE,
                                  nullptr, nullptr);
  if (wait) sqlite3_busy_timeout(handle, kBusyTimeoutMillis);
  // Who goes on reading in the log keeps the next group from starting it over.
  readers_.committed();
}

}  // namespace tandem::store::sqlite
