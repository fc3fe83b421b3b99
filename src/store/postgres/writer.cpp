#include "store/postgres/writer.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <thread>

#include "core/assert.h"
#include "core/log.h"
#include "store/limits.h"
#include "store/postgres/key.h"
#include "store/postgres/schema.h"

namespace tandem::store::postgres {
namespace {

using Status = Committed::Status;

constexpr std::string_view kBegin = "BEGIN";
constexpr std::string_view kNumber = "SELECT pg_current_xact_id()::text";
constexpr std::string_view kCommit = "COMMIT";
constexpr std::string_view kSavepoint = "SAVEPOINT batch";
constexpr std::string_view kUndoBatch = "ROLLBACK TO SAVEPOINT batch";
constexpr std::string_view kRelease = "RELEASE SAVEPOINT batch";
constexpr std::string_view kAdjust =
    "INSERT INTO tandem_counters AS counter VALUES($1,$2::bigint)"
    " ON CONFLICT(key) DO UPDATE SET value=counter.value+excluded.value RETURNING value";
constexpr std::string_view kTotal =
    "INSERT INTO tandem_totals AS t VALUES($1,$2,$3::bigint,1)"
    " ON CONFLICT(collection,account)"
    " DO UPDATE SET total=t.total+excluded.total, changes=t.changes+1";

constexpr std::string_view kAlwaysUsed[] = {kBegin,     kNumber,  kCommit, kSavepoint,
                                            kUndoBatch, kRelease, kAdjust, kTotal};

constexpr std::string_view kUniqueViolation = "23505";
constexpr std::string_view kNumberOutOfRange = "22003";
constexpr std::string_view kDeadlock = "40P01";
constexpr std::string_view kSerialization = "40001";
constexpr std::string_view kInvalidText = "22P02";

/// Times that a transaction is tried when deadlocks or lost connections undo it.
constexpr int kMaxAttempts = 3;
/// How long a server that came back may still be busy with a commit that we asked for.
constexpr int kMaxStatusChecks = 50;
constexpr auto kStatusPause = std::chrono::milliseconds(100);

Committed done() { return {}; }
bool is_done(const Committed& committed) { return committed.status == Status::Done; }

std::vector<Committed> all_failed(size_t size, const std::string& why) {
  log::error("store", "a transaction failed", {{"why", why}});
  return std::vector<Committed>(size, Committed{Status::Failed, why});
}

}  // namespace

Writer::Writer(std::string conninfo, std::unique_ptr<Connection> connection, const Layout& layout)
    : conninfo_(std::move(conninfo)), connection_(std::move(connection)), layout_(layout) {
  connection_->set_patience(kAnswerWait);
  for (const auto& [name, collection] : layout_.collections()) {
    for (const IndexLayout& index : collection.indexes) {
      duplicates_[identifier(index.name)] = name + "." + index.path;
    }
  }
}

std::vector<Committed> Writer::write(std::span<const Batch> group) {
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    if (connection_->lost() && !reconnect()) break;
    if (auto results = write_once(group)) return std::move(*results);
  }
  return all_failed(group.size(), why_);
}

Writer::Attempt Writer::write_once(std::span<const Batch> group) {
  interrupted_ = false;
  totals_.clear();
  log_rows_.clear();
  if (!prepare(group)) return std::nullopt;
  auto results = write_plainly(group);
  if (!results && !interrupted_) results = write_carefully(group);
  if (!results && !connection_->lost()) connection_->execute("ROLLBACK");
  return results;
}

void Writer::begin() {
  connection_->send(kBegin, {});
  connection_->send(kNumber, {});
}

Writer::Attempt Writer::write_plainly(std::span<const Batch> group) {
  begin();
  for (const Batch& batch : group) send(batch);
  const std::vector<Answer> answers = connection_->collect();
  if (connection_->lost()) interrupted_ = true;
  bool good = answers[0].ok() && answers[1].ok();
  if (good) transaction_ = answers[1].text(0, 0);
  size_t at = 2;
  for (size_t i = 0; i < group.size() && good; ++i) {
    good = is_done(judge(group[i], answers, at));
    totals_.keep_batch();
    log_rows_.keep_batch();
  }
  if (good && !interrupted_) return commit(std::vector<Committed>(group.size()));
  if (!connection_->lost()) connection_->execute("ROLLBACK");
  totals_.clear();
  log_rows_.clear();
  return std::nullopt;
}

