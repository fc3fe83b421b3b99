#include "api/request_log.h"

#include <algorithm>
#include <map>

#include "api/collections.h"
#include "core/json.h"
#include "core/metrics.h"
#include "runtime/shards.h"

namespace tandem::api {
namespace {

constexpr int64_t kRowsListedAtOnce = 50;
constexpr int64_t kMaxRowsListed = 500;
constexpr size_t kMaxListed = 1'000;
constexpr int64_t kRowsTrimmedAtOnce = 200;
constexpr int kFlushesPerTrim = 8;

void write_record(json::Writer& out, const RequestRecord& record) {
  out.object()
      .member("id", record.request_id)
      .member("record_type", "request")
      .member("occurred_at", to_iso8601(record.at))
      .member("method", record.method)
      .member("path", record.path)
      .member("operation", record.operation)
      .member("status", record.status)
      .member("duration_us", record.duration_us)
      .member("error_codes", record.error_codes)
      .end();
}

RequestRecord read_record(json::View view, const std::string& account) {
  RequestRecord record;
  if (const auto at = parse_iso8601(view["occurred_at"].string())) record.at = *at;
  record.request_id = std::string(view["id"].string());
  record.account = account;
  record.method = std::string(view["method"].string());
  record.path = std::string(view["path"].string());
  record.operation = std::string(view["operation"].string());
  record.status = static_cast<int>(view["status"].integer());
  record.duration_us = view["duration_us"].integer();
  record.error_codes = std::string(view["error_codes"].string());
  return record;
}

/// The records of a row, newest first.
std::vector<RequestRecord> read_row(const store::Row& row) {
  std::vector<RequestRecord> records;
  const auto document = json::Document::parse(row.body);
  if (!document) return records;
  for (const json::View view : document->root()["requests"].items()) {
    records.push_back(read_record(view, row.account));
  }
  std::reverse(records.begin(), records.end());
  return records;
}

}  // namespace

struct RequestLog::Impl : std::enable_shared_from_this<Impl> {
  struct Waiting {
    std::vector<RequestRecord> records;
    bool armed = false;
    uint64_t rows = 0;
    int flushes = 0;
  };
  runtime::Shards& shards;
  store::Database& database;
  const Clock& clock;
  Options options;
  Counter& dropped;
  std::vector<Waiting> waiting;
  // Rows of one process never meet those of another: its start is part of their ids.
  int64_t started_ms;

  Impl(runtime::Shards& s, store::Database& d, const Clock& c, Metrics& metrics, Options o)
      : shards(s),
        database(d),
        clock(c),
        options(o),
        dropped(metrics.counter("tandem_api_request_log_dropped_total",
                                "Requests the log had no room for.")),
        waiting(s.size()),
        started_ms(SystemClock().now().time_since_epoch().count()) {}

  void arm(size_t shard) {
    Waiting& here = waiting[shard];
    if (here.armed) return;
    here.armed = true;
    shards[shard].after(options.interval, [weak = weak_from_this(), shard] {
      if (const auto self = weak.lock()) self->flush(shard);
    });
  }

  void flush(size_t shard) {
    Waiting& here = waiting[shard];
    here.armed = false;
    std::map<std::string, std::vector<RequestRecord>> by_account;
    for (RequestRecord& record : here.records) {
      by_account[record.account].push_back(std::move(record));
    }
    here.records.clear();
    store::Batch batch;
    for (const auto& [account, records] : by_account) put_rows(shard, account, records, batch);
    if (++here.flushes % kFlushesPerTrim == 1) trim(by_account, batch);
    database.commit(
        std::move(batch), [](const store::Committed&) {}, store::Haste::Later);
  }

  void put_rows(size_t shard, const std::string& account, const std::vector<RequestRecord>& records,
                store::Batch& batch) {
    for (size_t from = 0; from < records.size(); from += options.records_per_row) {
      const size_t to = std::min(from + options.records_per_row, records.size());
      std::string body;
      json::Writer out(body);
      out.object().key("requests").array();
      for (size_t i = from; i < to; ++i) write_record(out, records[i]);
      out.end().end();
      std::string id = std::to_string(started_ms) + "-" + std::to_string(shard) + "-" +
                       std::to_string(++waiting[shard].rows);
      batch.puts.push_back({std::string(kRequestLog), std::move(id), account, std::move(body),
                            store::kAnyRevision, records[from].at});
    }
  }

