#include <benchmark/benchmark.h>

#include "api/request_log.h"
#include "api/testing.h"

// What the pipeline costs by itself: a request is handed over on its shard, the answer comes back
// in the same call for reads, after the commit for writes.

namespace tandem::api {
namespace {

using testing::Platform;

void declare(Registry& registry) {
  registry.resource({.path = "/billing_groups", .record_type = "billing_group"});
}

Platform::Options plain() {
  Platform::Options options;
  options.validate_answers = false;
  options.rate.requests = 1'000'000'000;
  options.frozen = false;
  return options;
}

std::shared_ptr<testing::FakeExchange> request(const Platform& platform, std::string_view method,
                                               const std::string& target, std::string body) {
  testing::Headers headers = {{"host", "127.0.0.1:8080"},
                              {"authorization", "Bearer " + platform.key},
                              {"content-type", "application/json"}};
  return std::make_shared<testing::FakeExchange>(method, target, std::move(body), headers);
}

/// Runs `work` on the platform's shard and waits.
void on_shard(Platform& platform, const std::function<void()>& work) {
  std::promise<void> done;
  platform.shards[0].post([&] {
    work();
    done.set_value();
  });
  done.get_future().get();
}

void get_by_id(benchmark::State& state) {
  Platform platform(declare, plain());
  const auto made = platform.send("POST", "/v2/billing_groups", R"({"name":"bench"})");
  const std::string target = "/v2/billing_groups/" + std::string(made.json["data"]["id"].string());
  RequestLog log(platform.shards, *platform.database, platform.clock, platform.metrics, {});
  Pipeline pipeline({platform.registry, *platform.dispatcher, *platform.gate, platform.shards,
                     platform.metrics, &log, nullptr},
                    {});
  on_shard(platform, [&] {
    for (auto _ : state) {
      auto exchange = request(platform, "GET", target, {});
      auto answer = exchange->answer();
      pipeline.handle(std::move(exchange));
      benchmark::DoNotOptimize(answer.get());
    }
  });
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(get_by_id)->MinTime(0.5);

/// The harness itself, to be taken off the others.
void empty_exchange(benchmark::State& state) {
  Platform platform(declare, plain());
  for (auto _ : state) {
    auto exchange = request(platform, "GET", "/v2/billing_groups/x", {});
    auto answer = exchange->answer();
    exchange->respond({});
    benchmark::DoNotOptimize(answer.get());
  }
}
BENCHMARK(empty_exchange)->MinTime(0.2);

void create_many(benchmark::State& state) {
  constexpr int kInFlight = 64;
  Platform platform(declare, plain());
  for (auto _ : state) {
    std::vector<std::future<http::Response>> answers;
    for (int i = 0; i < kInFlight; ++i) {
      answers.push_back(platform.start("POST", "/v2/billing_groups", R"({"name":"bench"})", {}));
    }
    for (auto& answer : answers) benchmark::DoNotOptimize(answer.get());
  }
  state.SetItemsProcessed(state.iterations() * kInFlight);
}
BENCHMARK(create_many)->MinTime(0.5)->UseRealTime();

}  // namespace
}  // namespace tandem::api

BENCHMARK_MAIN();