Writer::Attempt Writer::write_carefully(std::span<const Batch> group) {
  begin();
  std::vector<Committed> results;
  size_t before = 2;  // statements queued before the savepoint: begin() has two
  for (const Batch& batch : group) {
    connection_->send(kSavepoint, {});
    send(batch);
    const std::vector<Answer> answers = connection_->collect();
    if (results.empty() && answers[1].ok()) transaction_ = answers[1].text(0, 0);
    size_t at = before + 1;
    results.push_back(judge(batch, answers, at));
    if (interrupted_ || connection_->lost()) return std::nullopt;
    const bool good = is_done(results.back());
    if (good) {
      totals_.keep_batch();
      log_rows_.keep_batch();
    } else {
      totals_.drop_batch();
      log_rows_.drop_batch();
      connection_->send(kUndoBatch, {});
    }
    connection_->send(kRelease, {});
    before = good ? 1 : 2;
  }
  return commit(std::move(results));
}

Writer::Attempt Writer::commit(std::vector<Committed> results) {
  for (const auto& [key, rows] : log_rows_.rows()) {
    for (const LogRow& row : rows) {
      connection_->send(texts(std::string(key.first)).create,
                        {row.account, std::to_string(row.first), std::to_string(row.last),
                         std::to_string(row.entries), row.body});
    }
  }
  for (const auto& [key, by] : totals_.group()) {
    connection_->send(kTotal, {key.first, key.second, std::to_string(by)});
  }
  connection_->send(kCommit, {});
  const std::vector<Answer> answers = connection_->collect();
  const auto wrong = std::find_if_not(answers.begin(), answers.end(), std::mem_fn(&Answer::ok));
  if (wrong == answers.end()) return results;
  const Committed why = failure(*wrong);
  if (!connection_->lost()) {
    connection_->execute("ROLLBACK");
    if (interrupted_) return std::nullopt;
    return all_failed(results.size(), why.what);
  }
  switch (outcome()) {
    case Outcome::Committed:
      return results;
    case Outcome::Aborted:
      return std::nullopt;
    case Outcome::Unknown:
      break;
  }
  return all_failed(results.size(), "the database server was lost while it committed");
}

Writer::Outcome Writer::outcome() {
  for (int check = 0; check < kMaxStatusChecks; ++check) {
    // Nobody tells when the server is back, or has ended what the lost connection began.
    if (check > 0) std::this_thread::sleep_for(kStatusPause);
    if (connection_->lost() && !reconnect()) continue;
    const Answer answer = connection_->run("SELECT pg_xact_status($1::xid8)", {transaction_});
    if (!answer.ok()) continue;
    const std::string_view status = answer.text(0, 0);
    if (status == "committed") return Outcome::Committed;
    if (status == "aborted") return Outcome::Aborted;
  }
  return Outcome::Unknown;
}

bool Writer::reconnect() {
  auto opened = Connection::open(conninfo_);
  if (!opened) {
    why_ = opened.error().what;
    return false;
  }
  connection_ = std::move(*opened);
  connection_->set_patience(kAnswerWait);
  return true;
}

bool Writer::prepare(std::span<const Batch> group) {
  bool ready = true;
  const auto add = [&](std::string_view sql) {
    if (!ready) return;
    const Answer prepared = connection_->prepare(std::string(sql));
    ready = prepared.ok();
    if (!ready) why_ = prepared.message();
  };
  for (const auto sql : kAlwaysUsed) add(sql);
  for (const Batch& batch : group) {
    for (const Put& put : batch.puts) add(text_of(put));
    for (const Remove& remove : batch.removes) add(text_of(remove));
    for (const Trim& trim : batch.trims) add(texts(trim.collection).trim);
  }
  return ready;
}

