#pragma once

#include <chrono>
#include <cstdint>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/clock.h"
#include "core/function.h"
#include "core/result.h"

/// Durable state. Two verbs: take a Snapshot (read), commit a Batch (write). A driver (SQLite,
/// PostgreSQL) commits many batches in one transaction; each batch stands or falls alone.
namespace tandem::store {

/// A field of a collection's documents that is looked up, filtered or sorted often.
struct Index {
  enum class Kind { Text, Number };
  std::string path;         // "voice.connection_id" inside the document, or "created_at"
  Kind kind = Kind::Text;   // Text holds strings and booleans
  bool unique = false;      // no two documents of one account with the same non-null value
  bool everywhere = false;  // unique over all accounts, and found without one
  bool sparse = false;      // few documents have the field: only an Eq finds by it
};

/// A set of JSON documents of one kind. Declared at start; the driver makes what it needs.
///
/// A log is for what is only ever added, read in the order of time, and dropped when it is old.
/// What a group adds to it for one account is kept in one row, so that an entry costs little more
/// than its bytes. So entries have no indexes, nobody looks for one by its id, none is put but as
/// kNew or removed but by a Trim (to do so is a mistake of the caller). Conditions and orders are
/// about created_at; any other condition never holds. Entries of one commit group are in the order
/// of created_at, and groups in that of their newest entries.
struct Collection {
  std::string name;  // [a-z0-9_]+, at most 48 characters
  std::vector<Index> indexes;
  bool log = false;
  bool by_time = true;  // false: nobody lists an account's documents in the order of time
};

/// A stored document. `body` is JSON text and is kept to the letter.
struct Row {
  std::string id;        // unique within the collection
  std::string account;   // its owner; empty for what belongs to the platform
  int64_t revision = 0;  // 1 when created, one more at each change
  int64_t sequence = 0;  // grows with creation within the collection
  WallTime created_at{};
  std::string body;
};

enum class Compare {
  Eq,
  Ne,
  Gt,
  Gte,
  Lt,
  Lte,
  StartsWith,
  EndsWith,
  Contains,
  In,
  Has,
  IsNull,
  NotNull
};
using Scalar = std::variant<std::string, double, bool>;

/// One condition on a field; `values` has one element but for In and Has (any number), IsNull and
/// NotNull (none). A value compares with fields of its own type only: text with text, by bytes;
/// numbers with numbers; booleans, which have no order, with booleans (whether 1 or "true" equals
/// true differs between databases: ask by the type that the field has). Text compares without
/// (ASCII) case for StartsWith, EndsWith and Contains. Ne holds whenever Eq does not, for a missing
/// field too. IsNull: missing or null. Has: the field is an array that holds one of the values.
/// "created_at" takes ISO 8601 text or milliseconds. A condition that makes no sense (a path with
/// other characters than A-Z a-z 0-9 _ . -, text that is no time, no value where one is needed)
/// never holds.
struct Condition {
  std::string path;  // dotted path, or "id" / "created_at"
  Compare compare = Compare::Eq;
  std::vector<Scalar> values;
};

/// Documents without the field come last either way; equal ones follow by sequence.
struct Order {
  std::string path;  // dotted path, "id" or "created_at"
  bool descending = false;
};

/// What a list asks for. Without an order: newest first (by created_at, then by sequence).
struct Query {
  std::string collection;
  std::optional<std::string> account;       // nothing: of every account (platform work only)
  std::vector<Condition> where;             // all must hold
  std::vector<std::vector<Condition>> any;  // of each group at least one must hold
  std::vector<Order> order;
  int64_t offset = 0;
  int64_t limit = 20;
  bool total = false;  // whether Page::total is wanted
};

struct Page {
  std::vector<Row> rows;
  int64_t total = 0;
  bool more = false;  // whether rows follow after this page
};

/// A consistent look at everything committed before it was taken. Used on the thread that took
/// it, for the length of one request or step; never kept.
class Snapshot {
 public:
  virtual ~Snapshot() = default;
  virtual std::optional<Row> get(std::string_view collection, std::string_view id) const = 0;
  /// The document whose indexed `path` is `value`; with no account, of any (Index::everywhere).
  virtual std::optional<Row> find(std::string_view collection,
                                  std::optional<std::string_view> account, std::string_view path,
                                  std::string_view value) const = 0;
  virtual Page list(const Query& query) const = 0;
  virtual int64_t count(const Query& query) const = 0;
  /// 0 when it was never adjusted.
  virtual int64_t counter(std::string_view key) const = 0;
  /// Whether the disk or server failed a read: what came back since is worth nothing.
  virtual bool failed() const = 0;
};

/// Any revision will do.
inline constexpr int64_t kAnyRevision = -1;
/// It must not exist yet.
inline constexpr int64_t kNew = 0;

/// Longest id, account or counter key. These hold UTF-8 without NUL; anything else is Failed.
inline constexpr size_t kMaxKeyBytes = 512;

struct Put {
  std::string collection;
  std::string id;
  std::string account;
  std::string body;
  int64_t expected = kAnyRevision;  // kNew, kAnyRevision, or the revision that was read
  WallTime created_at{};            // kept from the first put
};

struct Remove {
  std::string collection;
  std::string id;
  int64_t expected = kAnyRevision;  // removing what is not there is no conflict when kAnyRevision
};

/// Drops entries of a log, oldest first: those that were committed together with nothing newer than
/// `before`, and no more than kMaxTrimmedRows (limits.h) such groups at a time.
struct Trim {
  std::string collection;
  std::string account;
  WallTime before{};
};

/// Adds to a counter inside the transaction; the batch falls when a bound would be crossed.
struct Adjust {
  std::string key;
  int64_t delta = 0;
  int64_t min = INT64_MIN;
  int64_t max = INT64_MAX;
};

/// What shall be so, all of it or nothing: first the removes and trims, then the puts, then the
/// adjusts.
struct Batch {
  std::vector<Put> puts;
  std::vector<Remove> removes;
  std::vector<Adjust> adjusts;
  std::vector<Trim> trims = {};
  bool empty() const { return puts.empty() && removes.empty() && adjusts.empty() && trims.empty(); }
};

struct Committed {
  enum class Status {
    Done,         // durable
    Conflict,     // a revision was not the expected one: look again and decide again
    Duplicate,    // `what` names the collection and path of the unique index: "rooms.unique_name"
    OutOfBounds,  // `what` is the counter's key
    Failed        // refused by disk, server or a limit ("overloaded"); nothing was changed
  };
  Status status = Status::Done;
  std::string what;
};

/// Whether somebody waits for a commit. One that is for Later goes with the next that is for Now, or
/// when kLaterTime (limits.h) has passed.
enum class Haste : uint8_t { Now, Later };

/// A place that keeps collections.
class Database {
 public:
  virtual ~Database() = default;