  /// Takes away what is too old or too much. It is the latest callers' rows that make it too much:
  /// of one account the oldest are found at once, of all together only by reading everything.
  template <class ByAccount>
  void trim(const ByAccount& callers, store::Batch& batch) {
    const std::unique_ptr<store::Snapshot> snapshot = database.snapshot();
    store::Query query;
    query.collection = std::string(kRequestLog);
    int64_t excess = snapshot->count(query) - options.max_rows;
    query.order = {{"created_at", false}};
    for (const auto& [account, records] : callers) {
      if (excess <= 0) break;
      query.account = account;
      query.limit = std::min(excess, kRowsTrimmedAtOnce);
      for (const store::Row& row : snapshot->list(query).rows) remove(row, batch);
      excess -= query.limit;
    }
    query.account.reset();
    query.order.clear();
    query.limit = kRowsTrimmedAtOnce;
    const WallTime oldest = clock.now() - options.max_age;
    query.where = {{"created_at", store::Compare::Lt, {to_iso8601(oldest)}}};
    for (const store::Row& row : snapshot->list(query).rows) remove(row, batch);
  }

  static void remove(const store::Row& row, store::Batch& batch) {
    batch.removes.push_back({std::string(kRequestLog), row.id, store::kAnyRevision});
  }
};

RequestLog::RequestLog(runtime::Shards& shards, store::Database& database, const Clock& clock,
                       Metrics& metrics, Options options)
    : impl_(std::make_shared<Impl>(shards, database, clock, metrics, options)) {}
RequestLog::~RequestLog() = default;

bool RequestLog::has_room(size_t shard) {
  if (impl_->waiting[shard].records.size() < impl_->options.max_waiting) return true;
  impl_->dropped.add();
  return false;
}

void RequestLog::add(size_t shard, RequestRecord record) {
  if (!has_room(shard)) return;
  Impl::Waiting& here = impl_->waiting[shard];
  here.records.push_back(std::move(record));
  impl_->arm(shard);
}

std::vector<RequestRecord> RequestLog::list(const store::Snapshot& snapshot,
                                            std::optional<std::string> account, size_t limit,
                                            std::string_view before) {
  std::vector<RequestRecord> found;
  limit = std::min(limit, kMaxListed);
  store::Query query;
  query.collection = std::string(kRequestLog);
  query.account = std::move(account);
  query.limit = kRowsListedAtOnce;
  std::optional<size_t> first;  // of those asked for
  if (before.empty()) first = 0;
  bool more = true;
  // Rows of shards and accounts overlap in time: those of another batch are read before sorting.
  for (bool enough = false; more && !enough && query.offset < kMaxRowsListed;
       query.offset += query.limit) {
    enough = first && found.size() >= *first + limit;
    const store::Page page = snapshot.list(query);
    for (const store::Row& row : page.rows) {
      for (RequestRecord& record : read_row(row)) found.push_back(std::move(record));
    }
    more = page.more;
    std::stable_sort(found.begin(), found.end(),
                     [](const auto& a, const auto& b) { return a.at > b.at; });
    if (before.empty()) continue;
    const auto known = std::find_if(found.begin(), found.end(),
                                    [&](const auto& r) { return r.request_id == before; });
    if (known != found.end()) first = static_cast<size_t>(known - found.begin()) + 1;
  }
  const size_t begin = std::min(first.value_or(found.size()), found.size());
  found.erase(found.begin(), found.begin() + static_cast<ptrdiff_t>(begin));
  if (found.size() > limit) found.resize(limit);
  return found;
}

std::string RequestLog::to_json(const RequestRecord& record) {
  std::string text;
  json::Writer out(text);
  write_record(out, record);
  return text;
}

}  // namespace tandem::api