const std::string& Writer::text_of(const Put& put) {
  const Texts& text = texts(put.collection);
  if (put.expected == kNew) return text.create;
  return put.expected == kAnyRevision ? text.upsert : text.replace;
}

const std::string& Writer::text_of(const Remove& remove) {
  const Texts& text = texts(remove.collection);
  return remove.expected == kAnyRevision ? text.remove : text.remove_revision;
}

void Writer::send(const Batch& batch) {
  for (const Remove& remove : batch.removes) {
    Values values = {remove.id};
    if (remove.expected != kAnyRevision) values.emplace_back(std::to_string(remove.expected));
    connection_->send(text_of(remove), values);
  }
  for (const Trim& trim : batch.trims) {
    connection_->send(texts(trim.collection).trim,
                      {trim.account, std::to_string(trim.before.time_since_epoch().count()),
                       std::to_string(kMaxTrimmedRows)});
  }
  for (const Put& put : batch.puts) {
    if (!is_log(put)) send(put);
  }
  for (const Adjust& adjust : batch.adjusts) {
    connection_->send(kAdjust, {adjust.key, std::to_string(adjust.delta)});
  }
}

void Writer::send(const Put& put) {
  Values values = {put.id, put.account, put.body, std::nullopt};
  std::string replaced;
  if (needs_replacement(put.body, replaced)) {
    values[2] = std::move(replaced);
    values[3] = put.body;
  }
  const bool replaces = put.expected != kNew && put.expected != kAnyRevision;
  values.emplace_back(
      std::to_string(replaces ? put.expected : put.created_at.time_since_epoch().count()));
  connection_->send(text_of(put), values);
}

Committed Writer::judge(const Batch& batch, std::span<const Answer> answers, size_t& at) {
  Committed result;
  const auto judge_next = [&](const auto& part) {
    const Answer& answer = answers[at++];
    if (is_done(result)) result = judge(part, answer);
  };
  for (const Remove& remove : batch.removes) judge_next(remove);
  for (const Trim& trim : batch.trims) judge_next(trim);
  for (const Put& put : batch.puts) {
    if (!is_log(put)) {
      judge_next(put);
      continue;
    }
    // Written with all that the group adds to that log.
    log_rows_.add(put);
    totals_.add(put.collection, put.account, 1);
  }
  for (const Adjust& adjust : batch.adjusts) judge_next(adjust);
  return result;
}

Committed Writer::judge(const Put& put, const Answer& answer) {
  if (!answer.ok()) {
    if (answer.state() == kInvalidText) return {Status::Failed, "body is not JSON"};
    if (answer.state() != kUniqueViolation) return failure(answer);
    const auto duplicate = duplicates_.find(answer.constraint());
    if (duplicate == duplicates_.end()) return {Status::Conflict, {}};
    return {Status::Duplicate, duplicate->second};
  }
  if (answer.rows() == 0) return {Status::Conflict, {}};
  // The answer is the account that the document had before, NULL when it is new.
  if (answer.is_null(0, 0)) {
    totals_.add(put.collection, put.account, 1);
    return done();
  }
  const bool moved = answer.text(0, 0) != put.account;
  if (moved) totals_.add(put.collection, answer.text(0, 0), -1);
  totals_.add(put.collection, put.account, moved ? 1 : 0);
  return done();
}

Committed Writer::judge(const Remove& remove, const Answer& answer) {
  if (!answer.ok()) return failure(answer);
  if (answer.rows() > 0) {
    totals_.add(remove.collection, answer.text(0, 0), -1);
  } else if (remove.expected != kAnyRevision && remove.expected != kNew) {
    return {Status::Conflict, {}};
  }
  return done();
}

Committed Writer::judge(const Trim& trim, const Answer& answer) {
  if (!answer.ok()) return failure(answer);
  int64_t entries = 0;
  for (int row = 0; row < answer.rows(); ++row) entries += answer.integer(row, 0);
  if (entries > 0) totals_.add(trim.collection, trim.account, -entries);
  return done();
}

