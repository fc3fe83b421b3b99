#include <cstdio>
#include <filesystem>
#include <future>

#include <benchmark/benchmark.h>

#include "store/store.h"

// What the embedded database does in a second. Rows carry about 700 bytes and three indexes, as a
// message does.
namespace tandem::store {
namespace {

constexpr int64_t kRows = 1'000'000;
constexpr int64_t kRowsOfBatch = 100;

std::vector<Collection> collections() {
  Collection messages{"messages", {}};
  messages.indexes.push_back({"status", Index::Kind::Text, false, false});
  messages.indexes.push_back({"profile", Index::Kind::Text, false, false});
  messages.indexes.push_back({"cost", Index::Kind::Number, false, false});
  return {messages};
}

std::string id_of(int64_t i) {
  char text[40];
  std::snprintf(text, sizeof text, "01932f6e-0000-7000-8000-%012lld", static_cast<long long>(i));
  return text;
}

Put message(int64_t i) {
  Put put;
  put.collection = "messages";
  put.id = id_of(i);
  put.account = "account-1";
  put.expected = kNew;
  put.created_at = WallTime(Millis(1'700'000'000'000 + i));
  put.body = R"({"id":")" + put.id + R"(","status":")" + (i % 3 == 0 ? "delivered" : "sent") +
             R"(","profile":"p)" + std::to_string(i % 1000) + R"(","cost":)" +
             std::to_string(i % 97) + R"(,"text":")" + std::string(500, 'x') + "\"}";
  return put;
}