  /// Makes tables and indexes that are missing; called once, before anything else, with all
  /// collections. Runs the migrations that an older data directory still needs.
  virtual Result<void> open(std::vector<Collection> collections) = 0;

  virtual std::unique_ptr<Snapshot> snapshot() = 0;

  /// Commits the batches when the group they fall into is durable, each standing or falling alone,
  /// then calls `done` once, with what became of each, on a thread of the driver: hop to your own.
  /// Batches of one thread commit in the order in which they were given; those given together cost
  /// one hand-over each way. When all are refused before they are queued (a limit, malformed keys),
  /// that is told at once, on the caller's thread.
  /// Collections that were not declared are a mistake of the caller.
  virtual void commit_all(std::vector<Batch> batches,
                          UniqueFunction<void(std::vector<Committed>)> done,
                          Haste haste = Haste::Now) = 0;

  /// The same for one batch.
  void commit(Batch batch, UniqueFunction<void(Committed)> done, Haste haste = Haste::Now) {
    std::vector<Batch> one;
    one.push_back(std::move(batch));
    auto told = [held = std::move(done)](std::vector<Committed> results) mutable {
      held(std::move(results.front()));
    };
    commit_all(std::move(one), std::move(told), haste);
  }

  /// Empties every collection and counter (sandbox reset), after what was committed before.
  /// Sequences go on where they were, so that none is seen twice.
  virtual Result<void> clear() = 0;

  /// commit() and wait: for start-up, tools and tests, never on a shard.
  Committed commit_now(Batch batch) {
    std::promise<Committed> promise;
    auto future = promise.get_future();
    commit(std::move(batch), [&promise](Committed c) { promise.set_value(std::move(c)); });
    return future.get();
  }
};

/// Embedded; `path` is a file in the data directory (":memory:" is not supported).
std::unique_ptr<Database> open_sqlite(const std::string& path);
/// A PostgreSQL server; `conninfo` as libpq reads it.
std::unique_ptr<Database> open_postgres(const std::string& conninfo);

}  // namespace tandem::store