Committed Writer::judge(const Adjust& adjust, const Answer& answer) {
  if (answer.state() == kNumberOutOfRange) return {Status::OutOfBounds, adjust.key};
  if (!answer.ok()) return failure(answer);
  const int64_t value = answer.integer(0, 0);
  if (value < adjust.min || value > adjust.max) return {Status::OutOfBounds, adjust.key};
  return done();
}

Committed Writer::failure(const Answer& answer) {
  const std::string_view state = answer.state();
  if (state == kDeadlock || state == kSerialization || connection_->lost()) interrupted_ = true;
  why_ = answer.message();
  return {Status::Failed, why_};
}

const Writer::Texts& Writer::texts(const std::string& collection) {
  const auto found = texts_.find(collection);
  if (found != texts_.end()) return found->second;
  const std::string table = '"' + layout_.at(collection).table + '"';
  Texts made;
  if (layout_.at(collection).log) {
    made.create = "INSERT INTO " + table +
                  "(account,first,last,entries,body)"
                  " VALUES($1,$2::bigint,$3::bigint,$4::bigint,$5)";
    made.trim = "DELETE FROM " + table + " WHERE sequence IN (SELECT sequence FROM " + table +
                " WHERE account=$1 AND last<$2::bigint ORDER BY last LIMIT $3::bigint)"
                " RETURNING entries";
    return texts_.emplace(collection, std::move(made)).first->second;
  }
  const std::string insert = "INSERT INTO " + table +
                             " AS doc(id,account,revision,created_at,body,letter)"
                             " SELECT $1::text,$2::text,1,$5::bigint,$3::json,$4::text";
  made.create = insert + " RETURNING NULL";
  // Counting reads the old row before it is replaced.
  made.upsert = "WITH old AS (SELECT account FROM " + table + " WHERE id=$1 FOR UPDATE) " + insert +
                " FROM (SELECT count(*) FROM old) AS counted"
                " ON CONFLICT(id) DO UPDATE SET account=excluded.account,"
                " revision=doc.revision+1, body=excluded.body, letter=excluded.letter"
                " RETURNING CASE WHEN revision>1 THEN"
                " coalesce((SELECT account FROM old),account) END";
  made.replace = "UPDATE " + table +
                 " AS doc SET account=$2, revision=doc.revision+1, body=$3::json, letter=$4"
                 " FROM (SELECT sequence,account FROM " +
                 table +
                 " WHERE id=$1 AND revision=$5::bigint FOR UPDATE) AS old"
                 " WHERE doc.sequence=old.sequence RETURNING old.account";
  made.remove = "DELETE FROM " + table + " WHERE id=$1 RETURNING account";
  made.remove_revision =
      "DELETE FROM " + table + " WHERE id=$1 AND revision=$2::bigint RETURNING account";
  return texts_.emplace(collection, std::move(made)).first->second;
}

Result<void> Writer::clear() {
  if (connection_->lost() && !reconnect()) return fail(why_);
  // Rows of totals stay: their change numbers must go on growing for totals that are remembered.
  std::string sql =
      "BEGIN; DELETE FROM tandem_counters;"
      "UPDATE tandem_totals SET total=0, changes=changes+1;";
  const Answer tables = connection_->execute(
      "SELECT tablename FROM pg_tables WHERE schemaname=current_schema()"
      " AND (tablename LIKE 'c\\_%' OR tablename LIKE 'l\\_%')");
  if (!tables.ok()) return fail(tables.message());
  for (int row = 0; row < tables.rows(); ++row) {
    sql += "DELETE FROM \"" + std::string(tables.text(row, 0)) + "\";";
  }
  const Answer cleared = connection_->execute(sql + "COMMIT");
  if (cleared.ok()) return {};
  if (!connection_->lost()) connection_->execute("ROLLBACK");
  return fail(cleared.message());
}

}  // namespace tandem::store::postgres