/// A database file below the temporary directory that goes with the object.
class Place {
 public:
  explicit Place(const std::string& name)
      : directory_(std::filesystem::temp_directory_path() / ("tandem_store_bench_" + name)) {
    std::filesystem::remove_all(directory_);
    database = open_sqlite((directory_ / "bench.db").string());
    if (!database->open(collections())) std::abort();
  }
  ~Place() {
    database.reset();
    std::filesystem::remove_all(directory_);
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  std::unique_ptr<Database> database;

 private:
  std::filesystem::path directory_;
};

/// Keeps `batches` in flight until `rows` rows are durable.
void fill(Database& database, int64_t first, int64_t rows, int64_t rows_of_batch) {
  std::promise<void> all;
  std::atomic<int64_t> left = (rows + rows_of_batch - 1) / rows_of_batch;
  std::atomic<int64_t> in_flight = 0;
  constexpr int64_t kMaxInFlight = 256;
  for (int64_t row = 0; row < rows; row += rows_of_batch) {
    Batch batch;
    for (int64_t i = row; i < std::min(row + rows_of_batch, rows); ++i) {
      batch.puts.push_back(message(first + i));
    }
    for (int64_t n = in_flight; n >= kMaxInFlight; n = in_flight) in_flight.wait(n);
    ++in_flight;
    database.commit(std::move(batch), [&](const Committed& committed) {
      if (committed.status != Committed::Status::Done) std::abort();
      --in_flight;
      in_flight.notify_one();
      if (--left == 0) all.set_value();
    });
  }
  all.get_future().wait();
}

/// One million rows, made once for all that read.
Database& million() {
  static Place place("million");
  static const bool filled = [] {
    fill(*place.database, 0, kRows, kRowsOfBatch);
    return true;
  }();
  benchmark::DoNotOptimize(filled);
  return *place.database;
}

void BM_put_single(benchmark::State& state) {
  Place place("single");
  int64_t i = 0;
  for (auto _ : state) {
    Batch batch;
    batch.puts.push_back(message(i++));
    if (place.database->commit_now(std::move(batch)).status != Committed::Status::Done) {
      state.SkipWithError("commit");
    }
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_put_single)->UseRealTime()->Unit(benchmark::kMicrosecond);

void BM_put_grouped(benchmark::State& state) {
  Place place("grouped");
  constexpr int64_t kRound = 10'000;
  int64_t first = 0;
  for (auto _ : state) {
    fill(*place.database, first, kRound, 1);
    first += kRound;
  }
  state.SetItemsProcessed(first);
}
BENCHMARK(BM_put_grouped)->UseRealTime()->Unit(benchmark::kMillisecond);

void BM_get(benchmark::State& state) {
  Database& database = million();
  int64_t i = 0;
  for (auto _ : state) {
    i = (i + 7'919) % kRows;
    const auto row = database.snapshot()->get("messages", id_of(i));
    if (!row) state.SkipWithError("get");
    benchmark::DoNotOptimize(row);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_get)->Unit(benchmark::kMicrosecond);

Query page_of(std::vector<Condition> where, std::vector<Order> order = {}) {
  Query query;
  query.collection = "messages";
  query.account = "account-1";
  query.where = std::move(where);
  query.order = std::move(order);
  query.total = true;
  return query;
}

void list(benchmark::State& state, Query query, size_t rows = 20) {
  Database& database = million();
  (void)database.snapshot()->list(query);  // counts once; BM_count_* measures that
  for (auto _ : state) {
    const Page page = database.snapshot()->list(query);
    if (page.rows.size() != rows) state.SkipWithError("list");
    benchmark::DoNotOptimize(page);
  }
}

void BM_page_newest(benchmark::State& state) { list(state, page_of({})); }
void BM_page_filter_many(benchmark::State& state) {
  list(state, page_of({{"status", Compare::Eq, {"delivered"}}}));
}
void BM_page_filter_few(benchmark::State& state) {
  list(state, page_of({{"profile", Compare::Eq, {"p77"}}}));
}
void BM_page_two_filters(benchmark::State& state) {
  list(state, page_of({{"profile", Compare::Eq, {"p78"}}, {"status", Compare::Eq, {"sent"}}}));
}
void BM_page_in(benchmark::State& state) {
  list(state, page_of({{"profile", Compare::In, {"p7", "p8", "p9"}}}));
}
void BM_page_created_range(benchmark::State& state) {
  list(state, page_of({{"created_at", Compare::Gte, {1'700'000'500'000.0}},
                       {"created_at", Compare::Lt, {1'700'000'900'000.0}}}));
}
void BM_page_sorted(benchmark::State& state) {
  list(state, page_of({}, {{"cost", state.range(0) == 0}}));
}
void BM_page_filter_sorted(benchmark::State& state) {
  const char* value = state.range(0) == 0 ? "sent" : "delivered";
  list(state, page_of({{"status", Compare::Eq, {value}}}, {{"cost", true}}));
}
void BM_page_prefix(benchmark::State& state) {
  list(state, page_of({{"profile", Compare::StartsWith, {"p99"}}}));
}
void BM_page_contains(benchmark::State& state) {
  list(state, page_of({{"profile", Compare::Contains, {"99"}}}));
}
void BM_page_deep_offset(benchmark::State& state) {
  Query query = page_of({{"status", Compare::Eq, {"sent"}}});
  query.offset = 10'000;
  list(state, query);
}
BENCHMARK(BM_page_newest)->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_page_filter_many)->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_page_filter_few)->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_page_two_filters)->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_page_in)->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_page_created_range)->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_page_sorted)->Arg(0)->Arg(1)->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_page_filter_sorted)->Arg(0)->Arg(1)->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_page_prefix)->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_page_contains)->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_page_deep_offset)->Unit(benchmark::kMicrosecond);

/// A total that nobody asked for since the last change.
void BM_count_filtered_uncached(benchmark::State& state) {
  Database& database = million();
  int64_t bound = 0;
  for (auto _ : state) {
    // Another value each time: another question.
    Query query = page_of({{"status", Compare::Eq, {"delivered"}}});
    query.where.push_back({"created_at", Compare::Gte, {static_cast<double>(++bound)}});
    benchmark::DoNotOptimize(database.snapshot()->count(query));
  }
}
BENCHMARK(BM_count_filtered_uncached)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tandem::store

BENCHMARK_MAIN();
